"""The structured answer of a review. The schema guarantees its shape, so everything else is checked here."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from reviewer.core.finding import Category, Confidence, Doubt, Severity, Standing
from reviewer.core.problem import Problem
from reviewer.core.span import Side
from reviewer.model.answer_form import EarlierForm, EvidenceForm, FindingForm, NeedForm, VerdictForm
from reviewer.model.steps import unnumbered

MAX_FINDINGS, MAX_STEPS, MAX_EVIDENCE, MAX_NEEDS = 50, 12, 12, 5
TITLE, _WORDS, LONG = 200, 400, 4_000  # characters
_FENCE = re.compile(r"\A```(?:json)?\s*\n(.*)\n```\Z", re.DOTALL)
T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyEvidence:
    """A quoted line; nothing is known yet about whether it exists. An empty path is that of the finding."""

    path: str
    line: int
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyFinding:
    """A finding as the model gave it, within bounds."""

    category: Category
    severity: Severity
    confidence: Confidence
    title: str
    path: str
    side: Side
    start_line: int
    line: int
    scenario: tuple[str, ...]
    why: str
    fix: str
    suggestion: str | None
    evidence: tuple[ReplyEvidence, ...]
    rule_id: str | None
    standing: Standing = Standing.NEW
    doubt: Doubt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyVerdict:
    """What became of a hypothesis: `verdict` is confirmed | refuted | undecided.

    A refutation rests on `quote`, or on `documented`, the behaviour that a library states for a version. `doubt` is for undecided.
    """

    id: str
    verdict: str
    reason: str
    quote: str
    documented: str = ""
    doubt: Doubt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierVerdict:
    """What became of a finding of the answer before: `verdict` is stands | falls | open.

    The rest says what the code that was asked for changes of one that stands; None and empty: nothing.
    """

    id: str
    verdict: str
    reason: str
    quote: str
    documented: str
    severity: Severity | None = None
    confidence: Confidence | None = None
    title: str = ""
    scenario: tuple[str, ...] = ()
    why: str = ""
    fix: str = ""
    evidence: tuple[ReplyEvidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Code that would settle a question: a path or a symbol, and `what` of it: definition | callers | subclasses | setting | version."""

    path: str | None
    symbol: str | None
    question: str
    what: str = "definition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A parsed answer. `earlier` judges the answer before it; `rejected` says of every item that was unusable why."""

    findings: tuple[ReplyFinding, ...]
    verdicts: tuple[ReplyVerdict, ...]
    needs: tuple[Need, ...]
    earlier: tuple[EarlierVerdict, ...] = ()
    rejected: tuple[str, ...] = ()


def parse_reply(text: str) -> Reply | Problem:
    """The answer, item by item: one bad finding does not lose the others. A Problem when it is no answer at all."""
    body = parse_object(text, "findings")
    if isinstance(body, Problem):
        return body
    rejected = not_asked(body, "opinions")
    findings = each(body.get("findings"), FindingForm, _finding, "finding", MAX_FINDINGS, rejected)
    verdicts = each(body.get("verdicts"), VerdictForm, _verdict, "verdict", 200, rejected)
    needs = each(body.get("needs"), NeedForm, _need, "need", MAX_NEEDS, rejected)
    earlier = each(body.get("earlier", []), EarlierForm, _judged, "earlier", MAX_FINDINGS, rejected)
    return Reply(findings=findings, verdicts=verdicts, needs=needs, earlier=earlier, rejected=tuple(rejected))


def not_asked(body: Mapping[str, Any], *parts: str) -> list[str]:
    """What stands in parts of the form that belong to another task; it is not taken."""
    return [f"`{part}` was not asked for" for part in parts if body.get(part)]


def parse_object(text: str, key: str) -> dict[str, Any] | Problem:
    """The JSON object of an answer that holds a list under `key`, else a Problem. A fence or words around it are forgiven.

    Where the form is only asked for in words, a model sometimes introduces what it gives.
    """
    try:
        body = _loaded(text)
    except (ValueError, RecursionError) as error:
        return Problem(step="model", subject="answer", message=f"The answer is not JSON ({error}).")
    if not isinstance(body, dict) or not isinstance(body.get(key), list):
        return Problem(step="model", subject="answer", message=f"The answer has no list `{key}`.")
    return body


def _loaded(text: str) -> Any:
    bare = _FENCE.sub(r"\1", text.strip())
    try:
        return json.loads(bare)
    except ValueError:
        first, last = bare.find("{"), bare.rfind("}")
        if not 0 <= first < last:
            raise
        return json.loads(bare[first : last + 1])


