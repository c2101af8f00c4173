"""A change to a consumer, and findings about it, for the tests of the checks."""

from __future__ import annotations

from dataclasses import replace

from reviewer.core.change import ChangeSet, DiffLine, FileChange, FileStatus, Hunk, LineKind
from reviewer.core.finding import Category, Confidence, Evidence, Finding, Origin, Severity
from reviewer.core.span import Side, Span

PATH = "src/main/java/Orders.java"
BEFORE = """class Orders {
  void run() {
    while (running) {
      var records = consumer.poll(Duration.ofMillis(100));
      process(records);
      consumer.commitSync();
    }
  }

  void close() {
    consumer.close();
  }
}
"""
AFTER = BEFORE.replace(
    "      process(records);\n      consumer.commitSync();\n", "      consumer.commitSync();\n      process(records);\n"
)
POLL, COMMIT, PROCESS = (AFTER.split("\n")[n].strip() for n in (3, 4, 5))


def line(kind: LineKind, text: str, old: int | None, new: int | None) -> DiffLine:
    return DiffLine(kind=kind, text=text, old_number=old, new_number=new)


LINES = (
    line(LineKind.CONTEXT, "      var records = consumer.poll(Duration.ofMillis(100));", 4, 4),
    line(LineKind.REMOVED, "      process(records);", 5, None),
    line(LineKind.CONTEXT, "      consumer.commitSync();", 6, 5),
    line(LineKind.ADDED, "      process(records);", None, 6),
    line(LineKind.CONTEXT, "    }", 7, 7),
)
HUNK = Hunk(old_start=4, old_count=4, new_start=4, new_count=4, section="", lines=LINES)
CHANGE = FileChange(
    old_path=PATH, new_path=PATH, status=FileStatus.MODIFIED, hunks=(HUNK,), before=BEFORE, after=AFTER
)  # fmt: skip
CHANGES = ChangeSet(base="a", head="b", files=(CHANGE,))
PATCH_ONLY = ChangeSet(base="a", head="b", files=(replace(CHANGE, before=None, after=None, unread="not here"),))


def at(first: int, last: int | None = None, side: Side = Side.AFTER, path: str = PATH) -> Span:
    return Span(path=path, side=side, first_line=first, last_line=last if last is not None else first)


def quoted(quote: str, first: int = 5, side: Side = Side.AFTER, path: str = PATH) -> Evidence:
    return Evidence(span=at(first, side=side, path=path), quote=quote)


def finding(*evidence: Evidence, span: Span | None = None, rule_id: str | None = None, **more: object) -> Finding:
    made = Finding(
        id="model-id", rule_id=rule_id, category=Category.DATA_LOSS, severity=Severity.HIGH, confidence=Confidence.HIGH,
        title="Records are lost", span=span or at(5), scenario=("commit", "crash", "lost"), why="because", fix="swap",
        subject="s", evidence=evidence, origin=Origin.RULE if rule_id else Origin.MODEL,
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]
