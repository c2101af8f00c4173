"""The account of a whole change: what one file tells about another, in the change and beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from rules.examples import file_change

from reviewer.clients.registry import Libraries
from reviewer.core.change import ChangeSet
from reviewer.core.problem import Problem
from reviewer.core.report import Outcome
from reviewer.core.span import Side
from reviewer.facts.extract import extract
from reviewer.facts.gather import gather
from reviewer.facts.syntax import SyntaxFacts
from reviewer.facts.workers import Job, Key
from reviewer.relevance.account import account

NOT = "no streaming library, configuration or schema in this file"


class Tree:
    """A repository with a few files, the same on both sides, that notes what was read."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files
        self.asked: list[str] = []

    def read(self, path: str, side: Side) -> str | None:
        self.asked.append(path)
        return self._files.get(path)

    def paths(self, side: Side) -> tuple[str, ...]:
        return tuple(sorted(self._files))


def parse(jobs: Sequence[Job]) -> tuple[dict[Key, SyntaxFacts], tuple[Problem, ...]]:
    return {(job.path, job.side): extract(job.path, job.text, job.side) for job in jobs}, ()


def changed(
    before: Mapping[str, str], after: Mapping[str, str], tree: Mapping[str, str], *, reader: Tree | None = None
) -> dict[str, list[tuple[Outcome, str]]]:
    """Path -> (outcome, reason) of each hunk of a change in a repository that has the files of `tree` besides."""
    paths = sorted(before.keys() | after.keys())
    files = tuple(file_change(path, before.get(path), after.get(path)) for path in paths)
    change_set = ChangeSet(base="a", head="b", files=files)
    reader = reader or Tree({**tree, **after})
    gathered = gather(change_set, reader, libraries=Libraries(), parse=parse, skip=lambda _path: False)
    found: dict[str, list[tuple[Outcome, str]]] = {}
    for coverage, _ in account(change_set, gathered, reader, skip=lambda _path: False):
        found.setdefault(coverage.path, []).append((coverage.outcome, coverage.reason))
    return found


def accounted(new_files: Mapping[str, str], tree: Mapping[str, str]) -> dict[str, tuple[Outcome, str]]:
    """Path -> outcome and reason of a change that adds some files."""
    return {path: hunks[0] for path, hunks in changed({}, new_files, tree).items()}


def reason(path: str, text: str, others: Mapping[str, str], tree: Mapping[str, str] | None = None) -> str:
    """The reason why a new file is reviewed beside other new files; "" when it is not."""
    outcome, why = accounted({path: text, **others}, tree or {})[path]
    return why if outcome is Outcome.REVIEWED else ""


USED = [
    ("use rdkafka::Message;\nfn run(strategy: RunTask) { strategy.go(); }\n", "run.rs", "task.rs", "pub struct RunTask {\n  n: u8,\n}\n"),
    ('package a\nimport "github.com/IBM/sarama"\nfunc run(t RunTask) { t.Go() }\n', "run.go", "task.go", "package a\n\ntype RunTask struct {\n\tN int\n}\n"),
    ("import { Kafka } from 'kafkajs';\nfunction run(t: RunTask) { t.go(); }\n", "run.ts", "task.ts", "export class RunTask {\n  n = 1;\n}\n"),
    ("using Confluent.Kafka;\nclass A { void Run(RunTask t) { t.Go(); } }\n", "A.cs", "RunTask.cs", "class RunTask {\n  int n;\n}\n"),
    ("import org.apache.kafka.clients.consumer.*;\nclass A { RunTask t; }\n", "A.java", "RunTask.java", "public class RunTask {\n  int n;\n}\n"),
    ("import org.apache.kafka.clients.consumer.*\nclass A(val t: RunTask)\n", "A.scala", "RunTask.scala", "case class RunTask(n: Int)\n"),
]  # fmt: skip


@pytest.mark.parametrize(("streaming", "path", "other", "text"), USED, ids=[row[1] for row in USED])
def test_a_type_that_a_streaming_file_of_the_change_uses_is_reviewed(
    streaming: str, path: str, other: str, text: str
) -> None:
    assert reason(other, text, {path: streaming}) == f"streaming code of this change uses RunTask ({path})"
    assert accounted({other: text}, {})[other] == (Outcome.NOT_STREAMING, NOT)


