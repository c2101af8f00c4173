"""One vocabulary: what a reader sees of a category is the contract's word, written plainly, wherever it is shown."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from sample import ALERT, REPORT, SOURCES

from reviewer.app.cli import main
from reviewer.core.finding import Category, Finding
from reviewer.publish import job_summary, json_report, sarif
from reviewer.publish.markdown import finding_body, render, summary
from reviewer.publish.terminal import open_console
from reviewer.publish.terminal import render as print_report
from reviewer.rules.registry import all_rules

ROOT = Path(__file__).parents[2]
CONTRACT = json.loads((ROOT / "docs" / "report.schema.json").read_text(encoding="utf-8"))["$defs"]["Category"]["enum"]
PLAIN = {word: word.replace("-", " ") for word in CONTRACT}


def found(word: str) -> Finding:
    return replace(ALERT, category=Category(word), id=f"{CONTRACT.index(word):016x}")


def shown(*findings: Finding) -> dict[str, str]:
    """Every text for people that is made of a report with these findings."""
    report = replace(REPORT, findings=findings, withheld=(), notices=(), questions=())
    stream = io.StringIO()
    print_report(report, SOURCES, open_console(stream, is_tty=False, no_color=True))
    pages: list[str] = []
    job_summary.write(report, pages.append)
    return {
        "terminal": stream.getvalue(), "comment": "\n".join(map(finding_body, findings)), "summary": summary(report),
        "markdown": render(report), "job summary": pages[0], "annotations": "\n".join(job_summary.annotations(report)),
        "sarif": json.dumps(json.loads(sarif.render(report, (), {}))["runs"][0]["tool"]["driver"]["rules"]),
    }  # fmt: skip


@pytest.mark.parametrize("word", CONTRACT)
def test_every_page_shows_the_contracts_word_written_plainly_and_no_other(word: str) -> None:
    others = [other for other in PLAIN.values() if other != PLAIN[word]]
    for name, text in shown(found(word)).items():
        folded = " ".join(text.split())
        assert PLAIN[word] in folded, name
        assert [other for other in others if re.search(rf"(· {other} ·|: {other}\b|\| {other} \|)", folded)] == [], name


def test_the_verdict_names_all_categories_in_the_contracts_words() -> None:
    (first, *_) = shown(*map(found, CONTRACT))["summary"].splitlines()
    assert sorted(first.partition("): ")[2].partition(".")[0].split(", ")) == sorted(PLAIN.values())


@pytest.mark.parametrize("name", ["summary", "markdown", "job summary"])
def test_the_column_has_the_name_of_the_field(name: str) -> None:
    assert "| Severity | Danger | Where | Category | Said by |" in shown(found("data-loss"))[name]


def test_programs_read_the_contracts_word_itself() -> None:
    report = replace(REPORT, findings=tuple(map(found, CONTRACT)))
    assert {row["category"] for row in json.loads(json_report.render(report))["findings"]} == set(CONTRACT)
    results = json.loads(sarif.render(report, (), {}))["runs"][0]["results"]
    assert {row["properties"]["category"] for row in results} == set(CONTRACT)


def test_the_catalogue_and_the_pages_of_the_rules_use_the_same_words(capsys: pytest.CaptureFixture[str]) -> None:
    index = (ROOT / "docs" / "rules" / "README.md").read_text(encoding="utf-8")
    main(["rules"])
    table = capsys.readouterr().out
    for rule in all_rules():
        word = PLAIN[rule.category.value]
        assert f"| {rule.title} | {word} |" in index
        assert re.search(rf"^{rule.id} +{rule.severity.value} +{word} +{re.escape(rule.title)}$", table, re.M)
        page = (ROOT / "docs" / "rules" / f"{rule.id}.md").read_text(encoding="utf-8")
        main(["explain", rule.id])
        for text in (page, capsys.readouterr().out):
            assert re.search(rf"(?:\*\* |^){word}, {rule.severity.value}, confidence ", text, re.M)
