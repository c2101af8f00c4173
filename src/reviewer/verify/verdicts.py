"""The model's word on a finding or a hypothesis: a refutation counts only with its proof."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from reviewer.core.finding import Confidence, Doubt, Evidence, Finding, Origin, Stage, Withheld
from reviewer.core.span import Side, Span
from reviewer.verify.quote import locate
from reviewer.verify.sources import Sources

_LIBRARY = re.compile(
    r"kafka|flink|streams|spring|connect|debezium|avro|protobuf|schema.registry|librdkafka|confluent|sarama|franz|kafkajs|faust|"
    r"aiokafka|quarkus|smallrye|micronaut|alpakka|akka|pekko|camel|axon|masstransit|java|python|go|node|\.net|rust|jdk",
    re.IGNORECASE,
)
_LEAST_STEPS = 2  # an event and its damage
_VERSION = re.compile(r"\d+\.\d+|\bv?\d+\b|\b(?:all|every|any) versions?\b", re.IGNORECASE)


class Proof(Protocol):
    """What a refutation rests on."""

    @property
    def reason(self) -> str: ...
    @property
    def quote(self) -> str: ...
    @property
    def documented(self) -> str: ...


class Words(Protocol):
    """What is to be said of a finding instead of its own words; empty: those stay."""

    @property
    def title(self) -> str: ...
    @property
    def scenario(self) -> tuple[str, ...]: ...
    @property
    def why(self) -> str: ...


class Verdict(Proof, Protocol):
    """The word on one hypothesis: `verdict` is confirmed | refuted | undecided."""

    @property
    def id(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def doubt(self) -> Doubt | None: ...


def apply(
    hypotheses: Mapping[str, Finding], verdicts: Sequence[Verdict], paths: Sequence[str], sources: Sources
) -> tuple[tuple[Finding, ...], tuple[Withheld, ...]]:
    """Hypotheses kept (confirmed ones with origin `both`, undecided ones in doubt) and those refuted with a proof."""
    by_id = {verdict.id: verdict for verdict in verdicts}
    kept: list[Finding] = []
    withheld: list[Withheld] = []
    for name, finding in hypotheses.items():
        verdict = by_id.get(name)
        if verdict is None:
            kept.append(finding)
        elif verdict.verdict == "undecided":
            kept.append(in_doubt(finding, verdict.doubt or Doubt(question=verdict.reason)))
        elif verdict.verdict == "confirmed":
            kept.append(replace(finding, origin=Origin.BOTH))
        elif is_proved(verdict, paths, sources):
            withheld.append(Withheld(finding=finding, stage=Stage.REFUTED, reason=verdict.reason))
        else:
            kept.append(doubted(finding))
    return tuple(kept), tuple(withheld)


def is_proved(word: Proof, paths: Sequence[str], sources: Sources) -> bool:
    """Whether there is a reason, and a line that shows it or the documented behaviour of a library in a version."""
    return bool(word.reason.strip()) and (is_quoted(word.quote, paths, sources) or _is_documented(word.documented))


def is_quoted(quote: str, paths: Sequence[str], sources: Sources) -> bool:
    """Whether the quote stands in one of the files, on either side."""
    spans = (Span(path=path, side=Side.AFTER, first_line=1, last_line=1) for path in paths)
    return any(locate(Evidence(span=span, quote=quote), sources) is not None for span in spans)


def _is_documented(claim: str) -> bool:
    """Behaviour without a library and a version is an opinion."""
    return _LIBRARY.search(claim) is not None and _VERSION.search(claim) is not None


def reworded(finding: Finding, words: Words) -> Finding:
    """A true danger in the words that hold, also without a step that can't happen. Lines, quotes, fix and id stay: it is the same finding."""
    scenario = words.scenario if len(words.scenario) >= _LEAST_STEPS else finding.scenario
    return replace(finding, title=words.title or finding.title, scenario=scenario, why=words.why or finding.why)


def doubted(finding: Finding) -> Finding:
    """Refuted without a proof: still said, no longer with full confidence."""
    return replace(finding, confidence=min(finding.confidence, Confidence.MEDIUM, key=lambda c: c.rank))


def in_doubt(finding: Finding, doubt: Doubt | None) -> Finding:
    """It hinges on what nobody could see: too little to post, too much to drop."""
    was = finding.doubt or Doubt()
    now = replace(doubt, reason=doubt.reason or was.reason) if doubt is not None else finding.doubt
    return replace(finding, confidence=Confidence.LOW, doubt=now)
