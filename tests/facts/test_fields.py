"""Which reads of a field may see what an earlier call left in it."""

from __future__ import annotations

import pytest

from reviewer.core.span import Side
from reviewer.facts.extract import extract
from reviewer.facts.fields import Access, FieldUse, Scopes, Touch, accesses, carried_in, fields_of, left_behind
from reviewer.facts.steps import Run, run_of
from reviewer.facts.syntax import SyntaxFacts

_CLASS = """class A {{
  private Order last;
  private List<Order> batch = new ArrayList<>();
  void map(Order order) {{
{body}
  }}
  void help(Order last) {{
    this.last = last;
  }}
  void emit() {{
    out.collect(last);
  }}
}}
"""


def _touched(body: str, field: str) -> tuple[SyntaxFacts, Run, tuple[Access, ...]]:
    syntax = extract("A.java", _CLASS.format(body=body), Side.AFTER)
    (entry,) = (f.index for f in syntax.functions if f.name == "map")
    run = run_of(syntax, entry)
    return syntax, run, accesses(FieldUse(Scopes(syntax), field), run)


WRITTEN_FIRST = {
    "at once": "last = order;\nuse(last);",
    "in a helper whose parameter has the field's name": "help(order);\nemit();",
    "in both branches": "if (a) {\n last = order;\n} else {\n last = null;\n}\nemit();",
    "in one branch, the other throws": "if (a) {\n last = order;\n} else {\n throw new X();\n}\nemit();",
    "in every case": "switch (a) {\n case 1:\n  last = order;\n  break;\n default:\n  last = null;\n}\nemit();",
    "in a chain of branches": "if (a) {\n last = order;\n} else if (b) {\n last = x;\n} else {\n last = y;\n}\nemit();",
    "in a try": "try {\n last = order;\n} finally {\n close();\n}\nemit();",
    "in the same turn of a loop": "for (Order o : orders) {\n last = o;\n emit();\n}",
    "read in a local of the same name only": "Order last = order;\nuse(last);",
    "read as another object's field only": "use(order.last);\nthis.last = order;",
}


@pytest.mark.parametrize("body", WRITTEN_FIRST.values(), ids=WRITTEN_FIRST)
def test_what_is_written_first_carries_nothing(body: str) -> None:
    assert carried_in(*_touched(body, "last")) == ()


READ_FIRST = {
    "read before": "emit();\nlast = order;",
    "written in one branch": "if (a) {\n last = order;\n}\nemit();",
    "written in a loop that may not turn": "for (Order o : orders) {\n last = o;\n}\nemit();",
    "written in two conditions that may both fail": "if (a) {\n last = order;\n}\n\nif (b) {\n last = x;\n}\nemit();",
    "written from itself": "last = last.plus(order);\nemit();",
    "read in a condition": "if (order.after(last)) {\n last = order;\n}",
    "read in a lambda": "orders.stream().filter(o -> o.after(last)).count();\nlast = order;",
}


@pytest.mark.parametrize("body", READ_FIRST.values(), ids=READ_FIRST)
def test_what_is_read_first_carries_something(body: str) -> None:
    found = carried_in(*_touched(body, "last"))
    assert any(access.touch is Touch.READ for access in found)


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ("batch.add(order);\nsend(batch);\nbatch.clear();", False),
        ("batch.add(order);\nif (batch.size() > 9) {\n send(batch);\n batch.clear();\n}", True),
        ("try {\n batch.add(order);\n} finally {\n batch = new ArrayList<>();\n}", False),
        ("for (Order o : orders) {\n batch.add(o);\n}\nbatch.clear();", False),
        ("batch.clear();\nbatch.add(order);", True),
        ("send(batch);", False),
    ],
)
def test_what_is_emptied_at_the_end_leaves_nothing_behind(body: str, left: bool) -> None:
    _, run, touched = _touched(body, "batch")
    assert left_behind(run, touched) is left


def test_the_fields_of_a_python_class_are_those_that_it_sets() -> None:
    text = "class A:\n    size = 3\n    def __init__(self):\n        self.last = None\n    def map(self, v):\n        self.last = v\n        v.other = 1\n"
    syntax = extract("a.py", text, Side.AFTER)
    assert list(fields_of(syntax, syntax.types[0])) == ["last"]


def test_strings_and_methods_mention_no_field() -> None:
    syntax = extract("A.java", _CLASS.format(body='log("last " + a);\nlast();'), Side.AFTER)
    use = FieldUse(Scopes(syntax), "last")
    assert not use.mentions('log("last " + a)', None)
    assert not use.mentions("last()", None)
    assert use.mentions("this.last.next()", None)
