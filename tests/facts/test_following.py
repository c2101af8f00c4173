"""Values that come from constants, variables, parameters and helpers; and what must stay unknown. Each is a snippet and the lines read from it."""

from __future__ import annotations

import pytest
from facts.rendered_dataflow import rendered
from growth import grows_linearly

from reviewer.clients.registry import Libraries
from reviewer.core.span import Side
from reviewer.facts.extract import extract
from reviewer.facts.streaming.extract import external_constants, file_facts, types_elsewhere
from reviewer.files import FileKind


def read(path: str, text: str, **beside: str) -> str:
    """The facts of a file as lines, with other Java files beside it."""
    syntax = extract(path, text, Side.AFTER)
    others = [extract(f"{name}.java", other, Side.AFTER) for name, other in beside.items()]
    files = [syntax, *others]
    facts = file_facts(
        syntax, text, Side.AFTER, libraries=Libraries(), external=external_constants(files), versions={}, elsewhere=types_elsewhere(files),
        kind=FileKind.PRODUCTION,
    )  # fmt: skip
    return rendered(facts)


def lines(text: str, *starts: str) -> list[str]:
    """The lines that begin with one of some words, without the number of their line."""
    return [line.rsplit(" @", 1)[0].strip() for line in text.split("\n") if line.strip().startswith(starts)]


def window(expression: str, members: str = "", parameters: str = "") -> str:
    """The window that a job is given by an expression."""
    code = f"""import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.datastream.DataStream;
class Job {{
  {members}
  void run(DataStream<String> words{parameters}) {{
    words.keyBy(w -> w).window({expression}).reduce((a, b) -> b);
  }}
}}
"""
    found = lines(read("Job.java", code), "window")
    assert len(found) == 1
    return found[0].split("size=")[-1] if "size=" in found[0] else found[0]


OF = "TumblingEventTimeWindows.of"


def test_amounts_in_every_spelling_have_one_unit() -> None:
    for text in (
        "Time.minutes(5)", "Duration.ofMinutes(5)", "Time.of(5, TimeUnit.MINUTES)", "Duration.ofMillis(5 * 60 * 1000L)",
        'Duration.parse("PT5M")', "Duration.ofSeconds(SIZE)", "FIVE", "five()", "Duration.of(300, ChronoUnit.SECONDS)",
    ):  # fmt: skip
        members = "static final int SIZE = 300; static final Duration FIVE = Duration.ofMinutes(5); Duration five() { return FIVE; }"
        assert window(f"{OF}({text})", members) == "300000 ms", text


def test_what_two_places_decide_is_unknown() -> None:
    two = "Duration size(boolean wide) { if (wide) { return Duration.ofHours(1); } return Duration.ofMinutes(1); }"
    assert window(f"{OF}(size(true))", two) == "?size(true)"
    assert window(f"{OF}(size)", parameters=", Duration size") == "?size"
    assert window(f"{OF}(Time.minutes(minutes))", "private int minutes = 5; Job(int minutes) { this.minutes = minutes; }") == "?Time.minutes(minutes)"  # fmt: skip


def test_a_parameter_hides_a_constant_of_its_name() -> None:
    assert window(f"{OF}(Time.minutes(size))", "static final int size = 5;", ", int size") == "?Time.minutes(size)"


def test_a_helper_is_followed_with_its_arguments() -> None:
    helper = f"private TumblingEventTimeWindows of(Duration size) {{ return {OF}(size); }}"
    assert window("of(Duration.ofMinutes(2))", helper) == "120000 ms"


def test_a_helper_of_another_file_that_was_read_is_followed_and_of_one_that_was_not_is_unknown() -> None:
    other = (
        "class Sizes { static final int MINUTES = 3; static Duration hop() { return Duration.ofMinutes(MINUTES); } }"
    )
    code = """import org.apache.flink.streaming.api.datastream.DataStream;
class Job {
  void run(DataStream<String> words) {
    words.keyBy(w -> w).window(SlidingEventTimeWindows.of(Sizes.hop(), Others.hop())).reduce((a, b) -> b);
  }
}
"""
    found = lines(read("Job.java", code, Sizes=other), "window")[0]
    assert "size=180000 ms" in found
    assert "slide=?Others.hop()" in found


def test_windows_of_a_class_that_is_not_known_have_no_kind() -> None:
    assert window("new Fortnight()") == "window flink ? - on #1 assigner=new Fortnight()"
    assert window("SessionTimeoutFactory.of(5)").startswith("window flink ?")


def test_a_step_under_a_condition_is_unknown() -> None:
    code = """import org.apache.flink.connector.kafka.sink.KafkaSink;
class Job {
  void run(boolean exact) {
    KafkaSinkBuilder<String> builder = KafkaSink.<String>builder().setTransactionalIdPrefix("job");
    if (exact) {
      builder.setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE);
    }
    KafkaSink<String> sink = builder.build();
  }
}
"""
    found = lines(read("Job.java", code), "builder")
    assert found == ["builder kafka-sink guarantee=?EXACTLY_ONCE transactional-id-prefix=job"] or found == [
        "builder kafka-sink transactional-id-prefix=job guarantee=?EXACTLY_ONCE"
    ]


def streams(body: str, imports: str = "") -> str:
    """The facts of a topology's body."""
    return read(
        "Top.java",
        f"""import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.*;
{imports}
class Top {{
  void build(StreamsBuilder builder, Params params) {{
    KStream<String, Long> all = builder.stream("all");
    {body}
  }}
}}
""",
    )


