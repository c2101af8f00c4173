"""One rich report that every publisher is tried on: all severities, both sides, all placements and standings, questions, a failure,
a cost."""

from __future__ import annotations

from reviewer.core.blast_radius import Blast, BlastKind, User
from reviewer.core.finding import (
    Category,
    Confidence,
    Doubt,
    Evidence,
    Finding,
    Origin,
    PlacementKind,
    Severity,
    Stage,
    Standing,
    Withheld,
)
from reviewer.core.guarantee import Because, Guarantee, Promise, Subject
from reviewer.core.problem import Problem
from reviewer.core.question import Question
from reviewer.core.report import Coverage, Judgements, Outcome, Report, ReviewedBy, Served, Status, Usage
from reviewer.core.roll_out import RollOut, RollOutKind
from reviewer.core.span import Side, Span

CONSUMER = "src/main/java/shop/OrderConsumer.java"
JOB = "src/main/java/shop/FraudJob.java"
CONFIG = "config/producer.properties"

CONSUMER_TEXT = """\
package shop;

final class OrderConsumer {
    void run() {
        while (open) {
            var records = consumer.poll(Duration.ofMillis(200));
            consumer.commitSync();
            for (var record : records) {
                orders.save(record.value());
            }
        }
    }
}
"""
JOB_BEFORE = """\
env.fromSource(payments, watermarks, "payments")
    .keyBy(Payment::card)
    .process(new Scoring())
    .uid("scoring")
    .sinkTo(alerts);
"""
CONFIG_TEXT = "bootstrap.servers=kafka:9092\nacks=1\nlinger.ms=20\n"

SOURCES = {
    (CONSUMER, Side.AFTER): CONSUMER_TEXT,
    (JOB, Side.BEFORE): JOB_BEFORE,
    (CONFIG, Side.AFTER): CONFIG_TEXT,
}

COMMIT = Finding(
    id="0f3a5b7c9d1e2f40",
    rule_id="kafka-consumer-commit-before-process",
    category=Category.DATA_LOSS,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    title="Offsets are committed before the records are processed",
    span=Span(path=CONSUMER, side=Side.AFTER, first_line=7, last_line=7),
    scenario=(
        "poll() returns records 100-149 and commitSync() marks all of them as done.",
        "The process is killed while `orders.save` handles record 117.",
        "The group restarts at offset 150 -> records 117-149 are never processed.",
    ),
    why="A committed offset is the group's only memory of where it was; whatever lies before it is never delivered again.",
    fix="Move commitSync() behind the loop, so that it is reached only when every record was saved.",
    subject="OrderConsumer.run/commitSync",
    evidence=(
        Evidence(
            span=Span(path=CONSUMER, side=Side.AFTER, first_line=7, last_line=7),
            quote="consumer.commitSync();",
        ),
        Evidence(
            span=Span(path=CONSUMER, side=Side.AFTER, first_line=9, last_line=9),
            quote="orders.save(record.value());",
        ),
    ),
    references=("https://kafka.apache.org/documentation/#consumerconfigs_enable.auto.commit",),
    origin=Origin.BOTH,
    placement=PlacementKind.INLINE,
)
UID = Finding(
    id="1a2b3c4d5e6f7081",
    rule_id="flink-operator-uid-changed",
    category=Category.STATE_CONSISTENCY,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    title="The uid of a stateful operator is removed",
    span=Span(path=JOB, side=Side.BEFORE, first_line=4, last_line=4),
    scenario=(
        "The job is stopped with a savepoint that holds the state of `scoring`.",
        "The new job gives the operator a generated id, which the savepoint does not know.",
        "The restore fails, or with --allowNonRestoredState every score starts from zero.",
    ),
    why="Flink finds saved state by the operator's uid only.",
    fix='Keep `.uid("scoring")` on the operator.',
    subject="FraudJob/scoring",
    evidence=(Evidence(span=Span(path=JOB, side=Side.BEFORE, first_line=4, last_line=4), quote='.uid("scoring")'),),
    references=("https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/savepoints/",),
    placement=PlacementKind.FILE,
)
ACKS = Finding(
    id="2b3c4d5e6f708192",
    rule_id="kafka-producer-acks-not-all",
    category=Category.DATA_LOSS,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    title="The producer no longer waits for the replicas",
    span=Span(path=CONFIG, side=Side.AFTER, first_line=2, last_line=2),
    scenario=(
        "The leader acknowledges a record before any follower has it.",
        "The leader's broker dies and a follower takes over -> the acknowledged record is gone.",
    ),
    why="With acks=1 an acknowledgement promises no more than one copy.",
    fix="Set acks to all.",
    subject="producer.properties/acks",
    suggestion="acks=all",
    evidence=(Evidence(span=Span(path=CONFIG, side=Side.AFTER, first_line=2, last_line=2), quote="acks=1"),),
    placement=PlacementKind.INLINE,
    trade_off="acks=all costs each batch the round trip to the slowest replica.\nacks=1 is legitimate for records that may go.",
)
ALERT = Finding(
    id="3c4d5e6f708192a3",
    rule_id=None,
    category=Category.OPERATIONS,
    severity=Severity.LOW,
    confidence=Confidence.LOW,
    title="The lag alert watches a group that no longer exists",
    span=Span(path="ops/alerts.yml", side=Side.AFTER, first_line=31, last_line=33),
    scenario=(
        "The group is now called orders-v2; the alert still selects orders.",
        "The consumer stops -> nobody is called.",
    ),
    why="An alert on a series without data never fires.",
    fix="Select group=orders-v2 in the alert.",
    subject="alerts.yml/orders",
    evidence=(
        Evidence(
            span=Span(path="ops/alerts.yml", side=Side.AFTER, first_line=31, last_line=33),
            quote='expr: lag{group="orders"} > 1000\nfor: 5m\nlabels: {page: "yes"}',
        ),
    ),
    origin=Origin.MODEL,
    placement=PlacementKind.SUMMARY,
)

