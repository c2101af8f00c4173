"""One edit made in several documents is told once, with the other places; what only looks alike stays apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from rules.examples import delta_between

from reviewer.core.finding import Finding, Stage, Withheld
from reviewer.rules.engine import run_rules
from reviewer.rules.registry import rules_for
from reviewer.verify.same_edit import told_once

SIZE = "max.message.bytes: {}"
RULE = "kafka-producer-payload-exceeds-limits"


def topic(name: str, *settings: str) -> str:
    lines = "".join(f"    {setting}\n" for setting in ("cleanup.policy: delete", *settings))
    return f"apiVersion: kafka.strimzi.io/v1beta2\nkind: KafkaTopic\nmetadata:\n  name: {name}\nspec:\n  replicas: 3\n  config:\n{lines}"


def told(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[tuple[Finding, ...], tuple[Withheld, ...]]:
    delta = delta_between(before, after)
    found = [f for f in run_rules(delta, rules_for(delta)).findings if f.rule_id == RULE]
    return told_once(found, delta.change_set)


def topics(old: Mapping[str, int], new: Mapping[str, int]) -> tuple[tuple[Finding, ...], tuple[Withheld, ...]]:
    made = (
        {f"topics/{name}.yaml": topic(name, SIZE.format(size)) for name, size in side.items()} for side in (old, new)
    )
    return told(*made)


def test_one_edit_in_three_documents_is_one_finding_that_names_the_others() -> None:
    names = ("orders", "payments", "refunds")
    [finding], aside = topics(dict.fromkeys(names, 5_242_880), dict.fromkeys(names, 1_048_576))
    assert finding.span.path == "topics/orders.yaml" and "the topic orders" in finding.why
    assert finding.why.endswith(
        "The same edit is made in topics/payments.yaml:9 (the topic payments), topics/refunds.yaml:9 (the topic refunds)."
    )
    assert finding.fix.endswith("The other places need the same.")
    assert [e.span.path for e in finding.evidence[-2:]] == ["topics/payments.yaml", "topics/refunds.yaml"]
    assert [(w.stage, w.finding.span.path) for w in aside] == [
        (Stage.DUPLICATE, "topics/payments.yaml"), (Stage.DUPLICATE, "topics/refunds.yaml"),
    ]  # fmt: skip
    assert {w.reason for w in aside} == {"the same edit is told at line 9 of topics/orders.yaml"}


def test_a_setting_that_goes_in_several_documents_is_one_finding_too() -> None:
    names = ("orders", "payments")
    gone = {f"topics/{name}.yaml": topic(name) for name in names}
    [finding], aside = told({f"topics/{name}.yaml": topic(name, SIZE.format(5_242_880)) for name in names}, gone)
    assert finding.why.endswith("The same edit is made in topics/payments.yaml:9 (the topic payments).")
    assert [w.finding.span.path for w in aside] == ["topics/payments.yaml"]


def test_many_places_are_counted() -> None:
    names = [f"t{n}" for n in range(9)]
    [finding], aside = topics(dict.fromkeys(names, 5_242_880), dict.fromkeys(names, 1_048_576))
    assert finding.why.endswith("topics/t5.yaml:9 (the topic t5) and 3 more.") and len(aside) == 8


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"orders": 5_242_880, "payments": 5_242_880}, {"orders": 1_048_576, "payments": 2_097_152}),
        ({"orders": 5_242_880, "payments": 4_194_304}, {"orders": 1_048_576, "payments": 1_048_576}),
    ],
)
def test_another_value_is_another_edit(old: Mapping[str, int], new: Mapping[str, int]) -> None:
    findings, aside = topics(old, new)
    assert len(findings) == 2 and aside == () and not any("same edit" in f.why for f in findings)


def test_another_kind_of_file_is_another_place_to_mend() -> None:
    line = "max.request.size={}\nacks=all\nbootstrap.servers=b:9092\n"
    before = {
        "topics/orders.yaml": topic("orders", SIZE.format(5_242_880)),
        "producer.properties": line.format(5_242_880),
    }
    after = {
        "topics/orders.yaml": topic("orders", SIZE.format(1_048_576)),
        "producer.properties": line.format(1_048_576),
    }
    findings, aside = told(before, after)
    assert aside == () and all("same edit" not in f.why for f in findings)


def test_alike_lines_of_code_stay_apart() -> None:
    code = """import org.apache.kafka.clients.producer.*;
class {name} {{
  void open(java.util.Properties props) {{
    props.put(ProducerConfig.ACKS_CONFIG, "{acks}");
    new KafkaProducer<String, String>(props);
  }}
}}
"""
    sides = [{f"{n}.java": code.format(name=n, acks=acks) for n in ("Orders", "Payments")} for acks in ("all", "1")]
    delta = delta_between(*sides)
    found = [f for f in run_rules(delta, rules_for(delta)).findings if f.rule_id == "kafka-producer-acks-not-all"]
    assert len(found) == 2 and told_once(found, delta.change_set) == (tuple(found), ())


def test_one_finding_for_each_fingerprint() -> None:
    names = ("orders",)
    [finding], _ = topics(dict.fromkeys(names, 5_242_880), dict.fromkeys(names, 1_048_576))
    delta = delta_between({}, {})
    kept, [aside] = told_once([finding, replace(finding, title="again")], delta.change_set)
    assert kept == (finding,) and "is shown at line 9 of topics/orders.yaml" in aside.reason
