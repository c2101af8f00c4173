"""HOCON as people write it for Akka, Pekko and Play: leaves with their lines, whatever else stands in a file."""

from __future__ import annotations

import pytest
from growth import grows_linearly
from hypothesis import given
from hypothesis import strategies as st

from reviewer.clients.registry import Libraries
from reviewer.core.span import Side
from reviewer.facts.extract import extract
from reviewer.facts.languages.document_hocon import read_hocon
from reviewer.facts.languages.document_leaf import MAX_DEPTH, MAX_LEAVES
from reviewer.facts.streaming.extract import file_facts
from reviewer.facts.streaming.model import Setting
from reviewer.facts.streaming.value import Known

APPLICATION = """# the services' defaults
include "common.conf"
akka.kafka {
  producer { // of every service
    kafka-clients {
      bootstrap.servers = "localhost:9092"
      acks = "1"
      acks = ${?KAFKA_ACKS}
      linger.ms = ${?LINGER}
    }
  }
  consumer.kafka-clients: {
    group.id = ${app.name}"-readers"
    enable.auto.commit: true, max.poll.records = 10
    auto.offset.reset = ${offsets.reset}
  }
}
pekko.kafka.consumer { kafka-clients { isolation.level = read_committed } }
offsets.reset = latest
app.name = billing
"""


def leaves(text: str) -> dict[str, tuple[str, int]]:
    return {".".join(leaf.keys): (leaf.value, leaf.first_line) for leaf in read_hocon(text)[0]}


def settings(text: str) -> dict[tuple[str, str], Setting]:
    syntax = extract("src/main/resources/application.conf", text, Side.AFTER)
    found = file_facts(syntax, text, Side.AFTER, libraries=Libraries(), external={}, versions={})
    return {(setting.client, setting.key): setting for setting in found.settings}


def test_settings_of_alpakka_and_pekko_are_those_of_their_client() -> None:
    found = settings(APPLICATION)
    acks = found["producer", "acks"]
    assert (acks.value.text, acks.value.known, acks.span.first_line) == ("1", Known.EXPLICIT, 7)
    assert found["producer", "linger.ms"].value.known is Known.UNKNOWN
    assert found["consumer", "enable.auto.commit"].value.is_explicit("true")
    assert found["consumer", "auto.offset.reset"].value.is_explicit("latest")
    assert found["consumer", "group.id"].value.is_explicit("billing-readers")
    assert found["consumer", "isolation.level"].value.is_explicit("read_committed")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = 1\n", {"a": ("1", 1)}),
        ("{ a : { b.c = x } }", {"a.b.c": ("x", 1)}),
        ('a."b.c" = d e  f # g\n', {"a.b.c": ("d e  f", 1)}),
        ("a = 1, b = 2", {"a": ("1", 1), "b": ("2", 1)}),
        ("a\n= 1", {}),
        ("a =\n  # why\n  1", {"a": ("1", 1)}),
        ('a = """x\n "y" """', {"a": ('x\n "y" ', 1)}),
        ("a = [1, [2],\n {b = 3}]", {"a.[0]": ("1", 1), "a.[1].[0]": ("2", 1), "a.[2].b": ("3", 2)}),
        ("a = ${base} { b = 1 }\nbase.c = 2", {"a.b": ("1", 1), "base.c": ("2", 2)}),
        ("a { b = 1 } { c = 2 }", {"a.b": ("1", 1), "a.c": ("2", 1)}),
        ("a = 1\na = 2", {"a": ("2", 2)}),
        ("a += x", {"a.[+]": ("x", 1)}),
        ("a = ${a} x", {"a": ("${a} x", 1)}),
        ("a = ${?HOME}/logs", {"a": ("${?HOME}/logs", 1)}),
        ('a = "\\u0041\\n"', {"a": ("A\n", 1)}),
        ("max poll = 3 s", {"max poll": ("3 s", 1)}),
        ("\ufeffa = 1\r\nb = 2\r\n", {"a": ("1", 1), "b": ("2", 2)}),
    ],
)
def test_what_is_written_is_read(text: str, expected: dict[str, tuple[str, int]]) -> None:
    assert leaves(text) == expected


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a = 1\nno value here\nb = 2", (2,)),
        ("a = 1 }\nb = 2", (1,)),
        ('a = "open\nb = 2', (1,)),
        ("a = ${open\nb = 2", (1,)),
        ("a { b = ] }\nc = 1", (1,)),
        ("server {\n  listen 80;\n}\n", (2,)),
    ],
)
def test_what_is_no_hocon_is_told_with_its_line_and_the_rest_is_read(text: str, lines: tuple[int, ...]) -> None:
    found, _, broken = read_hocon(text)
    assert broken == lines
    assert {".".join(leaf.keys) for leaf in found} >= {
        line.split(" ")[0] for line in text.split("\n")[1:] if " = " in line
    }


def test_an_include_is_told_and_not_followed() -> None:
    text = 'include "a.conf"\nx { include required(file("/etc/passwd")) }\nb = 1\n'
    found = {leaf.keys: leaf.value for leaf in read_hocon(text)[0]}
    assert found == {("include",): '"a.conf"', ("x", "include"): 'required(file("/etc/passwd"))', ("b",): "1"}


_TOKENS = st.sampled_from(
    ['"', '"""', "{", "}", "[", "]", "=", ":", "+=", ",", "\n", " ", "${", "${?a}", "}", "#", "//", ".", "a", "b.c", "include \"x\"", "\\", "\u2028", "\x0b", "\x00", "é", "$"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=300), st.lists(_TOKENS, max_size=200).map("".join)))
def test_no_text_breaks_the_reader(text: str) -> None:
    found, _, broken = read_hocon(text)
    last = text.count("\n") + 1
    for leaf in found:
        assert leaf.keys and 1 <= leaf.first_line <= leaf.last_line <= last
    assert all(1 <= line <= last for line in broken)


_NAMES = st.from_regex(r"[a-z][a-z-]{0,8}", fullmatch=True).filter(lambda name: not name.startswith("include"))


@given(
    st.dictionaries(
        st.lists(_NAMES, min_size=1, max_size=4).map(tuple), st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True), max_size=8
    )
)
def test_what_is_printed_is_read_again(wanted: dict[tuple[str, ...], str]) -> None:
    """Dotted, and as nested objects: the same leaves."""
    dotted = "".join(f"{'.'.join(keys)} = {value}\n" for keys, value in wanted.items())
    nested = "".join(f'{" { ".join(keys)} : "{value}"{" }" * (len(keys) - 1)}\n' for keys, value in wanted.items())
    for text in (dotted, nested):
        assert {leaf.keys: leaf.value for leaf in read_hocon(text)[0]} == wanted


@pytest.mark.parametrize(
    "piece", ["a{", "[", "a=[", '"""', '"', "${", "a.", "}", "a=${b}", "a b ", "#", "/", "include "]
)
def test_hostile_texts_take_no_time_and_no_room(piece: str) -> None:
    grows_linearly(lambda size: read_hocon(piece * (size // len(piece))), 40_000)
    found, _, _ = read_hocon(piece * (100_000 // len(piece)))
    assert len(found) <= MAX_LEAVES and all(len(leaf.keys) <= MAX_DEPTH for leaf in found)


def test_substitutions_do_not_multiply() -> None:
    text = "a0 = " + "x" * 100 + "\n" + "".join(f"a{n + 1} = ${{a{n}}}${{a{n}}}\n" for n in range(40))
    assert sum(len(leaf.value) for leaf in read_hocon(text)[0]) < 10_000
