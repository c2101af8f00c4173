"""What clients of Kafka do wrong: consumers, their frameworks, producers."""

from __future__ import annotations

from reviewer.risks.risk import Risk, Section, Seen, checked

CONSUMERS = Section(
    title="Consumers",
    risks=(
        *checked(
            "kafka-consumer-autocommit-before-processing",
            "kafka-consumer-commit-before-process",
            "kafka-consumer-read-api-commits-implicitly",
            "kafka-consumer-async-handoff-commit",
            "kafka-consumer-swallowed-exception-in-poll-loop",
            "kafka-consumer-commit-offset-off-by-one",
            "kafka-consumer-commit-failure-swallowed",
            "kafka-consumer-max-poll-interval-exceeded",
            "kafka-consumer-session-heartbeat-misconfigured",
            "kafka-consumer-auto-offset-reset-latest",
            "kafka-consumer-group-id-changed",
            "kafka-consumer-seek-on-start-or-assignment",
            "kafka-consumer-read-uncommitted-of-transactional-topic",
            "kafka-consumer-poison-pill-deserialization",
            "kafka-consumer-retry-topic-breaks-order",
            "kafka-consumer-kafkajs-eachbatch-autoresolve",
            "kafka-consumer-handler-promise-not-awaited",
            "kafka-consumer-group-shared-by-unrelated-apps",
            "kafka-consumer-eager-to-cooperative-unsafe",
            "kafka-consumer-commit-per-record",
            "kafka-consumer-shared-across-threads",
            "kafka-consumer-known-record-check-lost",
        ),
        Risk(
            id="kafka-consumer-offset-stored-at-delivery",
            title="The offset of a record is stored when it is handed over, not when it is done",
        ),
        Risk(
            id="kafka-consumer-commitasync-no-final-commitsync",
            title="Only asynchronous commits, and none on the way out",
        ),
        Risk(
            id="kafka-consumer-no-rebalance-listener",
            title="Partitions go to another consumer with work that is neither done nor committed",
        ),
        Risk(id="kafka-consumer-group-id-random-or-missing", title="Each start reads in a new group"),
        Risk(
            id="kafka-consumer-dlq-publish-not-awaited",
            title="A failed record is committed before the dead letter topic has it",
        ),
        Risk(
            id="kafka-consumer-sarama-mark-and-claim-loop",
            title="A claim or session of sarama is not handled as its contract says",
        ),
        Risk(
            id="kafka-consumer-parallel-processing-breaks-key-order",
            seen=Seen.WITH_CONTEXT,
            title="Records of one key are processed side by side",
            question="Can two records of one key be in work at once, or does something (a partition's own worker, a hash of the key) keep their order?",
        ),
        Risk(
            id="kafka-consumer-early-return-skips-or-forces-ack",
            seen=Seen.WITH_CONTEXT,
            title="A path leaves the handler without an acknowledgement, or acknowledges what failed",
            question="Does each path of the handler end in an acknowledgement, a refusal or an exception, and none of a failure in an acknowledgement?",
        ),
        Risk(
            id="kafka-consumer-auto-offset-reset-changed",
            seen=Seen.BY_FACTS,
            title="A partition without an offset is now read from another place",
            question="Which partitions have no valid offset when this is deployed, and may what was read before be read again?",
        ),
        Risk(
            id="kafka-consumer-assign-instead-of-subscribe",
            seen=Seen.BY_FACTS,
            title="Partitions are given by hand, so new ones are read by nobody",
            question="Who reads partitions that are added later, and those of an instance that died?",
        ),
        Risk(
            id="kafka-consumer-static-membership-misuse",
            seen=Seen.WITH_CONTEXT,
            title="Two instances with one member id fence each other",
            question="Is `group.instance.id` another one for each instance, and the same after its restart?",
        ),
        Risk(
            id="kafka-consumer-deserializer-hides-errors",
            seen=Seen.BY_FACTS,
            title="A record that can't be read becomes null or a default",
            question="Does a failed deserialization return a value that later code takes for a real one, or for a delete?",
        ),
        Risk(
            id="kafka-consumer-nonidempotent-side-effects",
            seen=Seen.BY_JUDGEMENT,
            title="A record that comes again has its effect twice",
            question="What happens when this record is processed a second time: is there a key, a constraint or a transaction that recognises it?",
        ),
        Risk(
            id="kafka-consumer-unbounded-internal-queue",
            seen=Seen.WITH_CONTEXT,
            title="A queue in memory grows without bound, or drops what does not fit",
            question="What bounds the queue between poll and work, and is anything committed that only lies there?",
        ),
        Risk(
            id="kafka-consumer-pause-without-resume",
            seen=Seen.WITH_CONTEXT,
            title="Paused partitions stay paused",
            question="Is there a `resume` on each path, and what becomes of the pause in a rebalance?",
        ),
        Risk(
            id="kafka-consumer-share-group-used-for-ordered-stream",
            seen=Seen.BY_FACTS,
            title="A share group gives records of one key to several readers",
            question="Does the work need the order of a partition, which share groups do not keep?",
        ),
    ),
)

