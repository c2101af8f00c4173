"""An exact suggestion is one: the file still parses, and the rule is silent then."""

from __future__ import annotations

import pytest
from rules.examples import delta_between, delta_of
from rules.test_examples import CASES

from reviewer.core.finding import Finding
from reviewer.rules.engine import run_rules
from reviewer.rules.examples import Example
from reviewer.rules.registry import rule_by_id
from reviewer.rules.rule import Rule


def _with(text: str, finding: Finding) -> str:
    lines = text.split("\n")
    lines[finding.span.first_line - 1 : finding.span.last_line] = (
        finding.suggestion.split("\n") if finding.suggestion else []
    )
    return "\n".join(lines)


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_a_suggestion_parses_and_cures(rule: Rule, example: Example) -> None:
    before = {f.old_path: f.before for f in example.files if f.old_path and f.before is not None}
    after = {f.new_path: f.after for f in example.files if f.new_path and f.after is not None}
    delta = delta_of(example)
    findings = run_rules(delta, [rule]).findings
    for finding in findings:
        if finding.suggestion is None:
            continue
        path = finding.span.path
        cured = delta_between(before, {**after, path: _with(after[path], finding)})
        now, then = cured.after.file(path), delta.after.file(path)
        if now is not None and then is not None:
            assert now.syntax.has_errors <= then.syntax.has_errors
        left = run_rules(cured, [rule]).findings
        assert len(left) < len(findings), [f.span for f in left]


def test_a_value_is_replaced_and_not_a_part_of_another() -> None:
    text = "apiVersion: kafka.strimzi.io/v1beta2\nkind: KafkaTopic\nmetadata:\n  name: t1\nspec:\n  config:\n    retention.ms: {} # 1 or 10\n"
    delta = delta_between({"t1.yaml": text.format("604800000")}, {"t1.yaml": text.format("1")})
    (finding,) = run_rules(delta, [rule_by_id("topic-retention-shrunk-or-too-short")]).findings
    assert finding.suggestion == "    retention.ms: 604800000 # 1 or 10", "not: # 604800000 or 10"


def suggested(
    before: str, after: str, path: str = "Orders.java", rule: str = "kafka-consumer-group-id-changed"
) -> list[str | None]:
    delta = delta_between({path: before}, {path: after})
    return [finding.suggestion for finding in run_rules(delta, [rule_by_id(rule)]).findings]


_GROUP = """import org.apache.kafka.clients.consumer.*;
class Orders {{
  KafkaConsumer<String, String> open(Properties p) {{
    {}
    return new KafkaConsumer<>(p);
  }}
}}
"""


@pytest.mark.parametrize(
    ("was", "now", "back"),
    [
        ('p.put("group.id", "orders");', 'p.put("group.id", "orders-v2");', '    p.put("group.id", "orders");'),
        ('p.put("group.id",\n        "orders");', 'p.put("group.id", "orders-v2");', None),
        ('p.setProperty("group.id", "orders");', 'p.put("group.id", "orders-v2");', None),
    ],
)  # fmt: skip
def test_the_old_line_comes_back_only_where_it_stands_for_itself(was: str, now: str, back: str | None) -> None:
    assert suggested(_GROUP.format(was), _GROUP.format(now)) == [back]


def test_a_name_that_the_change_takes_away_does_not_come_back() -> None:
    was = (
        _GROUP.format('p.put("group.id", Groups.ORDERS);') + 'class Groups { static final String ORDERS = "orders"; }\n'
    )
    assert suggested(was, _GROUP.format('p.put("group.id", "orders-v2");')) == [None]


def test_a_comma_that_the_next_line_needs_stays() -> None:
    was = '{\n  "name": "orders-sink",\n  "connector.class": "x.Sink",\n  "topics": "orders",\n  "insert.mode": "upsert"\n}\n'
    now = was.replace('"upsert"', '"insert",\n  "batch.size": 50')
    path = "connectors/orders.json"
    assert suggested(was, now, path, "connect-delivery-guarantee-weak") == [None]
    assert suggested(was, was.replace("upsert", "insert"), path, "connect-delivery-guarantee-weak") == [
        '  "insert.mode": "upsert"'
    ]


def test_a_field_that_is_added_is_no_version_of_the_one_before_it() -> None:
    was = '{"type": "record", "name": "Lease", "fields": [\n  {"name": "id", "type": "string"}\n]}\n'
    now = was.replace('"}\n]', '"},\n  {"name": "deposit", "type": "long"}\n]')
    assert suggested(was, now, "lease.avsc", "schema-avro-incompatible-field-change") == [None]
