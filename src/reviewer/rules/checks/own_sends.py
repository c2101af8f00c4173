"""Where a send stands and what goes on without its outcome; a method of the repository that gives the outcome back."""

from __future__ import annotations

from reviewer.core.finding import Confidence
from reviewer.facts.streaming.model import FileFacts, Send, Through
from reviewer.facts.syntax import Call
from reviewer.rules.rule import Hit
from reviewer.rules.support import line, short


def home_of(file: FileFacts, call: Call) -> str:
    """The named function around a lambda."""
    function = call.function
    while function is not None and file.syntax.functions[function].is_lambda:
        function = file.syntax.functions[function].parent
    return file.function_name(function)


def goes_on(file: FileFacts, call: Call, home: str) -> str:
    """What happens as if the record were stored."""
    if any(handling.span.contains(call.span) for handling in file.handlings):
        return "The input record counts as handled and its offset is committed."
    return f"{home or 'The caller'} goes on as if the record were stored, and its caller is told so."


def given_back(file: FileFacts, send: Send, through: Through, dropped: str) -> Hit:
    """A method of the repository gives the outcome back, and the caller drops it."""
    call = send.operation.call
    topic = f" to {short(send.topic.text)}" if send.topic is not None else ""
    home = home_of(file, call)
    return Hit(
        subject=f"{file.function_name(call.function)}/{call.receiver}.{call.name}{topic}",
        span=line(call.name_span),
        message=f"{call.name}(){topic} gives back what becomes of the record ({through.shown} sends it), and {dropped}.",
        scenario=(
            f"{call.name}() hands the record to {through.method}, and nobody waits for what comes back.",
            goes_on(file, call, home),
            "The delivery fails: the brokers are away, the record is too large, not authorised, or the deadline passed.",
            "The failure is only in the dropped result -> the record is lost and nothing is retried.",
        ),
        fix=f"Wait for {call.name}() (await it, join it, or look at the error it returns) before the work counts as done.",
        confidence=Confidence.LOW if file.is_development else Confidence.MEDIUM,
        group=f"{home}: {dropped}",
    )
