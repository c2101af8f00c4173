"""Schemas count by what changes: what breaks written records or their readers, with the place and the reason."""

from __future__ import annotations

import json

import pytest
from relevance.test_account import NOT, changed

from reviewer.core.report import Outcome

PROTO = """syntax = "proto3";
message Order {
  string id = 1;
  int32 amount = 2;
  repeated string lines = 3;
  Kind kind = 4;
  message Part {
    bytes body = 1;
  }
}
enum Kind {
  NONE = 0;
  SALE = 1;
}
"""
BREAKS = [
    ("int32 amount = 2;", "string amount = 2;", "amount = 2 of Order becomes string"),
    ("int32 amount = 2;", "sint32 amount = 2;", "amount = 2 of Order becomes sint32"),
    ("int32 amount = 2;", "repeated int32 amount = 2;", "amount = 2 of Order becomes repeated int32"),
    ("repeated string lines = 3;", "string lines = 3;", "lines = 3 of Order becomes string"),
    ("int32 amount = 2;", "int32 amount = 9;", "amount = 2 of Order gets the number 9"),
    ("  int32 amount = 2;\n", "", "amount = 2 of Order goes without its number being reserved"),
    ("int32 amount = 2;", "double price = 2;", "the number of amount = 2 of Order is used for price"),
    ("bytes body = 1;", "fixed32 body = 1;", "body = 1 of Order.Part becomes fixed32"),
    ("  SALE = 1;\n", "", "SALE = 1 of Kind goes without its number being reserved"),
    ("SALE = 1;", "SALE = 2;", "SALE = 1 of Kind gets the number 2"),
]  # fmt: skip
KEEPS = [
    ("int32 amount = 2;", "int64 amount = 2;"),
    ("bytes body = 1;", "string body = 1;"),
    ("int32 amount = 2;", "int32 amount_cents = 2;"),
    ("  int32 amount = 2;\n", "  reserved 2;\n"),
    ("  int32 amount = 2;\n", "  reserved 2 to 5, 9;\n"),
    ("  int32 amount = 2;\n", "  int32 amount = 2;\n  string note = 5;\n"),
    ("  SALE = 1;\n", "  SALE = 1;\n  GIFT = 2;\n"),
    ("Kind kind = 4;", "shop.Kind kind = 4;"),
    ("message Order {", "// Order\nmessage Order {"),
]


@pytest.mark.parametrize(("old", "new", "what"), BREAKS, ids=[row[1] or row[0] for row in BREAKS])
def test_what_breaks_on_the_wire_counts_in_any_repository(old: str, new: str, what: str) -> None:
    found = changed({"api/a.proto": PROTO}, {"api/a.proto": PROTO.replace(old, new)}, {})
    reason = f"schema change that breaks: {what}; nothing shows that it is streamed"
    assert found["api/a.proto"] == [(Outcome.REVIEWED, reason)]


@pytest.mark.parametrize(("old", "new"), KEEPS, ids=[row[1] for row in KEEPS])
def test_what_old_and_new_readers_survive_does_not_count(old: str, new: str) -> None:
    found = changed({"api/a.proto": PROTO}, {"api/a.proto": PROTO.replace(old, new)}, {})
    assert {outcome for outcome, _ in found["api/a.proto"]} == {Outcome.NOT_STREAMING}


def test_a_new_or_deleted_protobuf_file_breaks_nobody() -> None:
    assert changed({}, {"a.proto": PROTO}, {})["a.proto"] == [(Outcome.NOT_STREAMING, NOT)]
    assert changed({"a.proto": PROTO}, {}, {})["a.proto"] == [(Outcome.NOT_STREAMING, NOT)]


def test_only_the_hunk_that_breaks_counts() -> None:
    filler = "".join(f"message M{n} {{\n  string id = 1;\n}}\n" for n in range(10))
    before = PROTO + filler + "message Last {\n  string id = 1;\n}\n"
    after = before.replace("int32 amount", "string amount").replace(
        "message Last {\n", "message Last {\n  string note = 2;\n"
    )
    outcomes = [outcome for outcome, _ in changed({"a.proto": before}, {"a.proto": after}, {})["a.proto"]]
    assert outcomes == [Outcome.REVIEWED, Outcome.NOT_STREAMING]


def schema(**more: object) -> str:
    order = {
        "id": {"type": "string", "maxLength": 40},
        "amount": {"type": "number", "minimum": 0},
        "kind": {"enum": ["sale", "gift"]},
    }
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["id"],
        "properties": order,
    }
    return json.dumps({**whole, **more}, indent=2) + "\n"


def with_property(**more: object) -> str:
    base = json.loads(schema())["properties"]
    return schema(properties={**base, **more})


NARROWED = {
    "a property becomes required": (schema(required=["id", "amount"]), "amount is required"),
    "a type narrows": (with_property(amount={"type": "integer", "minimum": 0}), "type is integer in amount"),
    "a type changes": (with_property(id={"type": "integer"}), "type is integer in id"),
    "a value goes": (with_property(kind={"enum": ["sale"]}), "enum lacks gift in kind"),
    "values are listed": (
        with_property(id={"type": "string", "maxLength": 40, "enum": ["a"]}),
        "only some values are allowed in id",
    ),
    "a maximum falls": (with_property(id={"type": "string", "maxLength": 20}), "maxLength is 20 in id"),
    "a minimum rises": (with_property(amount={"type": "number", "minimum": 1}), "minimum is 1 in amount"),
    "a pattern comes": (with_property(id={"type": "string", "maxLength": 40, "pattern": "^o"}), "pattern is set in id"),
    "others are forbidden": (schema(additionalProperties=False), "additionalProperties is false"),
}
WIDENED = {
    "a property comes": with_property(note={"type": "string"}),
    "nothing is required": schema(required=[]),
    "a type widens": with_property(id={"type": ["string", "null"], "maxLength": 40}),
    "a value comes": with_property(kind={"enum": ["sale", "gift", "loan"]}),
    "a maximum rises": with_property(id={"type": "string", "maxLength": 80}),
    "a description": schema(description="orders"),
}


@pytest.mark.parametrize(("after", "what"), NARROWED.values(), ids=NARROWED.keys())
def test_a_json_schema_counts_where_it_narrows(after: str, what: str) -> None:
    hunks = changed({"api/order.json": schema()}, {"api/order.json": after}, {})["api/order.json"]
    reason = f"schema change that breaks: {what}; nothing shows that it is streamed"
    assert (Outcome.REVIEWED, reason) in hunks


@pytest.mark.parametrize("after", WIDENED.values(), ids=WIDENED.keys())
def test_a_json_schema_that_widens_does_not_count(after: str) -> None:
    hunks = changed({"api/order.json": schema()}, {"api/order.json": after}, {})["api/order.json"]
    assert {outcome for outcome, _ in hunks} == {Outcome.NOT_STREAMING}


def test_json_that_is_no_schema_does_not_count() -> None:
    before, after = '{"required": ["a"]}\n', '{"required": ["a", "b"]}\n'
    assert changed({"a.json": before}, {"a.json": after}, {})["a.json"] == [(Outcome.NOT_STREAMING, NOT)]
