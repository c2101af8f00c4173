"""Every line of every brief is of one form, names its client and version, and fits."""

from __future__ import annotations

import re

import pytest

from reviewer.facts.languages.table import adapters
from reviewer.model.briefs.brief import Brief, Fact, all_briefs, parse_brief
from reviewer.rules.registry import all_rules

BRIEFS = all_briefs()
NAMES = {brief.technology for brief in BRIEFS}
MOST, MOST_GENERAL, MOST_RISK = 1_700, 1_000, 60
_DEFAULT = re.compile(r"\b(defaults?|absent|unset)\b", re.IGNORECASE)
_VERSION = re.compile(r"\d|\b(all|any) versions?\b")
_TECHNOLOGIES = {name for rule in all_rules() for name in rule.technologies} | {"kafka-connect"}

every_brief = pytest.mark.parametrize("brief", BRIEFS, ids=lambda brief: brief.technology)


@every_brief
def test_a_brief_fits_three_times_into_the_budget(brief: Brief) -> None:
    size = len(brief.covers) + 4 + sum(len(fact.text) + 3 for fact in brief.facts)
    assert size <= (MOST_GENERAL if brief.kind == "general" else MOST), size


@every_brief
def test_a_line_says_a_risk_and_what_decides_it(brief: Brief) -> None:
    for fact in brief.facts:
        risk, _, decides = fact.text.partition(": ")
        assert risk and len(risk) <= MOST_RISK and len(decides) >= 10, fact.text
        assert fact.text.isascii() and fact.text == fact.text.strip() and "  " not in fact.text, fact.text
        assert len(set(fact.risks)) == len(fact.risks)
    assert len({fact.text for fact in brief.facts}) == len(brief.facts)


@every_brief
def test_what_a_brief_covers_has_a_version(brief: Brief) -> None:
    without = [client for client in brief.covers.split(", ") if not _VERSION.search(client)]
    assert not without, f"say of which versions the lines are true: {without}"


@every_brief
def test_a_default_names_its_client_where_several_are_covered(brief: Brief) -> None:
    clients = brief.covers.split(", ")
    if len({client.split()[0] for client in clients}) == 1:
        return
    names = {word.lower() for client in clients for word in re.findall(r"[@A-Za-z][\w.]{2,}", client)} - {
        "and", "the", "any", "all", "version", "versions", "code", "deployment", "operation", "streaming", "services", "other",
    }  # fmt: skip
    for fact in brief.facts:
        if _DEFAULT.search(fact.text):
            assert any(name in fact.text.lower() for name in names), fact.text


@every_brief
def test_what_a_brief_refers_to_exists(brief: Brief) -> None:
    assert {*brief.instead, *brief.also} <= NAMES - {brief.technology}
    assert brief.rules and set(brief.rules) <= _TECHNOLOGIES, brief.rules
    assert {*brief.languages, *brief.last_resort} <= {adapter.name for adapter in adapters()}


def test_some_fact_decides_every_rule() -> None:
    """So that a finding can name the rule that it is an instance of."""
    told = {name for brief in BRIEFS for fact in brief.facts for name in fact.risks}
    assert {rule.id for rule in all_rules()} <= told


def test_one_brief_is_general() -> None:
    assert [brief.technology for brief in BRIEFS if brief.kind == "general"] == ["kafka-core"]


_HEAD = "---\ncovers: x 1\nkind: client\n---\n"


def test_a_line_is_read() -> None:
    brief = parse_brief("x", f"{_HEAD}- late: lost [data-lost, on-time]\n- early: kept\n")
    assert brief.facts == (Fact(text="late: lost", risks=("data-lost", "on-time")), Fact(text="early: kept", risks=()))


@pytest.mark.parametrize(
    "text",
    [
        "- no front matter: at all\n",
        "---\nkind: client\n---\n- a: b\n",
        "---\ncovers: x 1\nkind: other\n---\n- a: b\n",
        "---\ncovers: x 1\nkind: client\nmarker: y\n---\n- a: b\n",
        "---\ncovers: x 1\nkind: client\nimports:\n---\n- a: b\n",
        f"{_HEAD}a: b\n",
        f"{_HEAD}- no fact\n",
        f"{_HEAD}- a: b\n\n- c: d\n",
        _HEAD,
    ],
)
def test_a_malformed_brief_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=r"^strange: "):
        parse_brief("strange", text)
