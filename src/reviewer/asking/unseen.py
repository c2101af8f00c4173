"""What a finding calls not shown is looked for before anybody is told: mostly it stands in the repository."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from reviewer.asking.rounds import Answered
from reviewer.context.lookup import look_up
from reviewer.context.names import named_in
from reviewer.context.redact import shown
from reviewer.context.serve import serve
from reviewer.context.shelf import Shelf, is_document, weight
from reviewer.core.finding import Confidence, Finding
from reviewer.model.reply import Need, Reply

_NEEDS = 6  # looked up for the findings of one unit
_NOT_SHOWN = re.compile(
    r"(?:not|never|n't) (?:been )?(?:shown|seen|visible|given|provided|known)|nobody (?:has )?s(?:ee|aw)", re.IGNORECASE
)
_KINDS = (
    ("callers", re.compile(r"\bcall(?:s|ed|ers?|ing)?\b|\bus(?:es|ed|ers?)\b|\bruns?\b|\binvok", re.IGNORECASE)),
    ("subclasses", re.compile(r"subclass|subtype|implement|overrid|\bextend", re.IGNORECASE)),
    ("version", re.compile(r"\bversions?\b", re.IGNORECASE)),
    (
        "setting",
        re.compile(r"\bsettings?\b|\bconfigur|\bset to\b|\bvalue\b|environment|\bbean\b|\btopic\b", re.IGNORECASE),
    ),
)
_PATH = re.compile(
    r"[\w.@-]+(?:/[\w.@-]+)+|[\w-]+\.(?:java|kts?|scala|py|go|ts|js|cs|rs|ya?ml|properties|json|toml|xml|tf|gradle)"
)
_KEY = re.compile(r"[a-z][\w-]*(?:[.-][\w-]+)+|[A-Z][A-Z\d]*(?:_[A-Z\d]+)+|\$\{.+")
_ASKED_KEYS, _PLACES = 3, 2  # settings that one question names, and places of each
_NAMED = "what the finding calls not shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Texts:
    """Where a finding says what nobody saw: what would settle it, the question, and what its reason says behind \"not shown\"."""

    finding: Finding

    def __iter__(self) -> Iterator[str]:
        doubt = self.finding.doubt
        if doubt is not None:
            yield from (doubt.settle, doubt.question)
        for sentence in re.split(r"(?<=[.;])\s+", self.finding.why):
            if _NOT_SHOWN.search(sentence):
                yield sentence


def with_unseen(answer: Answered, findings: Sequence[Finding], shelf: Shelf | None) -> Answered:
    """The unit as the second reader is shown it: with the code that its less than certain findings miss, where it is there."""
    doubtful = [finding for finding in findings if finding.confidence is not Confidence.HIGH]
    if shelf is None or not doubtful:
        return answer
    known = {(record.what, record.asked) for record in answer.served}
    wanted = [need for need in _wanted(answer, doubtful) if (need.what, need.symbol or need.path) not in known]
    served = serve(answer.unit, wanted[:_NEEDS], shelf, why=_NAMED) if wanted else None
    if served is None:
        return answer
    return replace(
        answer, unit=served.unit, first=answer.first or answer.unit, texts={**answer.texts, **served.texts},
        served=(*answer.served, *served.records),
    )  # fmt: skip


def with_places(findings: Sequence[Finding], shelf: Shelf | None) -> tuple[Finding, ...]:
    """What is only asked, with the places of this repository that have the setting which the question names: who answers it looks there first."""
    return tuple(finding if shelf is None else _with_place(finding, shelf) for finding in findings)


def _with_place(finding: Finding, shelf: Shelf) -> Finding:
    doubt = finding.doubt
    if doubt is None or finding.confidence is not Confidence.LOW:
        return finding
    said = [doubt.settle]
    names = (name for name in named_in(f"{doubt.settle} {doubt.question}") if not _PATH.fullmatch(name))
    for name in [name for name in names if _KEY.fullmatch(name)][:_ASKED_KEYS]:
        spots = look_up("setting", name, shelf, [finding.span.path]).spots
        set_in: dict[str, int] = {}
        for path, place in spots:
            if is_document(path) and not weight(path) and place.rank <= 1:
                set_in.setdefault(path, place.line)
        if set_in:
            places = ", ".join(f"{path}:{line}" for path, line in list(set_in.items())[:_PLACES])
            said.append(shown(f"This repository has `{name}` in {places}."))
    return replace(finding, doubt=replace(doubt, settle=" ".join(text for text in said if text)))


def _wanted(answer: Answered, findings: Sequence[Finding]) -> list[Need]:
    """What the last answer still asks for, then the names in the findings, each once."""
    needs = list(answer.outcome.needs) if isinstance(answer.outcome, Reply) else []
    for finding in findings:
        for text in _Texts(finding=finding):
            needs += [_need(name, text) for name in named_in(text)]
    return list({(need.what, need.path, need.symbol): need for need in needs}.values())


def _need(name: str, text: str) -> Need:
    """A path is opened; a key is looked for where it is set; of a name the words around it say what is missing."""
    if _PATH.fullmatch(name):
        return Need(path=name, symbol=None, question=text, what="definition")
    is_key = _KEY.fullmatch(name) is not None
    asked = next((kind for kind, pattern in _KINDS if pattern.search(text)), "definition")
    if is_key:
        return Need(path=None, symbol=name, question=text, what="version" if asked == "version" else "setting")
    return Need(path=None, symbol=name, question=text, what=asked)
