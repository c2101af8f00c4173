"""Runs rules over a change. A danger that was there before, and that the change does not make, is set aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from reviewer.core.change import ChangeSet
from reviewer.core.finding import Confidence, Evidence, Finding, Origin, Stage, Withheld, fingerprint
from reviewer.core.problem import Problem
from reviewer.core.span import Side, Span
from reviewer.core.value import value
from reviewer.facts.delta import Delta
from reviewer.facts.profiles import developers_lines
from reviewer.facts.streaming.model import FactSet
from reviewer.files import FileKind, is_desk, kind_of
from reviewer.rules.cause import at_cause, said_by_change
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.suggestion import suggestion
from reviewer.rules.was import with_old


@value()
class RuleRun:
    """What the rules say: findings, what was set aside with the reason, and rules that crashed."""

    findings: tuple[Finding, ...]
    withheld: tuple[Withheld, ...]
    problems: tuple[Problem, ...]


def run_rules(delta: Delta, rules: Iterable[Rule], *, audit: bool = False) -> RuleRun:
    """Run each rule; with `audit` also dangers that the change did not bring are reported."""
    findings: list[Finding] = []
    withheld: list[Withheld] = []
    problems: list[Problem] = []
    for rule in rules:
        try:
            new, old = _hits(rule, delta, audit)
            made = [_finding(rule, hit, delta) for hit in _grouped(with_old(_once(new), delta))]
            aside = [_finding(rule, hit, delta) for hit in old]
        except Exception as error:  # one broken rule must not cost the others' findings; it is reported
            problems.append(_crash(rule, error))
            continue
        findings.extend(dict.fromkeys(made))
        withheld.extend(
            Withheld(finding=f, stage=Stage.RULE, reason="it was there before the change") for f in dict.fromkeys(aside)
        )
    return RuleRun(findings=tuple(findings), withheld=tuple(withheld), problems=tuple(problems))


def _crash(rule: Rule, error: Exception) -> Problem:
    return Problem(
        step="rule",
        subject=rule.id,
        message=f"crashed ({type(error).__name__}: {error}); its risk was not checked",
    )


def _hits(rule: Rule, delta: Delta, audit: bool) -> tuple[list[Hit], list[Hit]]:
    new: list[Hit] = []
    if rule.compare is not None and not audit:
        said = (said_by_change(hit, delta) for hit in rule.compare(delta))
        new = [at_cause(hit, delta) for hit in said if hit is not None]
    old: list[Hit] = []
    if rule.inspect is None:
        return new, old
    found = list(rule.inspect(delta.after))
    known = set() if audit else _known(found, list(rule.inspect(delta.before)), delta)
    told = {(hit.span.path, hit.subject) for hit in new}  # by the difference, where it is to be seen: what is gone
    for index, hit in enumerate(found):
        if (hit.span.path, hit.subject) in told:
            continue
        if index not in known and (audit or _brought_by_change(delta, hit)):
            new.append(hit if audit else at_cause(hit, delta))
        else:
            old.append(hit)
    return new, old


def _known(after: list[Hit], before: list[Hit], delta: Delta) -> set[int]:
    """The hits that were there before: first by subject, then, for code that was moved, by the very lines.

    Of several with one subject those on untouched lines are the old ones.
    """
    renamed = {change.old_path: change.path for change in delta.change_set.files if change.old_path}
    subjects = Counter((renamed.get(hit.span.path, hit.span.path), hit.subject) for hit in before)
    lines = Counter(_code(hit, delta) for hit in before)
    by_path = {(renamed.get(hit.span.path, hit.span.path), hit.subject): _code(hit, delta) for hit in before}
    known: set[int] = set()
    for index in sorted(range(len(after)), key=lambda i: delta.touches(after[i].span)):
        key = (after[index].span.path, after[index].subject)
        if subjects[key] > 0:
            subjects[key] -= 1
            lines[by_path[key]] -= 1
            known.add(index)
    for index, hit in enumerate(after):
        code = _code(hit, delta)
        if index not in known and lines[code] > 0:
            lines[code] -= 1
            known.add(index)
    return known


def _code(hit: Hit, delta: Delta) -> tuple[str, ...]:
    """The lines of a hit without their indentation: what stays when code is moved."""
    quotes = (_evidence(span, delta.change_set) for span in (hit.span, *hit.evidence))
    return tuple(evidence.quote.strip() if evidence is not None else "" for evidence in quotes)


def _once(hits: list[Hit]) -> list[Hit]:
    """One hit for one cause: a field, and the clients that are made with it, say the same on the field's line. Its own subject stays."""
    causes: dict[tuple[Span, str], list[Hit]] = {}
    for hit in hits:
        causes.setdefault((hit.span, hit.message), []).append(hit)
    return [_of_cause(same) for same in causes.values()]


