"""Jobs and topologies as they hang together: from the source topic over steps and stores to the sink."""

from __future__ import annotations

from facts.stream_maps import lines, mapped

from reviewer.core.stream_map import around

HEAD = """import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.*;
class Orders {
"""


def streams(body: str) -> list[str]:
    """The map of one topology."""
    return lines({"Orders.java": f"{HEAD}{body}\n}}\n"})


def test_variables_joins_and_stores() -> None:
    found = streams("""
  Topology build() {
    StreamsBuilder builder = new StreamsBuilder();
    KStream<String, String> orders = builder.stream("orders");
    KTable<String, String> customers = builder.table("customers", Materialized.as("customers-store"));
    KStream<String, String> rich = orders.filter((k, v) -> v != null).leftJoin(customers, (o, c) -> o + c);
    rich.to("rich-orders");
    orders.groupByKey().count(Materialized.as("counts")).toStream().to("counts");
    return builder.build();
  }""")
    assert found == sorted(
        [
            "orders -reads-> stream", "customers -reads-> table customers-store", "table customers-store -keeps-> customers-store",
            "stream -then-> filter", "filter -then-> leftJoin", "table customers-store -then-> leftJoin", "leftJoin -then-> to",
            "to -writes-> rich-orders", "stream -then-> groupByKey", "groupByKey -then-> count counts", "count counts -keeps-> counts",
            "count counts -then-> toStream", "toStream -then-> to", "to -writes-> counts",
        ]
    )  # fmt: skip


def test_branches_by_array_by_map_and_by_consumer() -> None:
    found = streams("""
  void build(StreamsBuilder builder) {
    KStream<String, String>[] parts = builder.<String, String>stream("a").branch((k, v) -> true, (k, v) -> false);
    parts[0].to("first");
    Map<String, KStream<String, String>> split = builder.<String, String>stream("b").split(Named.as("s-")).branch((k, v) -> true, Branched.as("big")).defaultBranch();
    split.get("s-big").to("second");
    builder.<String, String>stream("c").split().branch((k, v) -> true, Branched.withConsumer(big -> big.to("third"))).noDefaultBranch();
  }""")
    assert {
        "branch -then-> to",
        "defaultBranch -then-> to",
        "to -writes-> first",
        "to -writes-> second",
        "to -writes-> third",
    } <= set(found)
    assert len([line for line in found if line == "branch -then-> to"]) == 2


def test_helper_methods_hand_streams_in_and_out() -> None:
    found = streams("""
  void build(StreamsBuilder builder) {
    KStream<String, String> raw = builder.stream("orders");
    KStream<String, String> clean = clean(raw);
    publish(clean.peek((k, v) -> {}));
  }
  private KStream<String, String> clean(KStream<String, String> in) { return in.filter((k, v) -> v != null); }
  private void publish(KStream<String, String> out) { out.mapValues(v -> v).to("clean-orders"); }""")
    assert found == sorted(
        [
            "orders -reads-> stream", "stream -then-> filter", "filter -then-> peek", "peek -then-> mapValues", "mapValues -then-> to",
            "to -writes-> clean-orders",
        ]
    )  # fmt: skip


def test_a_variable_that_is_written_again_and_one_that_depends() -> None:
    found = streams("""
  void build(StreamsBuilder builder, boolean strict) {
    KStream<String, String> s = builder.stream("orders");
    s = s.peek((k, v) -> {});
    if (strict) { s = s.filter((k, v) -> true); }
    s.to("out");
  }""")
    assert found == sorted(
        [
            "orders -reads-> stream",
            "stream -then-> peek",
            "peek -then-> filter",
            "filter -then-> to",
            "peek -then-> to",
            "to -writes-> out",
        ]
    )


def test_the_processor_api() -> None:
    found = streams("""
  Topology build() {
    Topology topology = new Topology();
    topology.addSource("In", "orders")
        .addProcessor("Count", Counter::new, "In")
        .addStateStore(Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore("counts"), null, null), "Count")
        .addSink("Out", "totals", "Count");
    return topology;
  }""")
    assert found == [
        "orders -reads-> source In", "processor Count -keeps-> counts", "processor Count -then-> sink Out", "sink Out -writes-> totals",
        "source In -then-> processor Count",
    ]  # fmt: skip