JAVA = "import org.apache.kafka.clients.consumer.*;\n"
LINKED = {
    # What streaming code uses, without naming a type of it.
    "a module in Python": ("a/rates.py", "def rate(order):\n    return order\n", "a/run.py", "import confluent_kafka\nfrom a.rates import rate\n", "streaming code of this change uses rate (a/run.py)"),
    "a relative module in Python": ("a/b/rates.py", "TABLE = 1\n", "a/run.py", "import confluent_kafka\nfrom .b import rates\n", "streaming code of this change uses rates (a/run.py)"),
    "a module in TypeScript": ("a/rates.ts", "export const rate = (o: number) => o;\n", "a/b/run.ts", "import { Kafka } from 'kafkajs';\nimport { rate } from '../rates';\n", "streaming code of this change uses rates (a/b/run.ts)"),
    "a function of the package in Go": ("a/rates.go", "package a\nfunc rateOf(o int) int { return o }\n", "a/run.go", 'package a\nimport "github.com/IBM/sarama"\nfunc run() { rateOf(1) }\n', "streaming code of this change uses rateOf (a/run.go)"),
    "a function of another package in Go": ("rates/rates.go", "package rates\nfunc Round(o int) int { return o }\n", "a/run.go", 'package a\nimport (\n\t"github.com/IBM/sarama"\n\t"example.org/shop/rates"\n)\nfunc run() { rates.Round(1) }\n', "streaming code of this change uses Round (a/run.go)"),
    "methods of the type in Go": ("a/close.go", "package a\nfunc (w *Work) stop() { w.end() }\n", "a/run.go", 'package a\nimport "github.com/IBM/sarama"\nfunc (w *Work) run() { }\n', "streaming code of this change uses Work (a/run.go)"),
    "a module in Rust": ("src/rates.rs", "pub fn rate_of(o: u8) -> u8 { o }\n", "src/run.rs", "use rdkafka::Message;\nuse crate::rates::rate_of;\nfn run() { rate_of(1); }\n", "streaming code of this change uses rate_of (src/run.rs)"),
    "a bean by its interface": ("src/main/java/a/Post.java", "package a;\nclass Post implements Delivery { }\n", "src/main/java/a/A.java", f"package a;\n{JAVA}class A {{ Delivery delivery; }}\n", "streaming code of this change uses Delivery (src/main/java/a/A.java)"),
    "a constant": ("src/main/java/a/Constants.java", 'package a;\nclass Constants {\n  static final String ORDERS_OUT = "orders";\n}\n', "src/main/java/a/A.java", f"package a;\n{JAVA}class A {{ String t = Constants.ORDERS_OUT; }}\n", "streaming code of this change uses ORDERS_OUT (src/main/java/a/A.java)"),
    # What uses streaming code.
    "a caller in Java": ("src/main/java/b/Shop.java", "package b;\nimport a.Orders;\nclass Shop {\n  void f(Orders o) { o.put(); }\n}\n", "src/main/java/a/Orders.java", f"package a;\n{JAVA}class Orders {{ }}\n", "uses Orders of streaming code of this change (src/main/java/a/Orders.java)"),
    "a caller in TypeScript": ("a/shop.ts", "import { put } from './orders';\nput(1);\n", "a/orders.ts", "import { Kafka } from 'kafkajs';\nexport function put(o: number) { }\n", "uses orders of streaming code of this change (a/orders.ts)"),
}  # fmt: skip


@pytest.mark.parametrize(("path", "text", "other", "streaming", "expected"), LINKED.values(), ids=LINKED.keys())
def test_one_step_from_streaming_code_of_the_change(
    path: str, text: str, other: str, streaming: str, expected: str
) -> None:
    assert reason(path, text, {other: streaming}) == expected


APART = {
    "a utility": ("a/StringUtils.java", "class StringUtils { }\n", "a/A.java", f"{JAVA}class A {{ StringUtils u; }}\n"),
    "a module of helpers": ("a/helpers.py", "def trim(s):\n    return s\n", "a/run.py", "import confluent_kafka\nfrom a.helpers import cut\n"),
    "the same name of another package": ("b/rates.py", "def other(order):\n    return order\n", "a/run.py", "import confluent_kafka\nfrom a.rates import rate\n"),
    "a neighbour that is not used": ("a/Web.java", "class Web { }\n", "a/A.java", f"{JAVA}class A {{ }}\n"),
    "only in a comment": ("a/Web.java", "class Web { }\n", "a/A.java", f"{JAVA}// Web\nclass A {{ }}\n"),
    "another language": ("a/web.ts", "export class Web { }\n", "a/A.java", f"{JAVA}class A {{ Web w; }}\n"),
    "a variable of the same name": ("a/Web.cs", "class Web { void F() { var requestContext = 1; } }\n", "a/A.cs", "using Confluent.Kafka;\nclass A { void F(object requestContext) { } }\n"),
    "a test of it": ("src/test/java/a/ATest.java", "class ATest { A a; }\n", "src/main/java/a/A.java", f"{JAVA}class A {{ }}\n"),
    "an old step": ("a/C.java", "class C { B b; }\n", "a/B.java", "class B { }\n"),
}  # fmt: skip


