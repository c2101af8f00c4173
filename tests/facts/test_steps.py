"""What a call of a method runs, in which order, and what surely ran before what."""

from __future__ import annotations

import pytest

from reviewer.core.span import Side
from reviewer.facts.extract import extract
from reviewer.facts.steps import Run, holds_for, run_of
from reviewer.facts.syntax import Assignment, Block, Call


def _run(body: str, rest: str = "", path: str = "A.java") -> Run:
    text = f"class A {{\n  void map(Order order) {{\n{body}\n  }}\n{rest}\n}}\n"
    syntax = extract(path, text, Side.AFTER)
    (entry,) = (f.index for f in syntax.functions if f.name == "map")
    return run_of(syntax, entry)


def _names(run: Run) -> list[str]:
    return [_name(step.node) for step in run.steps]


def _name(node: object) -> str:
    if isinstance(node, Call):
        return f"{node.name}()"
    if isinstance(node, Assignment):
        return f"{node.target} {node.operator}"
    return f"({node.detail.strip('()')})" if isinstance(node, Block) else "jump"


def test_a_condition_comes_before_what_is_in_it() -> None:
    run = _run("if (last == null) {\n last = order;\n} else {\n send(last);\n}\nfinish();")
    assert _names(run) == ["(last == null)", "last =", "(last == null)", "send()", "finish()"]


def test_a_value_is_read_before_it_is_assigned() -> None:
    assert _names(_run("last = make(\n order);\nuse(last);")) == ["make()", "last =", "use()"]


def test_an_own_method_runs_where_it_is_called() -> None:
    run = _run("before();\nhelp(order);\nafter();", "void help(Order o) {\n count++;\n}\nvoid help() {\n other();\n}")
    assert _names(run) == ["before()", "count ++", "help()", "after()"]
    assert [frame.caller for frame in run.frames] == [None, 0]


def test_a_method_that_is_handed_over_may_run_or_not() -> None:
    run = _run("order.lines().forEach(this::add);\nafter();", "void add(Line line) {\n count++;\n}")
    count, after = (next(s for s in run.steps if _name(s.node) == name) for name in ("count ++", "after()"))
    assert not holds_for(count.path, after.path)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("A.java", "class A { void map(O o) {\n o.all().forEach(this::add);\n }\n void add(O o) {\n count++;\n }\n}"),
        ("A.kt", "class A {\n fun map(o: O) {\n o.all().forEach(::add)\n }\n fun add(o: O) {\n count++\n }\n}"),
        (
            "A.scala",
            "class A {\n def map(o: O): Unit = {\n o.all.foreach(add)\n }\n def add(o: O): Unit = {\n count += 1\n }\n}",
        ),
        ("a.py", "class A:\n  def map(self, o):\n    each(o, self.add)\n  def add(self, o):\n    self.count += 1\n"),
    ],
)
def test_a_method_may_be_handed_over_in_every_language(path: str, text: str) -> None:
    syntax = extract(path, text, Side.AFTER)
    run = run_of(syntax, next(f.index for f in syntax.functions if f.name == "map"))
    assert any(isinstance(step.node, Assignment) and "count" in step.node.target for step in run.steps)


def test_recursion_ends() -> None:
    run = _run("help(order);", "void help(Order o) {\n help(o);\n count++;\n}")
    assert _names(run).count("count ++") == 1


def test_what_follows_a_helpers_early_return_is_not_sure_for_its_caller() -> None:
    run = _run(
        "help(order);\nafter();", "void help(Order o) {\n first = o;\n if (o.isEmpty()) return;\n second = o;\n}"
    )
    steps = {_name(step.node): step.path for step in run.steps}
    assert holds_for(steps["first ="], steps["after()"])
    assert not holds_for(steps["second ="], steps["after()"])


def test_a_branch_a_loop_and_a_lambda_are_not_sure_but_a_try_is() -> None:
    for body in ("if (a) {\n last = order;\n}", "while (a) {\n last = order;\n}", "run(() -> {\n last = order;\n});"):
        run = _run(f"{body}\nafter();")
        steps = {_name(step.node): step.path for step in run.steps}
        assert not holds_for(steps["last ="], steps["after()"]), body
    run = _run("try {\n last = order;\n} finally {\n close();\n}\nafter();")
    steps = {_name(step.node): step.path for step in run.steps}
    assert holds_for(steps["last ="], steps["after()"]) and holds_for(steps["close()"], steps["after()"])
