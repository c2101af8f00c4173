"""The map as Mermaid, DOT and JSON: of one strict grammar each, whatever strangers write into names."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.stream_map import EdgeKind, Fate, NodeKind, StreamEdge, StreamMap, StreamNode, difference
from reviewer.publish import dot, map_json, mermaid
from reviewer.publish.map_model import MapShape, json_schema

SCHEMA = Path(__file__).parents[2] / "docs" / "map.schema.json"
_TEXT = r"[^\"'`<>\[\]{}|;#&%\n\r\\@!$~^?]{1,64}(?: \?)?"
_BOX = rf'n\d+(?:\[\("{_TEXT}"\)\]|\["{_TEXT}"\]|\[/"{_TEXT}"/\]|\[\["{_TEXT}"\]\]|\{{\{{"{_TEXT}"\}}\}}|\(\["{_TEXT}"\]\))'
_WORD = rf'(?:\|(?:reads|writes|keeps|describes)\||\|"(?:reads|writes|keeps|describes|then) as {_TEXT}"\|)?'
# Everything that we write, line by line; Mermaid itself reads each of these (looked at by hand with its parser).
MERMAID = re.compile(
    rf'flowchart (?:LR|TB)|  subgraph n\d+\["{_TEXT}"\]|  end|    {_BOX}|  {_BOX}|  n\d+ (?:-->|==>|-\.->){_WORD} n\d+'
    r"|  classDef (?:added|removed) [\w:#,. -]+|  class n\d+(?:,n\d+)* (?:added|removed)"
)
DOT = re.compile(
    r'digraph streams \{|  rankdir=LR;|  node \[shape=box\];|\}|  subgraph cluster_n\d+ \{|    label="[^"\\\n]*";|  \}'
    r'|    n\d+ \[shape=point style=invis\];| {2,4}n\d+ \[label="[^"\\\n]*" shape=\w+(?: color="#\w+" (?:penwidth=3|style=dashed))?\];'
    r'|  n\d+ -> n\d+ \[label="[^"\\\n]*"(?: color="#\w+" (?:penwidth=3|style=dashed))?\];'
)


@st.composite
def maps(draw: st.DrawFn) -> StreamMap:
    """Maps of all kinds of nodes with hostile names."""
    names = st.text(max_size=80)
    nodes = [
        StreamNode(
            id=f"{kind.value}{number}", kind=kind, label=draw(names), is_known=draw(st.booleans()),
            inside="client0" if kind in (NodeKind.OPERATOR, NodeKind.STORE) else "",
        )
        for kind in NodeKind
        for number in range(2)
    ]  # fmt: skip
    ids = st.sampled_from([node.id for node in nodes])
    ends = draw(st.lists(st.tuples(ids, ids, st.sampled_from(EdgeKind), names), max_size=6))
    edges = {StreamEdge(source=a, target=b, kind=kind, group=group) for a, b, kind, group in ends}
    return StreamMap(nodes=tuple(sorted(nodes)), edges=tuple(sorted(edges)))


@given(maps(), maps())
def test_every_line_is_of_the_grammar(before: StreamMap, after: StreamMap) -> None:
    compared = difference(before, after)
    pictures = (mermaid.flowchart(after), mermaid.difference_flowchart(compared, max_nodes=1_000) or "")
    for line in "".join(pictures).splitlines():
        assert MERMAID.fullmatch(line), line
    for line in dot.digraph(compared.nodes, compared.edges).splitlines():
        assert DOT.fullmatch(line), line


@given(maps())
def test_json_keeps_its_schema(found: StreamMap) -> None:
    compared = difference(StreamMap(), found)
    text = map_json.rendered(compared.nodes, compared.edges, with_change=True)
    assert len(MapShape.model_validate_json(text).nodes) == len(found.nodes)


def test_the_schema_is_published() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == json_schema()


def test_more_than_colour_marks_what_is_new_and_gone() -> None:
    old = StreamMap(nodes=(StreamNode(id="t", kind=NodeKind.TOPIC, label="old"),))
    new = StreamMap(nodes=(StreamNode(id="u", kind=NodeKind.TOPIC, label="new"),))
    picture = mermaid.difference_flowchart(difference(old, new)) or ""
    assert '[("- old")]' in picture and '[("+ new")]' in picture
    assert [fate for _, fate in difference(old, new).nodes] == [Fate.REMOVED, Fate.ADDED]


def test_what_mermaid_refuses_to_draw_is_known() -> None:
    nodes = tuple(StreamNode(id=f"t{n}", kind=NodeKind.TOPIC, label="t") for n in range(2))
    few = StreamMap(nodes=nodes, edges=(StreamEdge(source="t0", target="t1", kind=EdgeKind.THEN),))
    assert not mermaid.is_too_large(mermaid.flowchart(few))
    many = tuple(StreamEdge(source="t0", target="t1", kind=EdgeKind.READS, group=str(n)) for n in range(501))
    assert mermaid.is_too_large(mermaid.flowchart(StreamMap(nodes=nodes, edges=many)))


def _chain(steps: int) -> StreamMap:
    names = [f"s{n}" for n in range(steps + 1)]
    return StreamMap(
        nodes=tuple(StreamNode(id=name, kind=NodeKind.OPERATOR, label=name) for name in names),
        edges=tuple(StreamEdge(source=a, target=b, kind=EdgeKind.THEN) for a, b in pairwise(names)),
    )


def test_what_is_long_is_drawn_downwards_and_a_circle_ends() -> None:
    assert mermaid.flowchart(_chain(5)).startswith("flowchart LR\n")
    assert mermaid.flowchart(_chain(6)).startswith("flowchart TB\n")
    circle = StreamMap(
        nodes=_chain(1).nodes, edges=(*_chain(1).edges, StreamEdge(source="s1", target="s0", kind=EdgeKind.THEN))
    )
    assert mermaid.flowchart(circle).startswith("flowchart TB\n")
