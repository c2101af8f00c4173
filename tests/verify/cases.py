"""Changes of one file with findings on either side of them, for the tests of what is one cause."""

from __future__ import annotations

import difflib

from reviewer.core.change import ChangeSet, FileChange, FileStatus
from reviewer.core.finding import Category, Confidence, Evidence, Finding, Origin, Severity, Stage
from reviewer.core.span import Side, Span
from reviewer.diff.lines import split_lines
from reviewer.diff.unified import parse_diff
from reviewer.verify.causes import Causes
from reviewer.verify.duplicates import merge

PATH, OLD = "src/Job.java", "src/OldJob.java"
UID_RULE, ACKS_RULE = "flink-operator-uid-changed-or-graph-changed-without-uid", "kafka-producer-acks-not-all"
STATE, LOSS = Category.STATE_CONSISTENCY, Category.DATA_LOSS
LEFT, RIGHT = Side.BEFORE, Side.AFTER


class Case:
    """A change of one file; findings are placed by a piece of the line they stand on."""

    def __init__(self, before: str, after: str, *, old_path: str = PATH, context: int = 3) -> None:
        self.texts = {LEFT: before, RIGHT: after}
        self.paths = {LEFT: old_path, RIGHT: PATH}
        lines = list(difflib.unified_diff(split_lines(before), split_lines(after), "a/x", "b/x", n=context))
        (parsed,) = parse_diff("".join(lines))
        status = FileStatus.MODIFIED if old_path == PATH else FileStatus.RENAMED
        file = FileChange(
            old_path=old_path, new_path=PATH, status=status, hunks=parsed.hunks, before=before, after=after
        )  # fmt: skip
        self.changes = ChangeSet(base="a", head="b", files=(file,))

    def span(self, side: Side, first: str, last: str | None = None, path: str | None = None) -> Span:
        lines = self.texts[side].split("\n")
        start = next(n for n, line in enumerate(lines, start=1) if first in line)
        end = start if last is None else next(n for n, line in enumerate(lines, start=1) if last in line)
        return Span(path=path or self.paths[side], side=side, first_line=start, last_line=end)

    def found(
        self, side: Side, line: str, title: str, *, last: str | None = None, quotes: tuple[tuple[Side, str], ...] = (),
        path: str | None = None, rule: str | None = None, subject: str = "", category: Category = STATE, why: str = "",
        fix: str = "", scenario: tuple[str, ...] = ("deploy", "lost"), by: Origin = Origin.MODEL,
    ) -> Finding:  # fmt: skip
        """A finding that quotes its own first line unless `quotes` says otherwise."""
        spans = [self.span(s, text) for s, text in (quotes or ((side, line),))]
        return Finding(
            id=f"{by.value}:{title}:{subject}", rule_id=rule, category=category, severity=Severity.HIGH, confidence=Confidence.HIGH,
            title=title, span=self.span(side, line, last, path), scenario=scenario, why=why or title, fix=fix or title,
            subject=subject or title, origin=by, evidence=tuple(
                Evidence(span=s, quote=self.texts[s.side].split("\n")[s.first_line - 1].strip()) for s in spans
            ),
        )  # fmt: skip

    def merged(self, rules: tuple[Finding, ...], *answers: tuple[Finding, ...]) -> list[Finding]:
        kept, withheld = merge(rules, answers, Causes(self.changes))
        assert len(kept) + len(withheld) == len(rules) + sum(map(len, answers))
        assert all(item.stage is Stage.DUPLICATE for item in withheld)
        assert len({item.id for item in kept}) == len(kept)
        return list(kept)


HEAD = 'class Job {\n  void build() {\n    env.fromSource(source, watermarks, "scans")\n        .uid("scans")\n'
CHAIN = (
    "        .keyBy(scan -> scan.parcelId)\n        .process(new StandstillFunction())\n        .uid(\"standstill\")\n"
    "        .name(\"standstill\")\n        .sinkTo(delays);\n  }\n}\n"
)  # fmt: skip
UID = Case(HEAD + CHAIN, HEAD + CHAIN.replace('        .uid("standstill")\n', ""))


def uid_rule(case: Case, uid: str = "standstill", operator: str = "process(StandstillFunction)") -> Finding:
    return case.found(
        LEFT, f'.uid("{uid}")', "A savepoint's state no longer finds its operator", rule=UID_RULE, by=Origin.RULE,
        subject=f"Job.build: uid {uid} removed", fix=f'Put .uid("{uid}") back on {operator}.',
        why=f'The uid "{uid}" of {operator} is removed; its state is addressed by that uid.',
    )  # fmt: skip


TIMERS = "Standstill timers are orphaned on restore because the uid was dropped"


def timers(
    case: Case, side: Side = RIGHT, line: str = ".process(new", *, last: str | None = None, path: str | None = None,
    rule: str | None = None,
) -> Finding:  # fmt: skip
    """What a model says about the uid that is gone."""
    return case.found(
        side, line, TIMERS, last=last, path=path, rule=rule, fix='Put `.uid("standstill")` back.',
        why="Flink finds keyed state by the operator's uid; without one the id is a hash of the graph.",
    )  # fmt: skip


CONFIG = "bootstrap.servers=kafka:9092\nacks=all\nretries=10\nlinger.ms=20\n"
PROPERTIES = Case(CONFIG, CONFIG.replace("acks=all\nretries=10", "acks=1\nretries=0"))


def acks_rule(case: Case, line: str = "acks=1") -> Finding:
    return case.found(
        RIGHT, line, "The producer is told of success before the replicas have the record", rule=ACKS_RULE, by=Origin.RULE,
        subject="acks@producer.properties", category=LOSS, fix="Set acks=all.", why="acks is set to 1.",
    )  # fmt: skip
