"""The report as JSON: the contract with programs, and the way from mode `analyze` to mode `post`.

Some of a report has no place in the contract and does not come back from `parse`: the finding's subject (its
fingerprint is there), the model's name, the notices and the diagram. An evidence item has no side in the contract: one in
the finding's own file is taken to be on the finding's side, any other on the new side.
"""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

from reviewer.core.blast_radius import Blast, BlastKind, User
from reviewer.core.finding import Doubt, Evidence, Finding, Withheld
from reviewer.core.guarantee import Because, Guarantee
from reviewer.core.problem import Problem, ReviewError
from reviewer.core.question import Question
from reviewer.core.report import Coverage, Judgements, Report, Served, Usage
from reviewer.core.roll_out import RollOut
from reviewer.core.span import Side, Span

if TYPE_CHECKING:
    from reviewer.publish.report_model import (
        BlastShape,
        EvidenceShape,
        FindingShape,
        GuaranteeShape,
        QuestionShape,
        ReportShape,
        ServedShape,
        UserShape,
    )

SCHEMA_VERSION = "1.3"
SIZE_LIMIT = 50_000_000


def render(report: Report) -> str:
    """JSON of the contract's fields, two blanks deep, ending in a line end. Lone surrogates become `?`."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "stream-review", "version": report.tool_version},
        "engine": report.engine,
        "base": report.base,
        "head": report.head,
        "status": report.status.value,
        "findings": [_finding(item) for item in report.findings],
        "withheld": [
            {**_finding(item.finding), "stage": item.stage.value, "reason": item.reason} for item in report.withheld
        ],
        "questions": [_question(item) for item in report.questions],
        "coverage": [_coverage(item) for item in report.coverage],
        "guarantees": [_guarantee(item) for item in report.guarantees],
        "blast_radius": [_blast(item) for item in report.radius],
        "rollout": [_roll_out(item) for item in report.roll_out],
        "judged": _judged(report.judged),
        "problems": [{"step": item.step, "subject": item.subject, "message": item.message} for item in report.problems],
        "served": [_served(item) for item in report.served],
        "usage": _usage(report.usage),
    }
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "replace").decode("utf-8") + "\n"


def _roll_out(plan: RollOut) -> dict[str, Any]:
    return {"kind": plan.kind.value, "subject": plan.subject, "steps": list(plan.steps), "finding": plan.finding}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "rule_id": finding.rule_id,
        "category": finding.category.value,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "title": finding.title,
        "path": finding.span.path,
        "side": finding.span.side.value,
        "start_line": finding.span.first_line,
        "line": finding.span.last_line,
        "scenario": list(finding.scenario),
        "why": finding.why,
        "fix": finding.fix,
        "suggestion": finding.suggestion,
        "evidence": [
            {"path": item.span.path, "line": item.span.first_line, "quote": item.quote} for item in finding.evidence
        ],
        "references": list(finding.references),
        "origin": finding.origin.value,
        "placement": finding.placement.value,
        "standing": finding.standing.value,
        "trade_off": finding.trade_off,
        "doubt": dataclasses.asdict(finding.doubt) if finding.doubt is not None else None,
    }


def _question(question: Question) -> dict[str, Any]:
    return {
        "id": question.id,
        "rule_id": question.rule_id,
        "path": question.span.path,
        "side": question.span.side.value,
        "start_line": question.span.first_line,
        "line": question.span.last_line,
        "category": question.category.value,
        "severity": question.severity.value,
        "title": question.title,
        "question": question.question,
        "if_so": list(question.if_so),
        "settle": question.settle,
    }


def _coverage(item: Coverage) -> dict[str, Any]:
    return {
        "path": item.path,
        "old_path": item.old_path,
        "side": item.side.value,
        "start_line": item.start_line,
        "line": item.line,
        "outcome": item.outcome.value,
        "reviewed_by": item.reviewed_by.value if item.reviewed_by else None,
        "reason": item.reason,
    }


def _served(item: Served) -> dict[str, Any]:
    return {
        "paths": list(item.paths),
        "what": item.what,
        "asked": item.asked,
        "question": item.question,
        "found": [{"path": s.path, "start_line": s.first_line, "line": s.last_line} for s in item.found],
        "note": item.note,
    }


def _guarantee(guarantee: Guarantee) -> dict[str, Any]:
    return {
        "kind": guarantee.kind.value,
        "subject": guarantee.subject,
        "before": guarantee.before.value,
        "after": guarantee.after.value,
        "because": [
            {
                "path": item.span.path,
                "side": item.span.side.value,
                "line": item.span.first_line,
                "what": item.what,
            }
            for item in guarantee.because
        ],
        "weak_link": guarantee.weak_link,
    }


def _blast(blast: Blast) -> dict[str, Any]:
    return {
        "kind": blast.kind.value,
        "name": blast.name,
        "topic": blast.name if blast.kind is BlastKind.TOPIC else None,
        "was": blast.was or None,
        "readers": [_user(user) for user in blast.readers],
        "writers": [_user(user) for user in blast.writers],
        "old_readers": [_user(user) for user in blast.old_readers],
        "old_writers": [_user(user) for user in blast.old_writers],
        "note": blast.note,
    }


def _user(user: User) -> dict[str, Any]:
    return {
        "repository": user.repository or None,
        "path": user.path,
        "line": user.line,
        "what": user.what,
        "changed": user.changed,
    }


def _judged(judged: Judgements | None) -> dict[str, int] | None:
    return dataclasses.asdict(judged) if judged is not None else None


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "requests": usage.requests,
        "tokens": {
            "input": usage.input_tokens,
            "cache_write": usage.cache_write_tokens,
            "cache_read": usage.cache_read_tokens,
            "output": usage.output_tokens,
        },
        "cost_usd": usage.cost_usd,
        "seconds": usage.seconds,
    }


def parse(text: str) -> Report:
    """The report that a file holds. Raises ReviewError, naming the field, on anything that is not exactly the contract."""
    # Imported here: only mode `post` reads reports, and building the validators takes a tenth of a second.
    from pydantic import ValidationError

    from reviewer.publish.report_model import ReportShape

    if len(text) > SIZE_LIMIT:
        raise ReviewError(f"report-file: larger than {SIZE_LIMIT:,} characters")
    try:
        shape = ReportShape.model_validate_json(text.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise ReviewError(f"report-file: not UTF-8 at character {error.start}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])[:200] or "the document"
        raise ReviewError(f"report-file: {where}: {first['msg'][:300]}") from error
    return _report(shape)


def _report(shape: ReportShape) -> Report:
    return Report(
        tool_version=shape.tool.version,
        engine=shape.engine,
        base=shape.base,
        head=shape.head,
        status=shape.status,
        findings=tuple(_to_finding(item) for item in shape.findings),
        withheld=tuple(
            Withheld(finding=_to_finding(item), stage=item.stage, reason=item.reason) for item in shape.withheld
        ),
        questions=tuple(_to_question(item) for item in shape.questions),
        coverage=tuple(Coverage(**item.model_dump()) for item in shape.coverage),
        guarantees=tuple(_to_guarantee(item) for item in shape.guarantees),
        radius=tuple(_to_blast(item) for item in shape.blast_radius),
        roll_out=tuple(
            RollOut(kind=item.kind, subject=item.subject, steps=tuple(item.steps), finding=item.finding)
            for item in shape.rollout
        ),
        judged=Judgements(**shape.judged.model_dump()) if shape.judged is not None else None,
        problems=tuple(Problem(**item.model_dump()) for item in shape.problems),
        served=tuple(_to_served(item) for item in shape.served),
        usage=Usage(
            requests=shape.usage.requests,
            input_tokens=shape.usage.tokens.input,
            cache_write_tokens=shape.usage.tokens.cache_write,
            cache_read_tokens=shape.usage.tokens.cache_read,
            output_tokens=shape.usage.tokens.output,
            cost_usd=shape.usage.cost_usd,
            seconds=shape.usage.seconds,
        ),
    )


def _to_guarantee(shape: GuaranteeShape) -> Guarantee:
    because = (
        Because(span=Span(path=b.path, side=b.side, first_line=b.line, last_line=b.line), what=b.what)
        for b in shape.because
    )
    return Guarantee(
        kind=shape.kind, subject=shape.subject, before=shape.before, after=shape.after, because=tuple(because),
        weak_link=shape.weak_link,
    )  # fmt: skip


def _to_blast(shape: BlastShape) -> Blast:
    return Blast(
        kind=shape.kind,
        name=shape.name,
        was=shape.was or "",
        readers=tuple(_to_user(user) for user in shape.readers),
        writers=tuple(_to_user(user) for user in shape.writers),
        old_readers=tuple(_to_user(user) for user in shape.old_readers),
        old_writers=tuple(_to_user(user) for user in shape.old_writers),
        note=shape.note,
    )


def _to_user(shape: UserShape) -> User:
    return User(
        path=shape.path, line=shape.line, what=shape.what, changed=shape.changed, repository=shape.repository or ""
    )


def _to_finding(shape: FindingShape) -> Finding:
    return Finding(
        id=shape.id,
        rule_id=shape.rule_id,
        category=shape.category,
        severity=shape.severity,
        confidence=shape.confidence,
        title=shape.title,
        span=Span(path=shape.path, side=shape.side, first_line=shape.start_line, last_line=shape.line),
        scenario=tuple(shape.scenario),
        why=shape.why,
        fix=shape.fix,
        subject="",
        suggestion=shape.suggestion,
        evidence=tuple(_to_evidence(item, shape) for item in shape.evidence),
        references=tuple(shape.references),
        origin=shape.origin,
        placement=shape.placement,
        standing=shape.standing,
        trade_off=shape.trade_off,
        doubt=Doubt(**shape.doubt.model_dump()) if shape.doubt is not None else None,
    )


def _to_question(shape: QuestionShape) -> Question:
    return Question(
        id=shape.id,
        rule_id=shape.rule_id,
        category=shape.category,
        severity=shape.severity,
        span=Span(path=shape.path, side=shape.side, first_line=shape.start_line, last_line=shape.line),
        title=shape.title,
        question=shape.question,
        if_so=tuple(shape.if_so),
        settle=shape.settle,
    )


def _to_served(shape: ServedShape) -> Served:
    spans = (Span(path=s.path, side=Side.AFTER, first_line=s.start_line, last_line=s.line) for s in shape.found)
    return Served(
        paths=tuple(shape.paths),
        what=shape.what,
        asked=shape.asked,
        question=shape.question,
        found=tuple(spans),
        note=shape.note,
    )


def _to_evidence(item: EvidenceShape, finding: FindingShape) -> Evidence:
    side = finding.side if item.path == finding.path else Side.AFTER
    last = item.line + item.quote.rstrip("\n").count("\n")
    return Evidence(span=Span(path=item.path, side=side, first_line=item.line, last_line=last), quote=item.quote)