@pytest.mark.parametrize(("path", "text", "other", "beside"), APART.values(), ids=APART.keys())
def test_what_is_no_step_from_streaming_code(path: str, text: str, other: str, beside: str) -> None:
    assert reason(path, text, {other: beside}) == ""


def test_a_chain_ends_after_one_step() -> None:
    new = {
        "a/A.java": f"{JAVA}class A {{ Bill b; }}\n",
        "a/Bill.java": "class Bill { Cent c; }\n",
        "a/Cent.java": "class Cent { }\n",
    }
    found = accounted(new, {})
    assert found["a/Bill.java"][0] is Outcome.REVIEWED
    assert found["a/Cent.java"] == (Outcome.NOT_STREAMING, NOT)


def test_a_use_that_the_change_takes_away_is_a_use() -> None:
    before = {"a/Bill.java": "class Bill { int n; }\n", "a/A.java": f"{JAVA}class A {{\n  Bill b;\n}}\n"}
    after = {"a/A.java": f"{JAVA}class A {{\n}}\n"}
    assert changed(before, after, {})["a/Bill.java"] == [
        (Outcome.REVIEWED, "streaming code of this change uses Bill (a/A.java)")
    ]


POM = "<project><dependencies><dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-clients</artifactId></dependency></dependencies></project>"
LISTENER = "package a;\nimport org.springframework.kafka.annotation.KafkaListener;\nclass Orders {\n  Mailer mailer;\n  @KafkaListener void on(String o) { mailer.send(o); }\n}\n"
MAILER = "package a;\nclass Mailer {\n  @Async void send(String o) { }\n}\n"
MAIN = "src/main/java/a"


def test_a_bean_that_an_unchanged_listener_uses_is_reviewed() -> None:
    tree = {"pom.xml": POM, f"{MAIN}/Orders.java": LISTENER, f"{MAIN}/Web.java": "package a;\nclass Web { }\n"}
    expected = f"streaming code beside this change uses Mailer ({MAIN}/Orders.java)"
    assert accounted({f"{MAIN}/Mailer.java": MAILER}, tree)[f"{MAIN}/Mailer.java"] == (Outcome.REVIEWED, expected)
    assert accounted({f"{MAIN}/Letter.java": "package a;\nclass Letter { }\n"}, tree)[f"{MAIN}/Letter.java"] == (
        Outcome.NOT_STREAMING,
        NOT,
    )


STATE = {
    "Java": (f"{MAIN}/Total.java", "package a;\nclass Total {\n  long cents;\n}\n", f"{MAIN}/Totals.java", "package a;\nimport org.apache.flink.api.common.state.ValueState;\nclass Totals { ValueState<Total> total; }\n", "pom.xml", POM),
    "Kotlin": (f"{MAIN}/Total.kt", "package a\n\ndata class Total(val cents: Long)\n", f"{MAIN}/Totals.kt", "package a\nimport org.apache.kafka.streams.StreamsBuilder\nval totals = Materialized.`as`<String, Total, Store>(name)\n", "pom.xml", POM),
    "C#": ("src/Total.cs", "class Total {\n  long cents;\n}\n", "src/Totals.cs", "using Streamiz.Kafka.Net;\nclass Totals { IKTable<string, Total> totals; }\n", "src/A.csproj", '<Project><PackageReference Include="Streamiz.Kafka.Net" Version="1" /></Project>'),
}  # fmt: skip


@pytest.mark.parametrize(("path", "text", "other", "streaming", "build", "uses"), STATE.values(), ids=STATE.keys())
def test_a_type_that_unchanged_code_keeps_in_state_is_reviewed(
    path: str, text: str, other: str, streaming: str, build: str, uses: str
) -> None:
    found = accounted({path: text}, {build: uses, other: streaming})[path]
    assert found == (Outcome.REVIEWED, f"streaming code beside this change uses Total ({other})")


def test_a_caller_of_an_unchanged_producer_counts_where_it_calls_it() -> None:
    tree = {
        "pom.xml": POM,
        f"{MAIN}/Orders.java": "package a;\nimport org.springframework.kafka.core.KafkaTemplate;\nclass Orders { void put() { } }\n",
    }
    filler = "".join(f"    int f{n} = {n};\n" for n in range(20))
    text = f"package a;\nclass Shop {{\n  void buy(Orders orders) {{\n    orders.put();\n{filler}    first(1);\n  }}\n  void look() {{\n{filler}    last(1);\n  }}\n}}\n"
    path = f"{MAIN}/Shop.java"
    found = changed({path: text}, {path: text.replace("first(1)", "first(2)").replace("last(1)", "last(2)")}, tree)
    assert [outcome for outcome, _ in found[path]] == [Outcome.REVIEWED, Outcome.NOT_STREAMING]
    assert found[path][0][1] == f"uses Orders of streaming code beside this change ({MAIN}/Orders.java)"