def test_the_names_that_describe_prints() -> None:
    body = """
  Topology build() {
    StreamsBuilder builder = new StreamsBuilder();
    builder.<String, String>stream("lines").flatMapValues(v -> split(v)).groupBy((k, v) -> v).count(Materialized.as("counts")).toStream()
        .to("out", Produced.as("sink"));
    return builder.build();
  }"""
    named = {node.label: node.name for node in mapped({"Orders.java": f"{HEAD}{body}\n}}\n"}).nodes if node.inside}
    assert named == {
        "stream": "KSTREAM-SOURCE-0000000000", "flatMapValues": "KSTREAM-FLATMAPVALUES-0000000001", "groupBy": "KSTREAM-KEY-SELECT-0000000002",
        "count counts": "KSTREAM-AGGREGATE-0000000003", "toStream": "KTABLE-TOSTREAM-0000000007", "to sink": "sink", "counts": "",
    }  # fmt: skip


def test_no_name_is_guessed_behind_what_counts_otherwise() -> None:
    body = """
  Topology build() {
    StreamsBuilder builder = new StreamsBuilder();
    builder.<String, String>stream("lines").groupByKey().count(Materialized.with(null, null)).toStream().to("out");
    return builder.build();
  }"""
    nodes = mapped({"Orders.java": f"{HEAD}{body}\n}}\n"}).nodes
    assert {node.label: node.name for node in nodes if node.label in ("stream", "count", "toStream", "to")} == {
        "stream": "KSTREAM-SOURCE-0000000000", "count": "", "toStream": "", "to": "",
    }  # fmt: skip


FLINK = """import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.datastream.*;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.sink.*;
class Job {
  public static void main(String[] args) throws Exception {
    ParameterTool params = ParameterTool.fromArgs(args);
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    KafkaSource<String> source = KafkaSource.<String>builder().setTopics(params.get("in", "orders")).setGroupId("job").build();
    SingleOutputStreamOperator<String> main = env.fromSource(source, null, "orders").process(new Split()).uid("split");
    main.sinkTo(sink("clean-orders"));
    main.getSideOutput(LATE).sinkTo(sink("late-orders"));
    env.execute();
  }
  static KafkaSink<String> sink(String topic) {
    return KafkaSink.<String>builder().setRecordSerializer(KafkaRecordSerializationSchema.builder().setTopic(topic).build()).build();
  }
}
"""


def test_a_flink_job_with_a_side_output() -> None:
    assert lines({"Job.java": FLINK}) == sorted(
        [
            "orders~in -reads job-> fromSource", "fromSource -then-> process split", "process split -then-> sinkTo",
            "process split -then-> getSideOutput", "getSideOutput -then-> sinkTo", "sinkTo -writes-> clean-orders", "sinkTo -writes-> late-orders",
        ]
    )  # fmt: skip


CEP = """import org.apache.flink.cep.CEP;
import org.apache.flink.cep.PatternStream;
import org.apache.flink.streaming.api.datastream.*;
class Alarms {
  void build(DataStream<String> unused, StreamExecutionEnvironment env) {
    DataStream<String> input = env.fromElements("a").keyBy(x -> x);
    PatternStream<String> found = CEP.pattern(input, pattern());
    SingleOutputStreamOperator<String> alarms = found.process(new Alarm());
    alarms.print();
  }
}
"""


def test_a_pattern_hangs_on_its_stream() -> None:
    found = lines({"Alarms.java": CEP})
    assert found == ["CEP.pattern -then-> print", "fromElements -then-> keyBy", "keyBy -then-> CEP.pattern"]


def test_sql_of_flink_and_of_ksqldb() -> None:
    flink = """CREATE TABLE orders (id STRING) WITH ('connector' = 'kafka', 'topic' = 'orders', 'properties.group.id' = 'sql');
CREATE TABLE totals (id STRING) WITH ('connector' = 'upsert-kafka', 'topic' = 'totals');
INSERT INTO totals SELECT id FROM orders GROUP BY id;
"""
    ksql = """CREATE STREAM rides (id VARCHAR KEY) WITH (KAFKA_TOPIC='rides', VALUE_FORMAT='AVRO');
CREATE TABLE per_driver AS SELECT driver, COUNT(*) FROM rides GROUP BY driver EMIT CHANGES;
"""
    other = "INSERT INTO paid SELECT * FROM per_driver EMIT CHANGES;\n"
    assert lines({"flink.sql": flink}) == [
        "orders -reads sql-> orders", "orders -then-> totals", "totals -writes-> totals",
    ]  # fmt: skip
    assert lines({"a.ksql": ksql, "b.ksql": other}) == [
        "per_driver -then-> paid", "per_driver -writes-> PER_DRIVER", "rides -reads-> rides", "rides -then-> per_driver",
    ]  # fmt: skip