ROUTER = "src/main/java/shop/Router.java"
OLDER = Finding(
    id="4d5e6f708192a3b4",
    rule_id=None,
    category=Category.ORDERING,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    title="A retried order overtakes a later one",
    span=Span(path=ROUTER, side=Side.AFTER, first_line=12, last_line=12),
    scenario=(
        "The first send fails and waits for its retry.",
        "The next one succeeds -> the retried order arrives last.",
    ),
    why="Five requests are in flight without idempotence, as in `OrderConsumer` before the move.",
    fix="Set enable.idempotence=true.",
    subject="Router/retries",
    evidence=(
        Evidence(span=Span(path=ROUTER, side=Side.AFTER, first_line=12, last_line=12), quote="producer.send(order);"),
    ),
    origin=Origin.MODEL,
    placement=PlacementKind.SUMMARY,
    standing=Standing.OLDER,
)
DECLARED = Finding(
    id="5e6f708192a3b4c5",
    rule_id=None,
    category=Category.DATA_LOSS,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    title="Clicks are dropped while the broker is away",
    span=Span(path=ROUTER, side=Side.BEFORE, first_line=30, last_line=31),
    scenario=("The broker is away for longer than max.block.ms.", "send() throws and the click is dropped."),
    why="The description says that clicks may be lost.",
    fix="Keep it, or buffer them on disk.",
    subject="Router/clicks",
    origin=Origin.MODEL,
    placement=PlacementKind.SUMMARY,
    standing=Standing.DECLARED,
    doubt=Doubt(reason="A click is no order."),
)
RETENTION = Question(
    id="6f708192a3b4c5d6",
    rule_id=None,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    span=Span(path="config/topics.yml", side=Side.BEFORE, first_line=8, last_line=9),
    title="Retried orders expire during an outage",
    question="Does `orders-retry` keep records longer than the longest outage?",
    if_so=("The shop is down for eight days.", "The broker deletes what is older than seven -> those orders are gone."),
    settle="The value of retention.ms of orders-retry in production.",
)
PARTITIONS = Question(
    id="708192a3b4c5d6e7",
    rule_id="kafka-producer-key-expression-changed",
    category=Category.ORDERING,
    severity=Severity.MEDIUM,
    span=Span(path=CONSUMER, side=Side.AFTER, first_line=9, last_line=9),
    title="Orders of a customer are spread",
    question="Is the key null for guests?",
    if_so=("A guest orders twice.", "The orders go to two partitions -> the second may be handled first."),
    settle="What Order.customer() returns for a guest.",
)

RADIUS = (
    Blast(
        kind=BlastKind.TOPIC,
        name="orders-v2",
        was="orders",
        writers=(User(path=CONSUMER, line=9, what="OrderConsumer (Apache Kafka clients (JVM))", changed=True),),
        old_readers=(User(path="py/report.py", line=4, what="report.py (aiokafka), group report", changed=False),),
        note="read 50 of 900 files, chosen by their paths",
    ),
    Blast(
        kind=BlastKind.GROUP,
        name="billing",
        readers=(
            User(
                path="src/Mailer.java",
                line=12,
                what="Mailer (Spring for Apache Kafka), group billing",
                changed=False,
                repository="crm",
            ),
        ),
    ),
)

