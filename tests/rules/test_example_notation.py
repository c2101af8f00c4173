"""The notation of examples: what is read, what is written, and what is refused."""

from __future__ import annotations

import pytest

from reviewer.core.span import Side
from reviewer.rules.examples import example_of, read_examples, rendered, without_examples, write_example

TEXT = """Remarks stand in front.

### bad: acks, and a file beside it
--- Orders.java
 class Orders {

-  String acks = "all"; // ! here
+  String acks = "1"; // ! here
 }
--- Keys.java
 class Keys {}
--- old/app.yml -> new/app.yml
 acks: 1 # ! here

### good: JSON is marked from below, and files come and go
--- a.avsc
 {
-  "type": "int"
+  "type": "long"
 }
--- Gone.java
-class Gone {}
--- New.java
+class New {}
"""


def test_files_sides_and_marks_are_read() -> None:
    bad, good = read_examples(TEXT)
    orders, keys, app = bad.files
    assert orders.before == 'class Orders {\n\n  String acks = "all";\n}\n'
    assert orders.after == 'class Orders {\n\n  String acks = "1";\n}\n'
    assert not keys.is_changed and keys.before == keys.after == "class Keys {}\n"
    assert (app.old_path, app.new_path, app.is_changed) == ("old/app.yml", "new/app.yml", True)
    assert bad.marks == {
        ("Orders.java", Side.BEFORE, 3),
        ("Orders.java", Side.AFTER, 3),
        ("new/app.yml", Side.AFTER, 1),
    }
    assert not good.marks and not good.is_bad
    assert [(f.before is None, f.after is None) for f in good.files] == [(False, False), (False, True), (True, False)]


def test_what_is_written_is_read_again() -> None:
    for example in read_examples(TEXT):
        assert read_examples(write_example(example)) == (example,)


@pytest.mark.parametrize("side", list(Side))
def test_json_is_marked_from_below(side: Side) -> None:
    text = '{\n  "a": 1\n}\n'
    example = example_of({"a.json": text}, {"a.json": text.replace("1", "2")}, title="t", marks=[("a.json", side, 2)])
    sign = "-" if side is Side.BEFORE else "+"
    assert f'\n{sign}  "a": {1 if side is Side.BEFORE else 2}\n^ here\n' in write_example(example)


def test_a_kept_line_that_is_marked_on_its_old_side_becomes_a_pair() -> None:
    example = example_of({"A.java": "a // ! here\nb\n"}, {"A.java": "a\n"}, title="t")
    assert write_example(example) == "### bad: t\n--- A.java\n-a // ! here\n+a\n-b\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("### ugly: t\n", "line 1: an example begins with"),
        ("### bad: t\nclass A {}\n", "line 2 .t.: a file begins with"),
        ("### bad: t\n--- A.java\nclass A {}\n", "line 3 .t.: a line of a file begins with"),
        ("### bad: t\n--- A.java\n^ here\n", "line 3 .t.: .* stands below"),
    ],
)
def test_a_line_that_is_none_of_ours_is_named(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_examples(text)


def test_what_the_notation_can_not_say_is_refused() -> None:
    with pytest.raises(ValueError, match="can't say this: filled"):
        write_example(example_of({"A.java": ""}, {"A.java": "class A {}\n"}, title="filled"))


def test_a_page_with_and_without_its_examples() -> None:
    page = "It hurts.\n\n## Examples\n\n### good: fine\n--- A.java\n+a\n\n## References\n\n- https://example.org\n"
    assert without_examples(page) == "It hurts.\n\n## References\n\n- https://example.org"
    assert "### Not reported: fine\n\n```diff\n--- A.java\n+a\n```\n\n## References" in rendered(page)
    assert rendered("No example.\n") == "No example."