def test_nothing_beside_the_change_is_read_in_a_module_without_a_streaming_library() -> None:
    tree = {"pom.xml": "<project></project>", f"{MAIN}/Orders.java": LISTENER}
    reader = Tree({**tree, f"{MAIN}/Mailer.java": MAILER})
    found = changed({}, {f"{MAIN}/Mailer.java": MAILER}, tree, reader=reader)
    assert found[f"{MAIN}/Mailer.java"] == [(Outcome.NOT_STREAMING, NOT)]
    assert f"{MAIN}/Orders.java" not in reader.asked


def test_what_is_read_beside_the_change_is_bounded_and_the_likely_comes_first() -> None:
    others = {f"{MAIN}/x/Web{n}.java": f"package a.x;\nclass Web{n} {{ }}\n" for n in range(500)}
    tree = {
        "pom.xml": POM,
        **others,
        f"{MAIN}/z/OrderListener.java": LISTENER.replace("package a;", "package a.z;\nimport a.Mailer;"),
    }
    new = {f"{MAIN}/Mailer.java": MAILER} | {
        f"{MAIN}/New{n}.java": f"package a;\nclass New{n} {{ }}\n" for n in range(50)
    }
    reader = Tree({**tree, **new})
    found = changed({}, new, tree, reader=reader)
    assert found[f"{MAIN}/Mailer.java"][0][0] is Outcome.REVIEWED
    assert len([path for path in reader.asked if path.endswith(".java")]) <= 30


CONFIGURATION = [
    ("deploy/app.yaml", "kind: Deployment\nspec:\n  env:\n    - name: ORDERS_TOPIC\n      value: {}\n    - name: COLOUR_SCHEME\n      value: a\n", "src/bus.go", 'package a\nimport "github.com/IBM/sarama"\nvar topic = os.Getenv("ORDERS_TOPIC")\n', "streaming code reads ORDERS_TOPIC (src/bus.go:3)"),
    (".env", "ORDERS_TOPIC={}\n", "src/bus.ts", "import { Kafka } from 'kafkajs';\nconst topic = process.env.ORDERS_TOPIC;\n", "streaming code reads ORDERS_TOPIC (src/bus.ts:2)"),
    ("src/main/resources/application.yml", "shop:\n  orders:\n    wait: {}\n", f"{MAIN}/Orders.java", LISTENER.replace("Mailer mailer;", '@Value("${shop.orders.wait}") int wait;'), "streaming code reads shop.orders.wait (src/main/java/a/Orders.java:4)"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "text", "code", "reading", "expected"), CONFIGURATION, ids=[row[0] for row in CONFIGURATION]
)
def test_variables_and_settings_count_where_streaming_code_reads_them(
    path: str, text: str, code: str, reading: str, expected: str
) -> None:
    before, after = {path: text.format("one")}, {path: text.format("two")}
    assert changed(before, after, {code: reading})[path] == [(Outcome.REVIEWED, expected)]
    elsewhere = reading.replace("ORDERS_TOPIC", "BILLS_TOPIC").replace("shop.orders.wait", "shop.bills.wait")
    assert changed(before, after, {code: elsewhere})[path] == [(Outcome.NOT_STREAMING, NOT)]


def test_another_variable_of_the_same_document_does_not_count() -> None:
    path, text, code, reading, _ = CONFIGURATION[0]
    before = text.format("one")
    found = changed({path: before}, {path: before.replace("value: a\n", "value: b\n")}, {code: reading})
    assert found[path] == [(Outcome.NOT_STREAMING, NOT)]


def test_protobuf_counts_where_the_change_or_the_module_streams() -> None:
    proto = {"shop/src/a.proto": "message A { string id = 1; }\n"}
    package = '{"dependencies": {"kafkajs": "2.2.4"}}'
    module = accounted(proto, {"shop/package.json": package})["shop/src/a.proto"]
    assert module == (Outcome.REVIEWED, "Protobuf schema in a module that depends on kafkajs, shop/package.json:1")
    assert accounted(proto, {"web/package.json": package, "shop/package.json": "{}"})["shop/src/a.proto"] == (
        Outcome.NOT_STREAMING,
        NOT,
    )
    together = accounted({**proto, "bus.ts": "import { Kafka } from 'kafkajs';\n"}, {})["shop/src/a.proto"]
    assert together == (Outcome.REVIEWED, "Protobuf schema in a change of streaming code")