def test_connectors_read_and_write() -> None:
    sink = '{"name": "es", "config": {"connector.class": "io.confluent.ElasticsearchSinkConnector", "topics": "orders,refunds", "errors.deadletterqueue.topic.name": "dead"}}'
    source = '{"name": "db", "config": {"connector.class": "io.debezium.connector.postgresql.PostgresConnector", "topic.prefix": "shop", "table.include.list": "public.orders"}}'
    assert lines({"es.json": sink, "db.json": source}) == [
        "db -writes-> shop.public.orders", "es -writes-> dead", "orders -reads connect-es-> es", "refunds -reads connect-es-> es",
    ]  # fmt: skip


def test_a_schema_lies_at_its_topic() -> None:
    listener = """import org.springframework.kafka.annotation.KafkaListener;
import shop.Order;
class Billing { @KafkaListener(topics = "orders", groupId = "billing") void on(Order order) {} }
"""
    schema = '{"type": "record", "namespace": "shop", "name": "Order", "fields": [{"name": "id", "type": "string"}]}'
    found = lines({"Billing.java": listener, "Order.avsc": schema})
    assert found == ["Order -describes-> orders", "orders -reads billing-> Billing"]


def test_what_lies_around_a_topic() -> None:
    found = mapped({"Job.java": FLINK})
    begin = [node.id for node in found.nodes if node.label == "late-orders"]
    assert {n.label for n in around(found, begin, 0).nodes} == {"late-orders"}
    assert "clean-orders" not in {n.label for n in around(found, begin, 1).nodes}
    assert {"orders", "clean-orders"} <= {n.label for n in around(found, begin, 2).nodes}


JOB_OF_PARTS = """import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
class Alerts {
  void run(StreamExecutionEnvironment env, Config config) throws Exception {
    DataStream<Alert> alerts = env.addSource(Sources.orders(config)).process(new Rules()).name("rules");
    DataStream<Long> lag = ((SingleOutputStreamOperator<Alert>) alerts).getSideOutput(LAG);
    lag.print();
    alerts.addSink(Sinks.alerts(config)).name("out");
    env.execute("alerts");
  }
}
"""
PARTS = """import org.apache.flink.streaming.connectors.kafka.FlinkKafkaConsumer;
import org.apache.flink.streaming.connectors.kafka.FlinkKafkaProducer;
class Sources {
  static SourceFunction<String> orders(Config config) {
    if (config.isLocal()) { return new Generator(); }
    return new FlinkKafkaConsumer<>("orders", new SimpleStringSchema(), config.properties());
  }
}
class Sinks {
  static SinkFunction<String> alerts(Config config) {
    return new FlinkKafkaProducer<>("alerts", new SimpleStringSchema(), config.properties());
  }
}
"""


def test_a_source_and_a_sink_that_another_class_makes_are_the_jobs_also_behind_a_cast() -> None:
    expected = [
        "addSink out -writes-> alerts",
        "addSource -then-> process rules",
        "orders -reads-> addSource",
        "process rules -then-> addSink out",
        "process rules -then-> print",
    ]
    assert lines({"Alerts.java": JOB_OF_PARTS, "Parts.java": PARTS}) == expected
    built = 'KafkaSink.<String>builder().setRecordSerializer(KafkaRecordSerializationSchema.builder().setTopic("alerts").build()).build()'
    new = PARTS.replace('new FlinkKafkaProducer<>("alerts", new SimpleStringSchema(), config.properties())', built)
    new = "import org.apache.flink.connector.kafka.sink.KafkaSink;\n" + new
    assert lines({"Alerts.java": JOB_OF_PARTS.replace("addSink", "sinkTo"), "Parts.java": new}) == sorted(
        line.replace("addSink", "sinkTo") for line in expected
    )
    twice = PARTS.replace(
        "return new Generator();", 'return new FlinkKafkaConsumer<>("old", new SimpleStringSchema(), null);'
    )
    found = lines(
        {"Alerts.java": JOB_OF_PARTS, "Parts.java": twice}
    )  # one of two topics: nobody says which is the job's
    assert "orders -reads-> Sources" in found and "old -reads-> Sources" in found


def test_a_job_reads_on_its_own_line_what_a_helper_of_another_file_builds() -> None:
    found = mapped(
        {
            "src/Sources.java": """import org.apache.flink.connector.kafka.source.KafkaSource;
class Sources {
  // far down in its own file
  // so that no line of the job
  // could be meant
  // by this one
  static KafkaSource<String> of(String topic) {
    return KafkaSource.<String>builder().setTopics(topic).build();
  }
}
""",
            "src/Job.java": """import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
class Job {
  void run(StreamExecutionEnvironment env) {
    env.fromSource(Sources.of("orders"), WatermarkStrategy.noWatermarks(), "orders").print();
  }
}
""",
        }
    )
    reads = {(edge.path, edge.line) for edge in found.edges if edge.kind.value == "reads"}
    assert {line for path, line in reads if path == "src/Job.java"} == {4}