def test_a_store_that_a_foreign_helper_may_name_has_no_known_name() -> None:
    """Was told as a store without a name."""
    chained = "all.groupByKey().count(Foreign.materialized(params).withLoggingEnabled(config));"
    assert lines(streams(chained), "store") == [
        "store key-value ?Foreign.materialized(params).withLoggingEnabled(config) used by #2"
    ]
    assert lines(streams('all.groupByKey().count(Named.as("n"));'), "store") == ["store key-value (no name) used by #2"]


def test_a_builder_of_a_later_kind_is_a_builder() -> None:
    """Was told as a supplier with an unknown name, on disk."""
    body = 'builder.addStateStore(Stores.timestampedKeyValueStoreWithHeadersBuilder(Stores.persistentTimestampedKeyValueStoreWithHeaders("kept"), keys, values));'
    assert lines(streams(body), "store", "node") == [
        "store timestamped-key-value kept persistence=disk key-serde=?keys value-serde=?values",
        "node store kept",
    ]


def test_statically_imported_lengths_are_read_only_where_they_are_imported() -> None:
    body = "all.groupByKey().windowedBy(SessionWindows.ofInactivityGapAndGrace(ofMillis(100), ofDays(1))).count();"
    imported = "import static java.time.Duration.ofMillis;\nimport static java.time.Duration.ofDays;"
    assert lines(streams(body, imported), "window") == [
        "window streams session event on #2 gap=100 ms grace=86400000 ms"
    ]
    assert lines(streams(body), "window") == ["window streams session event on #2 gap=?ofMillis(100) grace=?ofDays(1)"]


def test_a_property_that_flows_in_by_its_variable_is_listed_once() -> None:
    code = """from pyflink.datastream.connectors.kafka import KafkaSource

def main():
    properties = {"security.protocol": "SSL"}
    source = KafkaSource.builder().set_properties(properties).build()
"""
    assert lines(read("job.py", code), "setting consumer") == [
        "setting consumer security.protocol = SSL [main#properties]"
    ]


def sql(text: str) -> str:
    """The facts of a class that runs a statement."""
    return read(
        "Sql.java",
        f"""import org.apache.flink.table.api.TableEnvironment;
class Sql {{
  void run(TableEnvironment tables, String name) {{
    tables.executeSql({text});
  }}
}}
""",
    )


def test_a_part_of_a_statement_that_is_chosen_at_run_time_leaves_the_key_unknown() -> None:
    """Was told as a table without a key."""
    text = """"CREATE TABLE a (id INT" + (name.isEmpty() ? "" : ", PRIMARY KEY (id) NOT ENFORCED") + ") WITH ('connector' = 'kafka')\""""
    assert lines(sql(text), "flink table") == ["flink table a key(?)"]


def test_a_table_whose_name_comes_from_outside_is_no_edge() -> None:
    found = sql('"INSERT INTO " + name + " SELECT * FROM scans"')
    assert lines(found, "flink insert") == ["flink insert ? <- scans"]
    assert lines(found, "link") == []


def test_the_group_is_the_clients_only_where_it_decides_the_start() -> None:
    """A table that starts at the earliest offset, whatever its group: no consumer's group."""
    options = "'connector' = 'kafka', 'properties.group.id' = 'g'"
    assert lines(sql(f'"CREATE TABLE a (id INT) WITH ({options})"'), "setting consumer") == [
        "setting consumer group.id = g [a]"
    ]
    earliest = f"{options}, 'scan.startup.mode' = 'earliest-offset'"
    assert lines(sql(f'"CREATE TABLE a (id INT) WITH ({earliest})"'), "setting consumer") == []


def test_an_interval_that_switches_checkpoints_off_has_no_unit() -> None:
    code = """import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
class Job {
  void run() {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.enableCheckpointing(-1);
    config.setString("table.exec.state.ttl", "1 d");
  }
}
"""
    assert lines(read("Job.java", code), "setting flink") == [
        "setting flink table.exec.state.ttl = 86400000 ms [Job.run#config]",
        "setting flink execution.checkpointing.interval = -1 [Job.run#env]",
    ]


def test_what_stands_for_itself_ends_unknown() -> None:
    members = "static final Duration A = A.toMillis(); static final long B = B * 2; static final long C = D + D; static final long D = C + C;"
    assert window(f"{OF}(A)", members) == "?A"
    assert window(f"{OF}(Time.minutes(B))", members) == "?Time.minutes(B)"
    assert window(f"{OF}(Time.minutes(C))", members) == "?Time.minutes(C)"
    assert window("a()", "W a() { return b(); } W b() { return a(); }").startswith("window flink ?")


@pytest.mark.parametrize(
    ("start", "unit"),
    [("", "FROM "), ("", "SELECT TUMBLE("), ("", "PARTITION BY ( "), ("CREATE TABLE a (", "("), ("", "'")],
)
def test_hostile_statements_take_linear_time(start: str, unit: str) -> None:
    text = f"SET 'table.exec.state.ttl' = '1 d'; SELECT {start}"
    grows_linearly(lambda size: read("a.sql", text + unit * (size // len(unit))), 40_000)


def test_a_query_of_a_database_is_none_of_a_stream() -> None:
    code = """import org.apache.kafka.clients.producer.KafkaProducer;
class Outbox {
  void run(Statement statement) throws Exception {
    statement.executeQuery("SELECT id FROM outbox JOIN owners ON owners.id = outbox.owner");
  }
}
"""
    assert lines(read("Outbox.java", code), "flink", "link") == []