def each(
    items: object, model: type[M], convert: Callable[[M], T], what: str, limit: int, rejected: list[str]
) -> tuple[T, ...]:
    """The usable ones of a list; every other leaves its reason in `rejected`."""
    if not isinstance(items, list):
        rejected.append(f"no list of {what}s")
        return ()
    kept: list[T] = []
    for number, item in enumerate(items, start=1):
        if len(kept) == limit:
            rejected.append(f"{what} {number} to {len(items)}: more than {limit}")
            break
        try:
            kept.append(convert(model.model_validate(item)))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            rejected.append(f"{what} {number}{_about(item)}: {where}: {first['msg']}")
        except ValueError as error:
            rejected.append(f"{what} {number}{_about(item)}: {error}")
    return tuple(kept)


def _about(item: object) -> str:
    """What a reader needs to look for an unusable item himself: its title and place, as far as they can be read."""
    if not isinstance(item, dict):
        return ""
    title, path, line = (str(item.get(key) or "") for key in ("title", "path", "line"))
    place = f"{path}:{line}" if path and line else path
    words = ", ".join(cut(word, 200) for word in (title, place) if word)
    return f" ({words})" if words else ""


def _finding(item: FindingForm) -> ReplyFinding:
    # Wrong numbers are no reason to lose a finding: its quotes say where it stands.
    first, last = sorted((max(1, item.start_line), max(1, item.line)))
    steps = steps_of(item.scenario)
    if not item.title.strip() or not item.path.strip() or not steps:
        raise ValueError("title, path and scenario may not be empty")
    evidence = tuple(_evidence(entry) for entry in item.evidence if entry.quote.strip())
    return ReplyFinding(
        category=Category(item.category), severity=Severity(item.severity), confidence=Confidence(item.confidence),
        title=cut(item.title, TITLE), path=item.path, side=Side(item.side), start_line=first, line=last, scenario=steps,
        why=cut(item.why, LONG), fix=cut(item.fix, LONG), suggestion=_suggestion(item.suggestion),
        evidence=evidence[:MAX_EVIDENCE], rule_id=item.rule_id or None, standing=Standing(item.standing),
        doubt=doubt_of(item.question, item.settle),
    )  # fmt: skip


def steps_of(scenario: Sequence[str]) -> tuple[str, ...]:
    """The steps of a scenario, without numbers of their own, as many and as long as a reader reads."""
    return tuple(cut(step, _WORDS) for step in unnumbered([step for step in scenario if step.strip()]))[:MAX_STEPS]


def _evidence(item: EvidenceForm) -> ReplyEvidence:
    return ReplyEvidence(path=item.path, line=max(1, item.line), quote=item.quote)


def _suggestion(text: str | None) -> str | None:
    """A suggestion replaces code, so one that is too long is dropped and not cut."""
    return text if text is not None and len(text) <= LONG else None


def _verdict(item: VerdictForm) -> ReplyVerdict:
    reason = cut(item.reason, LONG)
    return ReplyVerdict(
        id=item.id, verdict=item.verdict, reason=reason, quote=item.quote, documented=cut(item.documented, _WORDS),
        doubt=doubt_of(reason, item.settle) if item.verdict == "undecided" else None,
    )  # fmt: skip


def _judged(item: EarlierForm) -> EarlierVerdict:
    return EarlierVerdict(
        id=item.id, verdict=item.verdict, reason=cut(item.reason, LONG), quote=item.quote, documented=cut(item.documented, _WORDS),
        severity=Severity(item.severity) if item.severity is not None else None,
        confidence=Confidence(item.confidence) if item.confidence is not None else None,
        title=cut(item.title, TITLE), scenario=steps_of(item.scenario), why=cut(item.why, LONG),
        fix=cut(item.fix, LONG), evidence=tuple(_evidence(entry) for entry in item.evidence if entry.quote.strip())[:MAX_EVIDENCE],
    )  # fmt: skip


def doubt_of(question: str, settle: str) -> Doubt | None:
    """The doubt, when the model names one."""
    asked, decides = cut(question, _WORDS), cut(settle, _WORDS)
    return Doubt(question=asked or decides, settle=decides) if asked or decides else None


def _need(item: NeedForm) -> Need:
    if not (item.path or item.symbol):
        raise ValueError("neither a path nor a symbol")
    return Need(path=item.path or None, symbol=item.symbol or None, question=cut(item.question, _WORDS), what=item.what)


def cut(text: str, limit: int) -> str:
    """The text, shortened with an ellipsis when it is longer than a reader would read."""
    clean = text.strip()
    return clean if len(clean) <= limit else f"{clean[: limit - 1]}…"
