"""Kafka Streams."""

from __future__ import annotations

from reviewer.risks.risk import Risk, Section, Seen, checked

STREAMS = Section(
    title="Kafka Streams",
    risks=(
        *checked(
            "kstreams-topology-auto-name-shift",
            "kstreams-store-or-internal-topic-renamed",
            "kstreams-application-id-changed",
            "kstreams-serde-or-state-type-changed",
            "kstreams-window-definition-changed",
            "kstreams-window-grace-zero-or-implicit",
            "kstreams-suppress-stalls-or-drops",
            "kstreams-exception-handler-continues",
            "kstreams-processing-guarantee-weak-or-downgraded",
            "kstreams-changelog-logging-disabled",
            "kstreams-key-change-pitfalls",
            "kstreams-null-key-or-value-semantics",
            "kstreams-aggregator-impure-or-asymmetric",
            "kstreams-timestamp-extractor-risk",
            "kstreams-processor-supplier-shared-instance",
        ),
        Risk(
            id="kstreams-unnamed-stateful-operator",
            title="A store or repartition topic has a name that counts the operators before it",
        ),
        Risk(
            id="kstreams-uncaught-handler-replace-thread-loop",
            seen=Seen.BY_FACTS,
            title="A poison record kills one thread after the other",
            question="What ends the loop of replaced threads when the same record fails again?",
        ),
        Risk(
            id="kstreams-eos-override-or-internal-rf-weak",
            seen=Seen.BY_FACTS,
            title="Internal topics are weaker than the guarantee they carry",
            question="What replication factor and acks do changelogs and repartition topics get?",
        ),
        Risk(
            id="kstreams-ephemeral-state-or-no-standby",
            seen=Seen.WITH_CONTEXT,
            title="Every restart restores all state from the beginning",
            question="Does the state directory outlive the restart, and how long does a restore without a standby take?",
        ),
        Risk(
            id="kstreams-copartitioning-mismatch",
            seen=Seen.WITH_CONTEXT,
            title="Two sides of a join lie in different partitions",
            question="Have both topics the same number of partitions, the same partitioner and the same bytes for the same key?",
        ),
        Risk(
            id="kstreams-mutable-record-forwarded",
            seen=Seen.WITH_CONTEXT,
            title="A record that was forwarded is changed afterwards",
            question="Do several children, a store or a cache hold the object that is changed?",
        ),
        Risk(
            id="kstreams-context-used-off-thread-or-external-call",
            seen=Seen.WITH_CONTEXT,
            title="A store or context is used from another thread",
            question="Is the context or a store touched by a callback, and what does a call that waits do to the poll interval?",
        ),
        Risk(
            id="kstreams-punctuator-misuse",
            seen=Seen.WITH_CONTEXT,
            title="A timer of the wrong clock fires too late, or for other results in each run",
            question="Does the punctuator go by stream time where input may pause, or by the wall clock where results must be the same again?",
        ),
        Risk(
            id="kstreams-join-nondeterminism",
            seen=Seen.WITH_CONTEXT,
            title="A join's result depends on which side came first",
            question="Must the looked-up side be as of the record's time, and what makes the join wait for it?",
        ),
        Risk(
            id="kstreams-source-partitions-or-topology-incompatible-rollout",
            seen=Seen.WITH_CONTEXT,
            title="Old and new instances run topologies that do not fit each other",
            question="Can both versions run in one group during the rollout, and do internal topics still have the right number of partitions?",
        ),
        Risk(
            id="kstreams-unbounded-state-or-leaks",
            seen=Seen.WITH_CONTEXT,
            title="A store, an iterator or a cache grows for ever",
            question="What removes entries of keys that do not come back, and who closes the iterators?",
        ),
    ),
)
