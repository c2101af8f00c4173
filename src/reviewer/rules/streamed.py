"""How sure a schema's danger is: what shows that its records are in a topic. Shared by the rules about schemas."""

from __future__ import annotations

import re

from reviewer.core.finding import Confidence, Severity
from reviewer.core.value import value
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import Schema
from reviewer.facts.streaming.streamed import Stream, stream_of

_UNSTABLE = re.compile(r"\bv\d+(alpha|beta)\d*\b|\b(alpha|experimental|unstable)\b")
# A call's message by the names that everybody uses; a JSON Schema is more often a configuration's than a record's.
_CALLED = re.compile(r"(Request|Response|Req|Resp|Reply)$|(^|[./_-])(g?rpc|apis?|services?)([./_-]|$)")
_RECORDS = re.compile(
    r"event|message|record|topic|kafka|stream|payload|envelope|contract|subject|command|queue|avro|(key|value)$",
    re.IGNORECASE,
)

# What happened, as events are named: `OrderPlaced`, `BasketClosed`; not what something is, as in `ConfigShared`.
_HAPPENED = re.compile(
    r"[a-z0-9](?!Shared|Nested|Embedded|Advanced|Extended|Limited|Unified|Managed|Based|Related|Required|Enabled|Distributed)(?:[A-Z][a-z]+ed|Paid|Sent|Sold|Lost|Begun|Made)$"
)


@value()
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
    """What looks like an rpc's, a configuration's, or calls itself unstable is of low confidence unless code streams it."""
    stream = stream_of(delta.after, schema)
    if stream is not None:
        return Weight(stream=stream, confidence=Confidence.HIGH, lowered=False)
    names = (schema.local, schema.fullname, schema.span.path)
    doubtful = schema.rpc or any(_UNSTABLE.search(name) for name in names)
    if schema.format == "protobuf":
        doubtful = doubtful or any(_CALLED.search(name) for name in names)
    elif schema.format == "json":
        doubtful = doubtful or not any(_RECORDS.search(name) or _HAPPENED.search(name) for name in names)
    confidence = Confidence.LOW if doubtful else Confidence.MEDIUM
    return Weight(stream=None, confidence=confidence, lowered=True)
