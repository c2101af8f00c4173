"""The picture: right for the reader, and deaf to what strangers write into names."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.stream_map import EdgeKind, NodeKind, StreamEdge, StreamMap, StreamNode, difference
from reviewer.publish.mermaid import difference_flowchart, flowchart, label

TOPIC = StreamNode(id="topic:orders", kind=NodeKind.TOPIC, label="orders")
COMPUTED = StreamNode(id="topic?:name()", kind=NodeKind.TOPIC, label="name()", is_known=False)
JOB = StreamNode(id="client:Job", kind=NodeKind.CLIENT, label="Job (Flink)")
STEP = StreamNode(id="client:Job/map", kind=NodeKind.OPERATOR, label="map totals", inside="client:Job")
READS = StreamEdge(source="topic:orders", target="client:Job", kind=EdgeKind.READS)
WRITES = StreamEdge(source="client:Job", target="topic?:name()", kind=EdgeKind.WRITES)


def test_a_job_frames_its_steps_and_topics_are_drums() -> None:
    found = StreamMap(nodes=(JOB, STEP, TOPIC, COMPUTED), edges=(READS, WRITES))
    assert flowchart(found) == (
        "flowchart TB\n"
        '  subgraph n1["Job (Flink)"]\n'
        '    n2["map totals"]\n'
        "  end\n"
        '  n3[("orders")]\n'
        '  n4[("name() ?")]\n'
        "  n3 -->|reads| n1\n"
        "  n1 -->|writes| n4\n"
    )


@pytest.mark.parametrize(("readers", "direction"), [(1, "TB"), (3, "TB"), (9, "LR")])
def test_it_is_drawn_in_the_narrower_way(readers: int, direction: str) -> None:
    names = [f"Billing{n} (Spring for Apache Kafka)" for n in range(readers)]
    clients = tuple(StreamNode(id=f"client:{name}", kind=NodeKind.CLIENT, label=name) for name in names)
    reads = tuple(StreamEdge(source=TOPIC.id, target=c.id, kind=EdgeKind.READS, group="billing") for c in clients)
    writes = StreamEdge(source=JOB.id, target=TOPIC.id, kind=EdgeKind.WRITES)
    picture = flowchart(StreamMap(nodes=(JOB, TOPIC, *clients), edges=(writes, *reads)))
    assert picture.startswith(f"flowchart {direction}\n")


def test_what_is_added_is_thick_and_what_is_removed_is_dashed() -> None:
    before = StreamMap(nodes=(JOB, TOPIC), edges=(READS,))
    after = StreamMap(nodes=(JOB, COMPUTED), edges=(WRITES,))
    picture = difference_flowchart(difference(before, after))
    assert picture is not None
    assert "n2 -.->|reads| n1" in picture
    assert "n1 ==>|writes| n3" in picture
    assert "class n3 added" in picture and "class n2 removed" in picture


def test_no_difference_draws_nothing() -> None:
    found = StreamMap(nodes=(JOB, TOPIC), edges=(READS,))
    assert difference_flowchart(difference(found, found)) is None


def test_too_much_to_see_anything_draws_nothing() -> None:
    topics = tuple(StreamNode(id=f"topic:{n}", kind=NodeKind.TOPIC, label=f"t{n}") for n in range(50))
    assert difference_flowchart(difference(StreamMap(), StreamMap(nodes=topics))) is None


@given(st.text(max_size=200))
def test_a_label_holds_nothing_that_mermaid_or_markdown_reads(text: str) -> None:
    shown = label(text)
    assert 0 < len(shown) <= 60
    assert not set(shown) & set("\"'`<>[]{}|;#&%\n\r\\@!$~^")


@given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
def test_every_line_is_of_the_template(names: list[str]) -> None:
    nodes = tuple(StreamNode(id=f"topic:{n}", kind=NodeKind.TOPIC, label=name) for n, name in enumerate(names))
    for line in flowchart(StreamMap(nodes=nodes)).splitlines()[1:]:
        assert re.fullmatch(r'  n\d+\[\("[^"\[\]{}<>`|;]+"\)\]', line)


def test_a_topic_that_stays_and_where_others_notice_the_change_is_marked_and_drawn_with_them() -> None:
    found = StreamMap(nodes=(JOB, TOPIC), edges=(READS,))
    picture = difference_flowchart(difference(found, found), hit=[TOPIC.label])
    assert picture is not None
    assert f'"~ {label(TOPIC.label)}"' in picture and "|reads|" in picture and "classDef hit" in picture
    assert difference_flowchart(difference(found, found), hit=["another"]) is None
