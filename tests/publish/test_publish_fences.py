"""No text of strangers opens a code block with a language, whatever encloses it: GitHub acts upon `suggestion` and `mermaid`."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from sample import ACKS, ALERT, REPORT, UID

from reviewer.core.finding import Evidence, Finding, PlacementKind
from reviewer.publish.fences import fence
from reviewer.publish.markdown import finding_body, render, summary
from reviewer.publish.markup import cell, code_span, inline, prose
from reviewer.publish.text import allowed_link

BITS = (
    "```", "````", "~~~", "~~~~", "`", "``", "~", "suggestion", "mermaid", "java", " ", "  ", "    ", "\t", "\n", "\n\n", "> ", ">",
    "- ", "-", "* ", "+ ", "1. ", "2) ", "10. ", "(1) ", "| ", "|", "<details>", "</details>", "<summary>", "<!-- ", " -->", "\\",
    "&#126;&#126;&#126;", "&#96;&#96;&#96;", "&Tab;", "&#10;", "&#45; ", "&gt; ", "\u00a0", "\u200b", "\u2028", "\r", "\x0b", "# ",
    "===", "---", "text", "![x](https://evil.example/p)", "[x](https://evil.example)", "~~[](u)~", "![](u)", "https://evil.example", "@octocat",
    "https://kafka.apache.org/documentation/", "acks=all", "$", "{", "}",
)  # fmt: skip
HOSTILE = st.lists(st.sampled_from(BITS) | st.text(max_size=3), max_size=16).map("".join)
# Any markers of quotes and lists, and blanks, then a fence and something behind it on its line.
OPENS = re.compile(r"^(?:\s|[>+*|-]|\d{1,9}[.)])*(?:`{3,}|~{3,})[ \t]*[^\s`~]")
OURS = re.compile(r"^`{3,}suggestion$")
FOLDED = re.compile(
    r"(?:<details><summary>(?:Not streaming code: \d+|\d+ questions? to the team|Suspected and refuted: \d+|Roll-out: \d+ checklists? \([a-z, ]+\))</summary>|</details>)\n*"
)
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def assert_no_live_fence(markdown: str, *, suggestions: int = 0) -> None:
    """As a reader of lines sees it, and as a parser does."""
    opening = [line for line in re.split(r"[\n\r\x0b\x0c\x85\u2028\u2029]", markdown) if OPENS.match(line)]
    assert all(OURS.match(line) for line in opening), opening
    assert len(opening) <= suggestions
    tokens = [token for block in MARKDOWN.parse(markdown) for token in (block, *(block.children or []))]
    assert [token.info for token in tokens if token.type == "fence" and token.info] == ["suggestion"] * len(opening)
    assert not any(token.type in {"image", "code_block"} for token in tokens)
    assert all(FOLDED.fullmatch(token.content) for token in tokens if token.type == "html_block")
    assert {token.content for token in tokens if token.type == "html_inline"} <= {"<sub>", "</sub>"}
    assert all(allowed_link(str(token.attrs["href"])) for token in tokens if token.type == "link_open")


@pytest.mark.parametrize("live", ["suggestion", "mermaid", "java", "suggestion x", " suggestion"])
@pytest.mark.parametrize("mark", ["```", "~~~", "~~~~~", "````"])
@pytest.mark.parametrize(
    "prefix", ["", "> ", ">", "> > ", "- ", "* ", "+ ", "1. ", "2) ", "> - ", "- > 1. ", "    ", "\t", "  - ", "text\n", "- text\n", "> text\n"]
)  # fmt: skip
def test_whatever_encloses_it_no_fence_keeps_its_language(prefix: str, mark: str, live: str) -> None:
    text = f"{prefix}{mark}{live}\nrm -rf /\n{mark}\nafter"
    for rendered in (prose(text), inline(text), cell(text), prose(f"before\n{text}"), fence(text)):
        assert_no_live_fence(rendered)
    hostile = replace(UID, title=text, why=text, fix=text, scenario=(text, text))
    assert_no_live_fence(finding_body(hostile))


@given(HOSTILE)
def test_prose_inline_and_cells_open_nothing(text: str) -> None:
    for rendered in (prose(text), inline(text), code_span(text), fence(text)):
        assert_no_live_fence(rendered)
    assert_no_live_fence(f"| a | b |\n| --- | --- |\n| {cell(text)} | {cell(text)} |\n")


def hostile_finding(base: Finding, drawn: list[str]) -> Finding:
    title, why, fix, step, quote, suggestion = drawn
    evidence = (Evidence(span=base.span, quote=quote), Evidence(span=replace(base.span, path="b"), quote=quote))
    return replace(
        base, title=title, why=why, fix=fix, scenario=(step, title), evidence=evidence, suggestion=suggestion
    )  # fmt: skip


@given(
    st.sampled_from([ACKS, ALERT, UID]),
    st.lists(HOSTILE, min_size=6, max_size=6),
    st.sampled_from(list(PlacementKind)),
)
def test_a_comment_and_a_page_open_only_our_own_suggestion(
    base: Finding, drawn: list[str], placement: PlacementKind
) -> None:
    finding = replace(hostile_finding(base, drawn), placement=placement)
    assert_no_live_fence(finding_body(finding), suggestions=1)
    plan = replace(REPORT.roll_out[0], subject=drawn[0], steps=tuple(drawn[1:]))
    report = replace(REPORT, findings=(finding,), diagram=None, roll_out=(plan,))
    assert_no_live_fence(render(report), suggestions=1)
    assert_no_live_fence(summary(report))


def test_code_in_a_list_or_a_quote_is_still_read_as_code() -> None:
    assert (
        prose("1. Stop:\n   ```sh\n   flink stop\n   ```\n2. Start") == "1. Stop:\n\n```\nflink stop\n```\n\n2. Start"
    )
    assert prose("- ```java\n  commit();\n  ```") == "```\ncommit();\n```"
    assert prose("> ~~~suggestion\n> acks=all\n> ~~~\nand go") == "```\nacks=all\n```\n\nand go"
    assert prose("3. ```\n   x\n   ```") == "3.\n\n```\nx\n```"


def test_code_that_holds_a_fence_shows_where_it_was_defused() -> None:
    assert fence(" * ```kotlin\n * x\n * ```") == "````\n * \\```kotlin\n * x\n * ```\n````"
    assert fence("~~~ \ny\n~~~") == "```\n~~~ \ny\n~~~\n```"


def test_a_replacement_that_opens_a_block_is_not_one_click_away() -> None:
    commented = replace(ACKS, suggestion="/**\n * ```mermaid\n */")
    assert "```suggestion" not in finding_body(commented)
    assert "**Replacement:**\n\n````\n/**\n * \\```mermaid\n */\n````" in finding_body(commented)


def test_an_item_holds_text_only() -> None:
    text = "- # big\n- > quoted\n- - twice\n1. ~~~suggestion\n+ *\n*      four blanks"
    assert prose(text) == "- \\# big\n- \\> quoted\n- \\- twice\n1. \\~\\~\\~suggestion\n\\+ *\n* four blanks"
