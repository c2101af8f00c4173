"""The generated names of Kafka Streams, as `Topology.describe()` prints them for these programs."""

from __future__ import annotations

import pytest

from reviewer.clients.registry import Libraries
from reviewer.core.span import Side
from reviewer.facts.extract import extract
from reviewer.facts.streaming.extract import file_facts

WINDOWS = "JoinWindows.ofTimeDifferenceWithNoGrace(MINUTE)"


def names(body: str) -> list[str]:
    text = f"import org.apache.kafka.streams.*;\nclass T {{ void build(StreamsBuilder b) {{ {body} }} }}\n"
    facts = file_facts(
        extract("T.java", text, Side.AFTER), text, Side.AFTER, libraries=Libraries(), external={}, versions={}
    )
    return [name for operator in facts.operators for name in operator.generated]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('b.stream("t").flatMapValues(f).groupBy(g).count();', ["KSTREAM-AGGREGATE-STATE-STORE-0000000003"]),
        (
            f'KStream a = b.stream("a"); KStream c = b.stream("c"); a.join(c, j, {WINDOWS});',
            ["KSTREAM-JOINTHIS-0000000004-store", "KSTREAM-JOINOTHER-0000000005-store"],
        ),
        (
            'b.table("t", Materialized.as("t")).groupBy(g).aggregate(i, x, y);',
            ["KTABLE-AGGREGATE-STATE-STORE-0000000003"],
        ),
        (
            'b.stream("t").groupByKey().count(Materialized.as("named")); b.table("u");',
            ["u-STATE-STORE-0000000002"],
        ),
        (
            'b.stream("t").selectKey(k).groupByKey().reduce(r).suppress(s);',
            ["KSTREAM-REDUCE-STATE-STORE-0000000002", "KTABLE-SUPPRESS-STATE-STORE-0000000008"],
        ),
        ('b.stream("t").split().branch(p).branch(q).defaultBranch(); b.table("u");', ["u-STATE-STORE-0000000005"]),
        ('b.stream("t").process(p, Named.as("p")).toTable();', ["KSTREAM-TOTABLE-STATE-STORE-0000000002"]),
    ],
)
def test_numbers_are_counted_as_the_dsl_counts_them(body: str, expected: list[str]) -> None:
    assert names(body) == expected