FRAMEWORKS = {
    "a function bean": ("src/A.java", "import java.util.function.Consumer;\nclass A {\n  @Bean Consumer<String> orders() { return o -> save(o); }\n}\n", "pom.xml", POM.replace("org.apache.kafka", "org.springframework.cloud").replace("kafka-clients", "spring-cloud-stream"), "a function bean of Spring Cloud Stream (@Bean; the module depends on org.springframework.cloud:spring-cloud-stream, pom.xml:1)"),
    "a handler of NestJS": ("src/a.ts", "import { EventPattern } from '@nestjs/microservices';\nclass A {\n  @EventPattern('orders') on(o) { }\n}\n", "package.json", '{"dependencies": {"kafkajs": "2"}}', "a message handler of NestJS (@EventPattern; the module depends on kafkajs, package.json:1)"),
    "a handler of Axon": ("src/A.java", "import org.axonframework.eventhandling.EventHandler;\nclass A { @EventHandler void on(String o) { } }\n", "pom.xml", POM.replace("org.apache.kafka", "org.axonframework.extensions.kafka").replace("kafka-clients", "axon-kafka"), "a handler of Axon (@EventHandler; the module depends on org.axonframework.extensions.kafka:axon-kafka, pom.xml:1)"),
    "a consumer of MassTransit": ("src/A.cs", "using MassTransit;\nclass A : IConsumer<Order> { }\n", "src/A.csproj", '<Project><PackageReference Include="MassTransit.Kafka" Version="8" /></Project>', "a consumer of MassTransit (IConsumer; the module depends on MassTransit.Kafka, src/A.csproj:1)"),
    "Avro in code": ("src/A.scala", "import com.sksamuel.avro4s.AvroSchema\nobject A { val schema = AvroSchema[Int] }\n", "build.sbt", 'libraryDependencies += "com.github.fd4s" %% "fs2-kafka" % "3"', "Avro in code (avro; the module depends on com.github.fd4s:fs2-kafka, build.sbt:1)"),
    "the module is a library": ("src/retry.ts", "export const wait = (n: number) => n * 2;\n", "package.json", '{"name": "kafkajs"}', "belongs to kafkajs, package.json"),
}  # fmt: skip


@pytest.mark.parametrize(("path", "text", "build", "uses", "expected"), FRAMEWORKS.values(), ids=FRAMEWORKS.keys())
def test_what_streams_only_in_its_module(path: str, text: str, build: str, uses: str, expected: str) -> None:
    assert accounted({path: text}, {build: uses})[path] == (Outcome.REVIEWED, expected)
    assert accounted({path: text}, {build: uses.lower().replace("kafka", "cafe").replace("stream", "steam")})[path] == (
        Outcome.NOT_STREAMING,
        NOT,
    )


def test_a_module_that_only_shows_streams_does_not_make_its_code_stream() -> None:
    found = accounted({"web/a.ts": "export const a = 1;\n"}, {"web/package.json": '{"name": "kafka-website"}'})
    assert found["web/a.ts"] == (Outcome.NOT_STREAMING, NOT)


def test_a_reason_shows_nothing_but_plain_names() -> None:
    text = "import a from './kafka<img src=x>`@all';\n"
    assert reason("a/a.ts", text, {}) == "imports ./kafka?img src=x??@all (line 1)"
    build = {"package.json": '{"name": "kafka](https://evil.test)"}'}
    assert (
        accounted({"a/a.ts": "export const a = 1;\n"}, build)["a/a.ts"][1]
        == "belongs to kafka]?https://evil.test?, package.json"
    )


UTIL = """package a.util;
import org.apache.kafka.clients.producer.*;
public class Utils {
  private final KafkaProducer<String, String> producer;
  public void put(String id) throws Exception { producer.send(new ProducerRecord<>("orders", id, id)).get(); }
}
"""


def test_a_call_through_a_class_that_holds_the_client_streams_whatever_that_is_called() -> None:
    tree = {"src/main/java/a/util/Utils.java": UTIL}
    text = "package a.web;\nimport a.util.Utils;\nclass Checkout {\n  private final Utils events;\n  void pay(String id) throws Exception { events.put(id); }\n}\n"
    found = accounted({"src/main/java/a/web/Checkout.java": text}, tree)
    assert found["src/main/java/a/web/Checkout.java"] == (
        Outcome.REVIEWED,
        "uses Utils.put at src/main/java/a/util/Utils.java:5",
    )
