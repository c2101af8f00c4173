"""Flink: DataStream, SQL and change data, event patterns."""

from __future__ import annotations

from reviewer.risks.risk import Risk, Section, Seen, checked

DATASTREAM = Section(
    title="Flink DataStream",
    risks=(
        *checked(
            "flink-checkpointing-disabled",
            "flink-checkpoint-mode-or-failure-tolerance-weak",
            "flink-checkpoint-not-durable-or-not-retained",
            "flink-restart-strategy-none-or-exhaustible",
            "flink-operator-uid-changed-or-graph-changed-without-uid",
            "flink-allow-non-restored-state-or-stateless-upgrade",
            "flink-max-parallelism-changed-or-unset",
            "flink-keyby-changed",
            "flink-state-in-member-variable",
            "flink-state-descriptor-changed",
            "flink-state-type-not-evolvable",
            "flink-state-ttl-changed-or-misused",
            "flink-operator-state-redistribution-surprise",
            "flink-kafka-sink-guarantee-none",
            "flink-kafka-sink-exactly-once-misconfigured",
            "flink-kafka-source-start-position-risk",
            "flink-no-watermarks-or-idleness",
            "flink-watermark-placement-or-bound-wrong",
            "flink-late-data-dropped",
            "flink-window-or-timer-semantics-risk",
            "flink-order-broken-by-repartitioning",
            "flink-async-io-misuse",
        ),
        Risk(id="flink-operator-uid-missing", title="A stateful operator has no uid of its own"),
        Risk(id="flink-custom-sink-or-operator-side-effects", title="A sink of one's own writes past the checkpoint"),
        Risk(
            id="flink-checkpoint-timing-misconfigured",
            seen=Seen.BY_FACTS,
            title="Checkpoints come so often, or take so long, that the job does little else",
            question="Do interval, pause and timeout leave room for the state's size, and how long may results of an exactly-once sink stay invisible?",
        ),
        Risk(
            id="flink-keyby-unstable-key",
            seen=Seen.BY_FACTS,
            title="A key has another hash in each JVM",
            question="Do equal keys have equal hashes on all machines (no array, enum, or object without `hashCode`)?",
        ),
        Risk(
            id="flink-static-mutable-state",
            seen=Seen.BY_FACTS,
            title="A static field is shared by all subtasks of a JVM",
            question="Which static fields are written while records are processed?",
        ),
        Risk(
            id="flink-state-ttl-missing-or-unbounded",
            seen=Seen.WITH_CONTEXT,
            title="State of keys that never come back is kept for ever",
            question="What removes the state of a key that is done: a TTL, a timer, a `clear()` on every path?",
        ),
        Risk(
            id="flink-object-reuse-mutation",
            seen=Seen.WITH_CONTEXT,
            title="An object that Flink hands on is changed or kept",
            question="With object reuse on, does a function change or remember its input?",
        ),
        Risk(
            id="flink-version-or-backend-migration-incompatible",
            seen=Seen.BY_FACTS,
            title="A savepoint can't be read by the new version",
            question="Can the new Flink, connector or backend restore what the old one wrote, and has anybody tried?",
        ),
    ),
)

SQL = Section(
    title="Flink SQL and change data capture",
    risks=(
        *checked(
            "flink-sql-state-ttl-unset-or-too-short",
            "flink-sql-watermark-or-time-attribute-risk",
            "flink-sql-changelog-sink-mismatch",
            "flink-sql-silent-row-drops",
            "flink-cdc-source-identity-or-start-risk",
        ),
        Risk(
            id="flink-sql-query-changed-with-savepoint",
            seen=Seen.BY_FACTS,
            title="A changed query does not fit the state of the old one",
            question="Does the plan of the changed statement keep its operators and the layout of their state, or is a fresh start planned?",
        ),
        Risk(
            id="flink-sql-nondeterministic-or-duplicate-changelog",
            seen=Seen.WITH_CONTEXT,
            title="An update does not cancel the row that it replaces",
            question="Can the source repeat changes, or does a column of an updating row come from a function or lookup that gives another value later?",
        ),
        Risk(
            id="flink-sql-join-type-risk",
            seen=Seen.WITH_CONTEXT,
            title="A join keeps all rows for ever, or joins with the wrong version",
            question="Is the join bounded in time, and must it see the row as it was then or as it is now?",
        ),
    ),
)

PATTERNS = Section(
    title="Event patterns (Flink CEP)",
    risks=(
        *checked(
            "flink-cep-pattern-without-within",
            "flink-cep-pattern-changed-with-savepoint",
            "flink-cep-skip-strategy-default-or-changed",
            "flink-cep-late-or-timed-out-dropped",
            "flink-cep-nonkeyed-pattern",
        ),
        Risk(id="flink-sql-match-recognize-unbounded", title="`MATCH_RECOGNIZE` keeps half matches for ever"),
        Risk(
            id="flink-cep-match-explosion",
            seen=Seen.BY_FACTS,
            title="A pattern keeps ever more half matches for each event",
            question="How many half matches can one key have open at once, given contiguity, loops and conditions?",
        ),
        Risk(
            id="stream-handmade-pattern-without-expiry",
            seen=Seen.WITH_CONTEXT,
            title="A pair whose second event never comes is remembered for ever",
            question="What clears a first event without its second, and what happens when they come in the other order or twice?",
        ),
        Risk(
            id="stream-window-shape-explosion",
            seen=Seen.BY_FACTS,
            title="Each record lies in hundreds of windows",
            question="How many windows does one record fall into, and does a session window ever close?",
        ),
    ),
)
