"""What strangers write must not act: not in Markdown, not in a terminal, not in a workflow log."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from reviewer.publish.fences import fence
from reviewer.publish.markup import cell, code_span, inline, prose
from reviewer.publish.text import (
    HIDDEN,
    allowed_link,
    command_data,
    command_property,
    has_hidden,
    log_lines,
    shown,
    visible,
)

BITS = (
    "@octocat", "@KafkaListener", "`", "``", "```", "~~~", "```suggestion\n", "\n", "\n\n", "    ", "<img src=x>", "<!--", "-->",
    "<a href='javascript:x'>", "![x](https://evil.example/p.png)", "[x](https://evil.example)", "[x]: https://evil.example",
    "<https://evil.example>", "https://evil.example/a?b=c", "www.evil.example", "me@evil.example", "&#64;octocat", "&commat;x",
    "&lt;b&gt;", "&#10;", "&NewLine;", "\\", "|", "#26", "GH-26", "a/b#1", "$x$", "::error::x", "##[group]", "/deploy", "# big",
    "---", "===", "- item", "1. one", "> q", "*b*", "_i_", "\u202e", "\u200b", "\x1b[31m", "https://kafka.apache.org/documentation/",
    "[docs](https://kafka.apache.org/x)", "KStream<String, Long>", "poll()", " ", "a", "\r\n", "\ud800", "][", "](", "!",
)  # fmt: skip
HOSTILE = st.lists(st.sampled_from(BITS) | st.text(max_size=4), max_size=14).map("".join)
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def tokens(markdown: str) -> list[Token]:
    found: list[Token] = []
    for token in MARKDOWN.parse(markdown):
        found += [token, *(token.children or [])]
    return found


def assert_inert(markdown: str) -> None:
    for token in tokens(markdown):
        assert token.type not in {
            "html_block",
            "html_inline",
            "image",
            "code_block",
            "heading_open",
            "blockquote_open",
            "hr",
            "table_open",
        }
        if token.type == "link_open":
            assert allowed_link(str(token.attrs["href"])), markdown
        if token.type == "fence":
            assert token.info == "", markdown
        if token.type == "text" and not allowed_link(token.content):
            assert not re.search(r"@\w", token.content), markdown
            assert not re.search(r"#\d|GH-\d|www\.\w", token.content, re.IGNORECASE), markdown
            assert "://" not in token.content, markdown


@given(HOSTILE)
def test_prose_never_acts(text: str) -> None:
    assert_inert(prose(text))


@given(HOSTILE)
def test_inline_is_one_paragraph_and_never_acts(text: str) -> None:
    result = inline(text)
    assert "\n" not in result
    assert_inert(result)
    assert [token.type for token in MARKDOWN.parse(result) if token.level == 0 and token.type != "inline"] in (
        ["paragraph_open", "paragraph_close"],
        [],
    )


@given(HOSTILE, HOSTILE)
def test_a_cell_stays_one_cell(left: str, right: str) -> None:
    table = f"| a | b |\n| --- | --- |\n| {cell(left)} | {cell(right)} |\n"
    assert sum(token.type == "td_open" for token in MARKDOWN.parse(table)) == 2
    assert sum(token.type == "tr_open" for token in MARKDOWN.parse(table)) == 2


@given(HOSTILE)
def test_a_fence_holds_all_of_its_content(text: str) -> None:
    parsed = MARKDOWN.parse(fence(text))
    assert [(token.type, token.info) for token in parsed] == [("fence", "")]
    # The one thing that is added: a backslash before a fence with a language.
    content = re.sub(r"\\(?=`{3}|~{3})", "", parsed[0].content)
    assert content.rstrip("\n") == re.sub(r"\\(?=`{3}|~{3})", "", visible(text)).rstrip("\n")


@given(HOSTILE)
def test_a_code_span_is_only_code(text: str) -> None:
    kinds = {token.type for token in tokens(code_span(text))}
    assert kinds <= {"paragraph_open", "inline", "paragraph_close", "code_inline"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("commitSync() runs before `process(record)`", "commitSync() runs before `process(record)`"),
        ("the @KafkaListener method", "the `@KafkaListener` method"),
        ("KStream<String, Long>", "KStream&lt;String, Long>"),
        (
            "see [the docs](https://kafka.apache.org/documentation/).",
            "see the docs (<https://kafka.apache.org/documentation/>).",
        ),
        ("see [this](https://evil.example/x)", "see this"),
        ("![chart](https://evil.example/x.png)", "chart"),
        ("http://localhost:8081 answers", "`http://localhost:8081` answers"),
        ("since 0a1b2c3d4e it breaks", "since `0a1b2c3d4e` it breaks"),
        ("- not a list", "\\- not a list"),
        ("/deploy production", "\\/deploy production"),
        ("&#64;octocat", "`@octocat`"),
        ("&#10;# big", "\\# big"),
    ],
)
def test_what_a_reader_gets(text: str, expected: str) -> None:
    assert inline(text) == expected


def test_prose_keeps_code_blocks_and_lists_but_no_live_fence() -> None:
    text = "Do this:\n\n- flush\n- close\n\n```suggestion\nacks = all\n```\nand `go`"
    assert prose(text) == "Do this:\n\n- flush\n- close\n\n```\nacks = all\n```\n\nand `go`"


def test_a_fence_left_open_is_closed() -> None:
    assert prose("x\n```java\n@Override") == "x\n\n```\n@Override\n```"


@pytest.mark.parametrize(
    "url",
    [
        "http://kafka.apache.org/",
        "https://kafka.apache.org.evil.example/",
        "https://evil@kafka.apache.org/",
        "https://kafka.apache.org:444/",
        "https://github.com/evil/kafka",
        "https://github.com/apache/../evil",
        "https://kafka.apache.org/a b",
        "https://kafka.apache.org/)x",
        "https://kafka.apache.org/" + "x" * 400,
        "https://kafka.apache.org\n",
        "javascript:alert(1)",
        "",
    ],
)
def test_foreign_addresses_are_no_links(url: str) -> None:
    assert allowed_link(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://kafka.apache.org/documentation/#consumerconfigs_enable.auto.commit",
        "https://nightlies.apache.org/flink/flink-docs-stable/",
        "https://github.com/apache/kafka/pull/1",
    ],
)
def test_documentation_is_linked(url: str) -> None:
    assert allowed_link(url) == url


@given(HOSTILE)
def test_a_terminal_line_holds_nothing_that_acts(text: str) -> None:
    result = shown(text)
    assert not HIDDEN.search(result)
    assert "\n" not in result


def test_a_terminal_shows_what_was_hidden() -> None:
    assert shown("a\x1b[31m\u202eb\tc") == "a\\x1b[31m\\u202eb    c"


@given(HOSTILE)
def test_workflow_commands_stay_one_line(text: str) -> None:
    assert not re.search(r"[\r\n]", command_data(text))
    assert not re.search(r"[\r\n:,]", command_property(text))


def test_workflow_commands_escape_percent_first() -> None:
    assert command_data("100%\n::error::x") == "100%25%0A::error::x"
    assert command_property("a:b,c%0A") == "a%3Ab%2Cc%250A"


@given(HOSTILE)
def test_a_log_line_is_never_a_command(text: str) -> None:
    for line in log_lines(text).split("\n"):
        assert line.startswith("| ")
        assert "##[" not in line


def test_hidden_characters_are_noticed() -> None:
    assert has_hidden("acks\u202e=all")
    assert not has_hidden("acks=all\r\n\tx")
