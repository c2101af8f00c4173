"""How sure a schema's danger is: what shows that its records are in a topic. Shared by the rules about schemas."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reviewer.core.finding import Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import Schema
from reviewer.facts.streaming.streamed import Stream, stream_of

_UNSTABLE = re.compile(r"\bv\d+(alpha|beta)\d*\b|\b(alpha|experimental|unstable)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What shows that a schema is streamed, in words, and what that makes of a danger."""

    stream: Stream | None
    confidence: Confidence
    lowered: bool

    @property
    def topic(self) -> str:
        """The topic as a phrase."""
        return f"the topic {self.stream.topic}" if self.stream is not None and self.stream.topic else "the topic"

    @property
    def note(self) -> str:
        """A sentence for the end of a message."""
        if self.stream is None:
            return " Nothing that was read shows that it is streamed."
        return f" It is streamed: {self.stream.place}{f', topic {self.stream.topic}' if self.stream.topic else ''}."

    def of(self, severity: Severity) -> Severity:
        """The severity, one level lower where nothing shows a stream."""
        return severity.lowered() if self.lowered else severity


def weight(delta: Delta, schema: Schema) -> Weight:
    """A type of an rpc, or of a package that calls itself unstable, is only asked about unless code streams it."""
    stream = stream_of(delta.after, schema)
    if stream is not None:
        return Weight(stream=stream, confidence=Confidence.HIGH, lowered=False)
    doubtful = schema.rpc or _UNSTABLE.search(f"{schema.fullname} {schema.span.path}") is not None
    confidence = Confidence.LOW if doubtful else Confidence.MEDIUM
    return Weight(stream=None, confidence=confidence, lowered=True)
