"""Schemas of all formats as facts: what is read, on which lines, and what shows that they are streamed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from reviewer.clients.registry import Libraries
from reviewer.core.change import ChangeSet
from reviewer.core.problem import Problem, ReviewError
from reviewer.core.source import Found
from reviewer.core.span import Side
from reviewer.facts.extract import extract
from reviewer.facts.gather import Gathered, gather
from reviewer.facts.streaming.extract import schemas_of
from reviewer.facts.streaming.model import Schema
from reviewer.facts.streaming.registry import compatibilities
from reviewer.facts.streaming.schemas_avdl import avdl_schemas
from reviewer.facts.streaming.schemas_protobuf import protobuf_schemas
from reviewer.facts.streaming.streamed import stream_of
from reviewer.facts.syntax import SyntaxFacts
from reviewer.facts.workers import Job, Key

AVDL = """@namespace("shop")
protocol Shop {
  import idl "other.avdl";
  /** A kind. */
  @aliases(["old.Kind"])
  enum Kind { A, B } = A;
  fixed Hash(16);
  record Order {
    string id;
    union { null, Money } paid = null;
    @logicalType("timestamp-micros") long at; // when
    string? note = null;
    array<Line> lines = [];
    map<decimal(9, 2)> rates;
    int a = 1, b;
    string @aliases(["title"]) name = "q";
  }
  void ping(string a);
  error Failed { string text; }
}
"""


def test_avro_idl_is_read_as_the_json_that_it_stands_for() -> None:
    kind, hashed, order, failed = avdl_schemas(AVDL, "a.avdl", Side.AFTER)
    assert (kind.fullname, kind.symbols, kind.detail, kind.aliases) == ("shop.Kind", ("A", "B"), "A", ("old.Kind",))
    assert (hashed.kind, hashed.detail, failed.kind) == ("fixed", "16", "error")
    assert {f.name: (f.type, f.default, f.span.first_line) for f in order.fields} == {
        "id": ('"string"', None, 9),
        "paid": ('["null", "shop.Money"]', "null", 10),
        "at": ('{"logicalType": "timestamp-micros", "type": "long"}', None, 11),
        "note": ('["null", "string"]', "null", 12),
        "lines": ('{"items": "shop.Line", "type": "array"}', "[]", 13),
        "rates": (
            '{"type": "map", "values": {"logicalType": "decimal", "precision": "9", "scale": "2", "type": "bytes"}}',
            None,
            14,
        ),
        "a": ('"int"', "1", 15),
        "b": ('"int"', None, 15),
        "name": ('"string"', '"q"', 16),
    }
    assert order.fields[-1].aliases == ("title",)


@pytest.mark.parametrize(
    "text", ["record", "protocol P { record A {", "record A { union { " * 500, "@a(" * 5000, "}" * 99]
)
def test_broken_avro_idl_ends(text: str) -> None:
    assert all(schema.format == "avro" for schema in avdl_schemas(text, "a.avdl", Side.AFTER))


PROTO = """syntax = "proto2";
package shop;
message Order {
  required string id = 1;
  optional int32 retries = 2 [default = 3];
  repeated Line lines = 0x3;
  map<string, int64> totals = 4;
  oneof payment {
    string card = 5;
  }
  optional group Extra = 6 { optional string note = 1; }
  reserved 7, 9 to 11, 100 to max;
  reserved "old", "older";
  message Line { optional string sku = 1 [(rule) = { pattern: "a;b" }]; }
}
enum Kind { KIND_NONE = 0; KIND_BACK = -1; }
service Shop { rpc Place (Order) returns (Receipt); }
"""


def test_protobuf_has_numbers_labels_oneofs_defaults_and_what_is_reserved() -> None:
    found = {schema.local: schema for schema in protobuf_schemas(PROTO, "a.proto", Side.AFTER)}
    assert list(found) == ["Order", "Order.Extra", "Order.Line", "Kind"]
    order = found["Order"]
    assert [(f.label, f.type, f.name, f.number, f.oneof, f.default, f.span.first_line) for f in order.fields] == [
        ("required", "string", "id", 1, "", None, 4),
        ("optional", "int32", "retries", 2, "", "3", 5),
        ("repeated", "Line", "lines", 3, "", None, 6),
        ("", "map<string,int64>", "totals", 4, "", None, 7),
        ("", "string", "card", 5, "payment", None, 9),
        ("optional", "group", "Extra", 6, "", None, 11),
    ]
    assert order.reserved == ((7, 7), (9, 11), (100, 1 << 31))
    assert order.fullname == "shop.Order"
    assert [f.name for f in found["Order.Line"].fields] == ["sku"]
    assert [(f.name, f.number) for f in found["Kind"].fields] == [("KIND_NONE", 0), ("KIND_BACK", -1)]
    assert {name: schema.rpc for name, schema in found.items()} == {
        "Order": True, "Order.Extra": False, "Order.Line": True, "Kind": False,
    }  # fmt: skip


LEVELS = [
    ("a.tf", 'resource "confluent_subject_config" "o" {\n  subject_name = "orders-value"\n  compatibility_level = "FULL"\n}\n', ("orders-value", "FULL", 3)),
    ("a.yml", "schema-registry:\n  compatibility: backward_transitive\n", ("schema-registry", "BACKWARD_TRANSITIVE", 2)),
    ("a.properties", "schema.compatibility.level=NONE\n", ("", "NONE", 1)),
    ("build.gradle", 'schemaRegistry {\n  config {\n    subject("orders-value", "FORWARD")\n  }\n}\n', ("orders-value", "FORWARD", 3)),
    ("a.sh", "curl -X PUT http://r/config/orders-value \\\n -d \"{\\\"compatibility\\\": \\\"NONE\\\"}\"\n", ("orders-value", "NONE", 2)),
    ("A.java", 'class A { void a() { client.updateCompatibility("orders-value", "NONE"); } }\n', ("orders-value", "NONE", 1)),
    ("A.cs", 'class A { void B() { registry.UpdateCompatibilityAsync(Compatibility.None, "orders"); } }\n', ("orders", "NONE", 1)),
]  # fmt: skip


@pytest.mark.parametrize(("path", "text", "level"), LEVELS, ids=[row[0] for row in LEVELS])
def test_levels_of_the_registry_are_read_wherever_they_are_written(
    path: str, text: str, level: tuple[str, str, int]
) -> None:
    found = compatibilities(extract(path, text, Side.AFTER), text, Side.AFTER)
    assert [(one.subject, one.mode, one.span.first_line) for one in found] == [level]


ORDER = 'syntax = "proto3";\npackage shop;\nmessage Order { string id = 1; }\n'
SENDER = """import org.apache.kafka.clients.producer.*;
class Orders {
  KafkaProducer<String, Order> producer;
  void send(Order order) { producer.send(new ProducerRecord<>("orders", order.getId(), order)); }
}
"""


class Tree:
    """A repository that can be searched, or whose search fails."""

    def __init__(self, files: Mapping[str, str], *, fails: bool = False) -> None:
        self._files = files
        self._fails = fails

    def read(self, path: str, side: Side) -> str | None:
        return self._files.get(path)

    def paths(self, side: Side) -> tuple[str, ...]:
        return tuple(sorted(self._files))

    def search(self, words: Sequence[str], side: Side, *, loose: bool = False) -> Found | None:
        if self._fails:
            raise ReviewError("git grep failed")
        paths = {path for path, text in self._files.items() if any(word in text for word in words)}
        return Found(paths=frozenset(paths), searched=len(self._files))


def _parse(jobs: Sequence[Job]) -> tuple[dict[Key, SyntaxFacts], tuple[Problem, ...]]:
    return {(job.path, job.side): extract(job.path, job.text, job.side) for job in jobs}, ()


def _gathered(tree: Tree) -> tuple[Gathered, Schema]:
    from rules.examples import file_change

    change = file_change("order.proto", ORDER, ORDER.replace("string id", "int32 id"))
    found = gather(
        ChangeSet(base="a", head="b", files=(change,)),
        tree,
        libraries=Libraries(),
        parse=_parse,
        skip=lambda _path: False,
    )
    return found, found.delta.after.files[0].schemas[0]


def test_code_beside_the_change_shows_the_topic_of_a_schema() -> None:
    gathered, schema = _gathered(
        Tree({"src/main/java/Orders.java": SENDER, "src/main/java/Web.java": "class Web { Order order; }"})
    )
    stream = stream_of(gathered.delta.after, schema)
    assert stream is not None
    assert (stream.place, stream.topic) == ("src/main/java/Orders.java:4", "orders")


def test_code_without_a_streaming_library_and_tests_show_nothing() -> None:
    files = {"src/main/java/Web.java": "class Web { Order order; }", "src/test/java/OrdersTest.java": SENDER}
    gathered, schema = _gathered(Tree(files))
    assert stream_of(gathered.delta.after, schema) is None


def test_a_search_that_fails_is_told() -> None:
    gathered, schema = _gathered(Tree({"src/main/java/Orders.java": SENDER}, fails=True))
    assert stream_of(gathered.delta.after, schema) is None
    assert [problem.message for problem in gathered.problems] == [
        "could not look for the code that uses the changed schemas: git grep failed"
    ]


def test_a_byte_order_mark_hides_no_schema() -> None:
    text = '\ufeff{"type": "record", "name": "A", "fields": []}'
    assert [one.local for one in schemas_of(text, extract("a.avsc", text, Side.AFTER), Side.AFTER)] == ["A"]
    text = '\ufeff{"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "B"}'
    assert [one.local for one in schemas_of(text, extract("b.json", text, Side.AFTER), Side.AFTER)] == ["B"]
