"""What a rule says, apart from how it sees it; and what a hit is about."""

from __future__ import annotations

from dataclasses import dataclass

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.streaming.model import FileFacts, Handoff, Setting
from reviewer.facts.syntax import Call
from reviewer.rules.rule import Hit
from reviewer.rules.support import line


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of a hit with named holes: `Words("acks={acks}: …", ("…", "…", "… -> it is lost."), "Set acks=all.")`.

    `replace` is (old, new) text for a suggestion, see `Hit`. A brace that is no hole is doubled.
    """

    message: str
    scenario: tuple[str, ...]
    fix: str
    replace: tuple[str, str] | None = None

    def hit(
        self, subject: str, span: Span, *, severity: Severity | None = None, confidence: Confidence | None = None,
        evidence: tuple[Span, ...] = (), group: str = "", category: Category | None = None, **holes: object,
    ) -> Hit:  # fmt: skip
        """The hit on the first line of a span, the holes filled. KeyError names a hole that nobody filled."""
        return Hit(
            subject=subject, span=line(span), message=self.message.format(**holes),
            scenario=tuple(step.format(**holes) for step in self.scenario), fix=self.fix.format(**holes),
            severity=severity, confidence=confidence, evidence=evidence, group=group, category=category,
            replace=None if self.replace is None else (self.replace[0].format(**holes), self.replace[1].format(**holes)),
        )  # fmt: skip


def swap(setting: Setting, new: str) -> tuple[str, str]:
    """The exact text that gives a setting another value, for `Hit.replace`: in code only a quoted one, a bare number may be anything."""
    quote = '"' if setting.in_code else ""
    return f"{quote}{setting.value.text}{quote}", f"{quote}{new}{quote}"


def taker(handoff: Handoff) -> str:
    """What takes the work: `pool.submit()`, `go handle()`, the channel `jobs`."""
    call = handoff.call
    if handoff.construct == "channel":
        return f"the channel `{call.receiver}`"
    if handoff.construct == "goroutine":
        return (
            "a goroutine" if call.name == "go" else f"`go {call.receiver}{'.' if call.receiver else ''}{call.name}()`"
        )
    return f"{call.receiver}.{call.name}()"


def of_setting(setting: Setting) -> str:
    """The subject of a hit about a setting: `acks@props`."""
    return f"{setting.key}@{setting.scope}"


def of_change(place: str, old: str, new: str) -> str:
    """The subject of a hit about a difference: `orders: 6 -> 12`."""
    return f"{place}: {old} -> {new}"


def of_call(file: FileFacts, call: Call, what: str = "") -> str:
    """The subject of a hit about a call: `Loop.run/commitSync`."""
    return f"{file.function_name(call.function)}/{what or call.name}"