FRAMEWORKS = Section(
    title="Spring and other frameworks of the JVM",
    risks=(
        *checked(
            "spring-kafka-ack-mode-mismatch",
            "spring-kafka-default-error-handler-logs-and-skips",
            "jvm-framework-failure-strategy-drops",
        ),
        Risk(
            id="spring-kafka-async-listener-returns-early",
            title="A listener returns, and acknowledges, while its work goes on",
        ),
        Risk(
            id="spring-kafka-batch-listener-partial-failure",
            seen=Seen.BY_FACTS,
            title="One bad record fails, or is skipped with, its whole batch",
            question="When one record of the batch fails, does the listener say which (`BatchListenerFailedException`), and what happens with those before it?",
        ),
        Risk(
            id="spring-kafka-blocking-backoff-too-long",
            seen=Seen.BY_FACTS,
            title="Retries inside the listener take longer than the consumer may stay away",
            question="Is the sum of all pauses between attempts below `max.poll.interval.ms`?",
        ),
        Risk(
            id="spring-kafka-dlt-misrouted",
            seen=Seen.WITH_CONTEXT,
            title="A failed record does not reach the dead letter topic",
            question="Has the dead letter topic as many partitions as the resolver asks for, and does anybody learn that publishing to it failed?",
        ),
        Risk(
            id="spring-kafka-listener-mutable-state-with-concurrency",
            seen=Seen.WITH_CONTEXT,
            title="Threads of one listener share a field",
            question="With `concurrency` above 1, which fields of the listener are written?",
        ),
        Risk(
            id="spring-kafka-db-and-kafka-transaction-assumed-atomic",
            seen=Seen.WITH_CONTEXT,
            title="A database's and Kafka's transaction are taken for one",
            question="Which of the two commits first, and what is left when the second one fails?",
        ),
    ),
)

PRODUCERS = Section(
    title="Producers and transactions",
    risks=(
        *checked(
            "kafka-producer-acks-not-all",
            "kafka-producer-idempotence-off",
            "kafka-producer-retry-reordering",
            "kafka-producer-retries-or-delivery-timeout-too-small",
            "kafka-producer-send-result-ignored",
            "kafka-producer-no-flush-on-shutdown",
            "kafka-producer-key-expression-changed",
            "kafka-producer-transaction-lifecycle-broken",
            "kafka-producer-transactional-id-wrong",
            "kafka-producer-offsets-not-in-transaction",
            "kafka-producer-transaction-timeout-mismatch",
            "kafka-producer-dual-write",
            "kafka-producer-payload-exceeds-limits",
            "kafka-producer-per-message-client-or-sync-flush",
            "kafka-producer-partitioner-mismatch-or-changed",
        ),
        Risk(
            id="kafka-producer-delivery-callbacks-not-served",
            title="Nobody serves the producer's events, so failures stay unseen or the producer blocks",
        ),
        Risk(id="kafka-producer-null-or-missing-key", title="Records of an entity have no key"),
        Risk(
            id="kafka-producer-unstable-key",
            seen=Seen.BY_FACTS,
            title="The key of an entity is another one each time",
            question="Is the key made of a random number, the time, an object's hash or its whole text?",
        ),
        Risk(
            id="kafka-producer-app-level-resend",
            seen=Seen.WITH_CONTEXT,
            title="Code of one's own sends again what the client may have sent",
            question="Can the record that is sent again have been stored the first time?",
        ),
        Risk(
            id="kafka-outbox-poller-skips-or-reorders",
            seen=Seen.WITH_CONTEXT,
            title="The outbox poller misses rows that commit late, or marks them before they are sent",
            question="Can a row with a smaller id or time become visible after the poller has passed it, and is it marked only when the broker has it?",
        ),
    ),
)
