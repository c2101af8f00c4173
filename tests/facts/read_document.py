"""The streaming facts of a document that is written in a test."""

from __future__ import annotations

from textwrap import dedent

from reviewer.clients.registry import Libraries
from reviewer.core.span import Side
from reviewer.facts.extract import extract
from reviewer.facts.streaming.extract import file_facts
from reviewer.facts.streaming.model import FileFacts, Known, Setting, Topic


def read(path: str, text: str, side: Side = Side.AFTER) -> FileFacts:
    """The facts of one file alone."""
    content = dedent(text)
    return file_facts(extract(path, content, side), content, side, libraries=Libraries(), external={}, versions={})


def settings(path: str, text: str) -> list[tuple[str, str, str, str, int]]:
    """(client, key, value, scope, first line) of what is known to be a client's, in the order of the text."""
    return [row(setting) for setting in read(path, text).settings if setting.client]


def row(setting: Setting) -> tuple[str, str, str, str, int]:
    """A setting as a line that a person can check."""
    return setting.client, setting.key, setting.value.text, setting.scope, setting.span.first_line


def topics(path: str, text: str) -> list[str]:
    """The topics as lines: name, partitions/replication @their lines, settings @their lines."""
    return [topic_line(topic) for topic in read(path, text).topics]


def topic_line(topic: Topic) -> str:
    """`orders@3 12@4/3@5 retention.ms=1000@7`; `?` behind what is not known."""
    counts = (
        f"{'-' if count is None else count}" + (f"@{span.first_line}" if span is not None else "")
        for count, span in ((topic.partitions, topic.partitions_span), (topic.replication, topic.replication_span))
    )
    name = f"{topic.name}{'' if topic.is_literal else '?'}@{topic.span.first_line}"
    found = (
        f"{s.key}={s.value.text}{'' if s.value.known is Known.EXPLICIT else '?'}@{s.span.first_line}"
        for s in topic.settings
    )
    return " ".join((name, "/".join(counts), *found))
