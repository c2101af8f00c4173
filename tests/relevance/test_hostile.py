"""Texts under review are hostile: what looks at them in our own process takes linear time, whatever they say."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from growth import ends, grows_linearly
from relevance.test_account import changed
from rules.examples import file_change

from reviewer.facts.syntax import SyntaxFacts
from reviewer.relevance.closure import Asked, within_change
from reviewer.relevance.decide import decide_file, may_be_streaming
from reviewer.relevance.links import View
from reviewer.relevance.schemas import breaks

SIZE = 20_000
UNITS = {
    "quotes": "\"'`", "opened strings": '"""', "verbatim strings": '@"', "comments": "/*", "escapes": '"\\', "tags": "><", "words": "kafka1 ",
    "names": "kafka{n} ", "vocabulary": "topic partition offset ", "imports": "import a.b;\n", "requires": "require(", "froms": "from ", "packages": "package a.kafka\n",
    "types": "class A{n} ", "bases": "class A extends B, C ", "functions": "def f{n}():\n", "blanks": " ", "newlines": "\n", "letters": "a", "dots": "a.", "carets": "<",
    "constants": "A_B = 1\n", "topic partition": "topicPartitionOffset", "capitals": "KAFKA", "markup": ">a",
}  # fmt: skip


def text_of(unit: str, size: int) -> str:
    if "{n}" in unit:
        return "".join(unit.format(n=n) for n in range(size // len(unit)))
    return unit * (size // len(unit))


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS.keys())
def test_a_hostile_text_is_judged_in_linear_time(unit: str) -> None:
    def judge(size: int) -> None:
        text = "kafka topic partition offset\n" + text_of(unit, size)
        for path in ("a.java", "a.py", "a.tsx", "a.go", "a.yaml", "a.sql", "a.proto"):
            may_be_streaming(path, text)
            decide_file(replace(file_change(path, None, "a\n"), after=text), None, None)

    grows_linearly(judge, SIZE)


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS.keys())
@pytest.mark.parametrize("path", ["a/x.java", "a/x.py", "a/x.ts", "a/x.go", "a/x.rs"])
def test_hostile_files_are_linked_in_linear_time(path: str, unit: str) -> None:
    def link(size: int) -> None:
        text = text_of(unit, size)
        asked = Asked(view=View(path=path, text=text), changed=tuple(text.split("\n")[:1000]))
        within_change([asked] * 3, [View(path=path.replace("x", "y"), text=text)] * 3)

    grows_linearly(link, SIZE)


def test_many_files_are_compared_within_a_limit() -> None:
    asked = [Asked(view=View(path=f"a/A{n}.java", text=f"class A{n} {{ B{n} b; }}")) for n in range(1000)]
    streaming = [View(path=f"b/S{n}.java", text=f"import a.X{n};\nclass S{n} {{ }}") for n in range(1000)]
    with ends():  # each may be compared with each, up to a limit: no ratio tells that from what hangs
        within_change(asked, streaming)


def test_a_schema_that_breaks_everywhere_or_is_very_deep_ends() -> None:
    with ends():
        before = "message A {\n" + "".join(f"  string f{n} = {n};\n" for n in range(1, 8000)) + "}\n"
        after = "message A {\n" + "  reserved 1;\n" * 8000 + "}\n"
        hunks = changed({"a.proto": before}, {"a.proto": after}, {})["a.proto"]
        assert hunks[0][1].startswith("schema change that breaks")
        deep = (
            '{"$schema": "https://json-schema.org/x", "properties": '
            + '{"a": {"properties": ' * 5000
            + "{}"
            + "}}" * 5000
            + "}"
        )
        facts = SyntaxFacts(path="a.json", language="json")
        assert breaks(replace(file_change("a.json", "{}\n", "[]\n"), after=deep), facts, facts) == ()
        many = {"$schema": "https://json-schema.org/x", "properties": {f"p{n}": {"maxLength": 9} for n in range(8000)}}
        fewer = json.loads(json.dumps(many).replace("9", "8"))
        assert len(changed({"b.json": json.dumps(many)}, {"b.json": json.dumps(fewer)}, {})["b.json"]) == 1
