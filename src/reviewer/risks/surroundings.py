"""What stands around the code: connectors, schemas, topics, brokers, operations."""

from __future__ import annotations

from reviewer.risks.risk import Risk, Section, Seen, checked

CONNECT = Section(
    title="Kafka Connect",
    risks=(
        *checked(
            "connect-errors-tolerance-all-without-dlq",
            "connect-connector-identity-changed",
            "connect-transform-or-converter-changed",
            "connect-delivery-guarantee-weak",
            "connect-cdc-snapshot-or-tombstone-risk",
        ),
        Risk(
            id="connect-tasks-or-parallelism-ordering",
            seen=Seen.WITH_CONTEXT,
            title="More tasks write or read side by side what must stay in order",
            question="Does the target need an order across partitions or tables that one task kept?",
        ),
    ),
)

SCHEMAS = Section(
    title="Schemas and serializers",
    risks=(
        *checked(
            "schema-avro-incompatible-field-change",
            "schema-avro-enum-or-default-defect",
            "schema-protobuf-unsafe-change",
            "schema-json-contract-break",
            "schema-registry-compatibility-weakened",
            "schema-auto-register-or-latest-in-prod",
            "schema-subject-naming-strategy-changed",
            "schema-serializer-or-wire-format-swapped",
            "schema-key-format-changed",
        ),
        Risk(
            id="schema-semantic-change-same-shape",
            seen=Seen.BY_JUDGEMENT,
            title="A field keeps its type and means something else",
            question="Did the unit, scale, time zone or origin of what a field holds change for readers that do not know?",
        ),
    ),
)

TOPICS = Section(
    title="Topics and brokers",
    risks=(
        *checked(
            "topic-durability-too-low",
            "broker-unclean-leader-election-enabled",
            "topic-partition-count-changed",
            "topic-retention-shrunk-or-too-short",
            "topic-cleanup-policy-changed-or-wrong",
            "topic-timestamp-or-limits-changed",
            "topic-deleted-renamed-or-retargeted",
        ),
    ),
)

OPERATIONS = Section(
    title="Operations and other engines",
    risks=(
        *checked(
            "ops-client-upgrade-changes-defaults",
            "ops-no-graceful-shutdown",
            "spark-kafka-checkpoint-or-dataloss-option",
            "python-stream-lib-semantics",
        ),
        Risk(
            id="ops-drops-and-lag-invisible",
            seen=Seen.WITH_CONTEXT,
            title="Nobody sees that records are dropped or that the reader stands still",
            question="Which metric or alert tells that this branch was taken, or that this thread is dead?",
        ),
        Risk(
            id="ops-sensitive-payload-logged",
            seen=Seen.WITH_CONTEXT,
            title="Contents of records go to the log",
            question="What is in the record that is logged, and who may read the log?",
        ),
    ),
)

BLIND_SPOTS = Section(
    title="Blind spots in operation",
    risks=(
        *checked(
            "ops-transport-security-weakened",
        ),
        Risk(
            id="ops-metric-or-alert-detached",
            seen=Seen.WITH_CONTEXT,
            title="An alert watches a name that no longer exists",
            question="Which dashboards and alerts still name the old group, operator, client or metric?",
        ),
        Risk(
            id="ops-health-check-detached-from-consumer",
            seen=Seen.WITH_CONTEXT,
            title="The service is called healthy while nothing is consumed",
            question="Does the probe fail when the poll loop or the application's state has died, and only then?",
        ),
        Risk(
            id="ops-dlq-not-actionable",
            seen=Seen.WITH_CONTEXT,
            title="A dead letter says neither what was wrong nor where it came from",
            question="Are the raw bytes, the source position and the cause kept, long enough, and does anybody look?",
        ),
        Risk(
            id="ops-downstream-retry-storm",
            seen=Seen.WITH_CONTEXT,
            title="Retries keep a struggling service down",
            question="How many calls come of one record when the service fails, and for how long does the poll wait?",
        ),
        Risk(
            id="flink-restart-loop-masks-poison-record",
            seen=Seen.WITH_CONTEXT,
            title="A job restarts for ever on the same record",
            question="What sets a record aside that fails each time, and who sees that the job restarts?",
        ),
        Risk(
            id="ops-rolling-upgrade-order-unsafe",
            seen=Seen.WITH_CONTEXT,
            title="A change that takes two rollouts comes in one",
            question="Which side must be deployed first, and can the old and the new version run side by side?",
        ),
        Risk(
            id="ops-scaling-or-disruption-thrash",
            seen=Seen.BY_FACTS,
            title="Scaling or evictions rebalance, restore or stop the cluster again and again",
            question="What makes instances come and go, how often, and does enough of the quorum stay up?",
        ),
        Risk(
            id="ops-credential-or-acl-exposed",
            seen=Seen.BY_FACTS,
            title="A secret stands in the code, or more may read and write than should",
            question="Is the value a real secret, and who gets rights by this entry that had none?",
        ),
        Risk(
            id="test-stateful-change-unverified",
            seen=Seen.WITH_CONTEXT,
            title="Stateful code changes without a test that would notice",
            why_not="The review reports sequences of events that do damage; that a test is missing is none. It proposes the test with the danger it finds.",
        ),
    ),
)
