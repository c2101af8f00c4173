"""What encloses what, where ranges alone do not say it."""

from __future__ import annotations

from reviewer.core.span import Side
from reviewer.facts.extract import extract
from reviewer.facts.syntax import BlockKind, ResultUse

LOOP_IN_TRY = """try:
    while True:
        handle(consumer.poll(1.0))
except KafkaException:
    stop()
"""

ANONYMOUS = """class A {
  void f() {
    run(new Task(first(1)) {
      void work() { inside(2); }
    });
  }
}
"""


def test_a_block_of_one_statement_encloses_that_statement() -> None:
    # The block of `try` and the `while` in it cover the same bytes.
    facts = extract("a.py", LOOP_IN_TRY, Side.AFTER)
    assert [(b.kind, b.parent) for b in facts.blocks] == [
        (BlockKind.TRY, None), (BlockKind.LOOP, 0), (BlockKind.CATCH, None),
    ]  # fmt: skip
    polled = next(call for call in facts.calls if call.name == "poll")
    assert [facts.blocks[index].kind for index in polled.blocks] == [BlockKind.TRY, BlockKind.LOOP]
    assert facts.blocks[2].owner == 0


def test_the_arguments_of_an_anonymous_class_are_outside_of_it() -> None:
    facts = extract("A.java", ANONYMOUS, Side.AFTER)
    owner = {call.name: facts.types[call.type].name for call in facts.calls if call.type is not None}
    assert owner["first"] == "A"
    assert owner["inside"] == "<Task>"


def test_a_span_ends_where_its_text_ends() -> None:
    text = "class A {\r\n  int n = 1;\n\n  // last\n}\n"
    facts = extract("A.java", text, Side.AFTER)
    assert (facts.types[0].span.first_line, facts.types[0].span.last_line) == (1, 5)
    assert [(a.span.first_line, a.span.last_line) for a in facts.assignments] == [(2, 2)]
    assert [(c.span.first_line, c.span.last_line) for c in facts.comments] == [(4, 4)]


def test_the_variable_behind_an_await_and_a_question_mark_is_known() -> None:
    facts = extract("a.rs", "async fn f() { let delivery = producer.send(record, timeout).await?; }\n", Side.AFTER)
    assert [(call.name, call.result, call.result_name) for call in facts.calls] == [
        ("send", ResultUse.AWAITED, "delivery")
    ]
