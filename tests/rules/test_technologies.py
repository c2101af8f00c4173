"""Rules are loaded by folder, and nothing is lost by it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from rules.examples import delta_between, delta_of
from rules.test_examples import CASES

from reviewer import rules as package
from reviewer.rules.engine import run_rules
from reviewer.rules.examples import Example
from reviewer.rules.registry import all_rules, folders_for, rule_ids, rules_for
from reviewer.rules.rule import Rule
from reviewer.rules.technologies import TECHNOLOGIES

HOME = Path(package.__path__[0])


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_the_rules_that_are_loaded_find_what_all_find(rule: Rule, example: Example) -> None:
    delta = delta_of(example)
    some, whole = run_rules(delta, rules_for(delta)), run_rules(delta, all_rules())
    assert (some.findings, some.withheld, some.problems) == (whole.findings, whole.withheld, whole.problems)
    assert rule in rules_for(delta) or not example.is_bad


def test_every_folder_of_rules_is_a_technology_and_every_rule_is_known_by_id() -> None:
    folders = {path.parent.name for path in HOME.glob("*/*.py") if path.name != "__init__.py"} - {"checks"}
    assert folders == TECHNOLOGIES.keys()
    assert rule_ids() == {rule.id for rule in all_rules()}
    assert {rule.folder for rule in all_rules()} == folders


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("order.avsc", '{"type": "record", "name": "Order", "fields": []}', {"schema"}),
        ("a.py", "import json\n\njson.dumps(1)\n", set()),
        ("Job.java", "import org.apache.flink.streaming.api.datastream.DataStream;\nclass Job {}\n", {"flink"}),
        ("loop.py", "from confluent_kafka import Consumer\n\nc = Consumer({})\n", {"kafka"}),
    ],
)
def test_a_change_loads_the_folders_of_its_technologies(path: str, text: str, expected: set[str]) -> None:
    assert expected <= folders_for(delta_between({}, {path: text})) <= expected | {"schema"}


def test_a_review_of_a_schema_imports_no_rule_of_flink() -> None:
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from rules.examples import delta_between\n"
        "from reviewer.rules.registry import rules_for\n"
        'found = rules_for(delta_between({}, {\'order.avsc\': \'{"type": "record", "name": "A", "fields": []}\'}))\n'
        "print(len(found), any('.flink.' in name for name in sys.modules))\n"
    )
    paths = [str(HOME.parents[1]), str(Path(__file__).parents[1])]
    ran = subprocess.run([sys.executable, "-c", code, *paths], check=True, capture_output=True, text=True)
    assert ran.stdout.split() == ["1", "False"]