ROLL_OUT = (
    RollOut(
        kind=RollOutKind.DRAIN,
        subject="orders",
        steps=("Stop all producers of orders.", "Let `<group>` come to lag 0.", "Way back: the same way."),
        finding=COMMIT.id,
    ),
    RollOut(
        kind=RollOutKind.DEPLOY_ORDER, subject="orders -> orders.v2", steps=("Create orders.v2.", "Way back: none.")
    ),
)

GUARANTEES = (
    Guarantee(
        kind=Subject.CHAIN, subject="orders -> invoices", before=Promise.AT_LEAST_ONCE, after=Promise.AT_MOST_ONCE,
        because=(Because(span=Span(path=CONSUMER, side=Side.AFTER, first_line=7, last_line=7), what="orders-saver: commitSync() comes before save()"),),
        weak_link="orders-saver",
    ),
    Guarantee(
        kind=Subject.PRODUCER, subject="pay|ments", before=Promise.AT_MOST_ONCE, after=Promise.EXACTLY_ONCE,
        because=(Because(span=Span(path=JOB, side=Side.BEFORE, first_line=4, last_line=4), what="acks=all: all in-sync replicas have the record"),),
        weak_link="pay|ments",
    ),
    Guarantee(
        kind=Subject.CONSUMER, subject="orders-saver", before=Promise.AT_LEAST_ONCE, after=Promise.AT_MOST_ONCE,
        because=(Because(span=Span(path=CONSUMER, side=Side.AFTER, first_line=7, last_line=7), what="commitSync() comes before save(): what fails after it is lost"),),
        weak_link="orders-saver",
    ),
)  # fmt: skip
REPORT = Report(
    radius=RADIUS,
    guarantees=GUARANTEES,
    roll_out=ROLL_OUT,
    tool_version="1.2.3",
    engine="claude",
    base="9f8e7d6c5b4a39281706f5e4d3c2b1a098765432",
    head="0123456789abcdef0123456789abcdef01234567",
    status=Status.PARTIAL,
    model="claude-sonnet-5-5",
    findings=(ALERT, DECLARED, ACKS, UID, OLDER, COMMIT),
    questions=(RETENTION, PARTITIONS),
    judged=Judgements(upheld=3, weakened=1, refuted=1, unjudged=1, told_twice=1, asked=2),
    withheld=(Withheld(finding=ACKS, stage=Stage.DUPLICATE, reason="the same matter as 2b3c4d5e6f708192"),),
    coverage=(
        Coverage(
            path=CONSUMER, old_path=CONSUMER, side=Side.AFTER, start_line=4, line=12,
            outcome=Outcome.REVIEWED, reviewed_by=ReviewedBy.BOTH, reason="uses org.apache.kafka.clients.consumer",
        ),
        Coverage(
            path=JOB, old_path=JOB, side=Side.BEFORE, start_line=1, line=5,
            outcome=Outcome.REVIEWED, reviewed_by=ReviewedBy.RULES, reason="uses org.apache.flink",
        ),
        Coverage(
            path="README.md", old_path="README.md", side=Side.AFTER, start_line=1, line=3,
            outcome=Outcome.NOT_STREAMING, reviewed_by=None, reason="documentation",
        ),
        Coverage(
            path="data/dump.bin", old_path=None, side=Side.AFTER, start_line=0, line=0,
            outcome=Outcome.NOT_REVIEWED, reviewed_by=None, reason="binary file",
        ),
    ),
    problems=(Problem(step="model", subject=JOB, message="the model was overloaded (529) four times; the rules answered"),),
    notices=("Set anthropic-api-key to get the full review.",),
    served=(
        Served(
            paths=(JOB,), what="callers", asked="Orders.close", question="who still calls it?",
            found=(Span(path="src/Drainer.java", side=Side.AFTER, first_line=3, last_line=9),),
        ),
        Served(paths=(JOB,), what="version", asked="flink", question="", note="not found: version of flink; read 2 build files and 0 lock files"),
    ),
    usage=Usage(
        requests=3, input_tokens=8200, cache_write_tokens=4100, cache_read_tokens=12300, output_tokens=1450,
        cost_usd=0.0612, seconds=14.23,
    ),
    diagram='flowchart LR\n  t0["orders"] --> a0["OrderConsumer"]',
)  # fmt: skip
