"""The streaming facts of a document that is written in a test."""

from __future__ import annotations

from textwrap import dedent

from reviewer.core.span import Side
from reviewer.facts.extract import extract
from reviewer.facts.streaming.extract import file_facts
from reviewer.facts.streaming.model import FileFacts, Setting


def read(path: str, text: str, side: Side = Side.AFTER) -> FileFacts:
    """The facts of one file alone."""
    content = dedent(text)
    return file_facts(extract(path, content, side), content, side, external={}, versions={})


def settings(path: str, text: str) -> list[tuple[str, str, str, str, int]]:
    """(client, key, value, scope, first line) of what is known to be a client's, in the order of the text."""
    return [row(setting) for setting in read(path, text).settings if setting.client]


def row(setting: Setting) -> tuple[str, str, str, str, int]:
    """A setting as a line that a person can check."""
    return setting.client, setting.key, setting.value.text, setting.scope, setting.span.first_line