def _of_cause(same: list[Hit]) -> Hit:
    if len(same) == 1:
        return same[0]
    own = next((hit for hit in same if not hit.evidence), same[0])
    users = dict.fromkeys(span for hit in same for span in hit.evidence)
    return replace(own, evidence=tuple(users)[:3])


def _grouped(hits: list[Hit]) -> list[Hit]:
    """One hit per group: five sends of one function are one comment that names the other lines."""
    groups: dict[tuple[str, str], list[Hit]] = {}
    for position, hit in enumerate(hits):
        groups.setdefault((hit.span.path, hit.group or f"#{position}"), []).append(hit)
    return [_one_of(group) for group in groups.values()]


def _one_of(group: list[Hit]) -> Hit:
    first, *others = group
    if not others:
        return first
    lines = ", ".join(str(hit.span.first_line) for hit in others[:5]) + (" …" if len(others) > 5 else "")
    message = f"{first.message} The same holds for line{'s' if len(others) > 1 else ''} {lines}."
    evidence = (*first.evidence, *(hit.span for hit in others[:2]))
    return replace(first, message=message, evidence=evidence, stands_for_more=True)


def _brought_by_change(delta: Delta, hit: Hit) -> bool:
    """With both versions read, the difference of the hits is proof; with one unread, the hit must stand on changed lines."""
    change = delta.change_set.file(hit.span.path)
    if change is None:
        return False
    if change.old_path is None or _is_read(delta.before, change.old_path):
        return True
    return any(delta.touches(span) for span in (hit.span, *hit.evidence))


def _is_read(facts: FactSet, path: str) -> bool:
    return facts.file(path) is not None


def _finding(rule: Rule, hit: Hit, delta: Delta) -> Finding:
    severity = hit.severity or rule.severity
    confidence = hit.confidence or rule.confidence
    kind = _kind(hit.span, delta)
    if kind is not FileKind.PRODUCTION:
        severity = severity.lowered()
    if kind is FileKind.TEST or is_desk(hit.span.path):
        confidence = Confidence.LOW
    quotes = tuple(e for span in (hit.span, *hit.evidence) if (e := _evidence(span, delta.change_set)) is not None)
    code = quotes[0].quote if quotes else ""
    return Finding(
        id=fingerprint(rule.id, hit.subject, code, hit.span.path), rule_id=rule.id, category=hit.category or rule.category,
        severity=severity, confidence=confidence, title=rule.title, span=hit.span, scenario=hit.scenario,
        why=hit.message, fix=hit.fix, subject=hit.subject, suggestion=suggestion(rule, hit, code, delta), evidence=quotes,
        references=rule.references, origin=Origin.RULE, trade_off=rule.trade_off,
    )  # fmt: skip


def _kind(span: Span, delta: Delta) -> FileKind:
    facts = (delta.before if span.side is Side.BEFORE else delta.after).file(span.path)
    if facts is not None and facts.kind is FileKind.PRODUCTION and span.first_line in developers_lines(facts):
        return FileKind.DEVELOPMENT
    return facts.kind if facts is not None else kind_of(span.path)


def _evidence(span: Span, change_set: ChangeSet) -> Evidence | None:
    change = change_set.file(span.path)
    text = change.text(span.side) if change is not None else None
    if text is None:
        return None
    lines = text.split("\n")[span.first_line - 1 : span.last_line]
    return Evidence(span=span, quote="\n".join(line.rstrip("\r") for line in lines))
