"""Bottlenecks that a diff shows."""

from __future__ import annotations

from reviewer.risks.risk import Risk, Section, Seen, checked

PERFORMANCE = Section(
    title="Performance",
    risks=(
        *checked(),
        Risk(
            id="stream-hot-key-skew",
            seen=Seen.WITH_CONTEXT,
            title="One key, and with it one task, gets most of the records",
            question="How many different keys are there, and what part of the records has the largest (or the missing) one?",
        ),
        Risk(
            id="kafka-producer-compression-removed-or-mismatched",
            seen=Seen.BY_FACTS,
            title="Records take several times the room they took",
            question="Is the codec gone or undone by the topic's, and what do byte limits and quotas then mean?",
        ),
        Risk(
            id="kafka-client-batch-or-fetch-extreme",
            seen=Seen.BY_FACTS,
            title="A batch or fetch size stalls the client, or its memory",
            question="What do batch, linger and fetch sizes come to, times partitions and brokers, against memory and waiting time?",
        ),
        Risk(
            id="stream-serialization-cost-per-record",
            seen=Seen.BY_FACTS,
            title="Something costly is built anew for every record",
            question="Is a mapper, schema, pattern or registry client made inside the function that runs for each record?",
        ),
        Risk(
            id="flink-keyed-state-access-pattern",
            seen=Seen.BY_FACTS,
            title="A whole collection is read and written for each record",
            question="How large does the collection in this state become, and does the backend have to read all of it for one element?",
        ),
        Risk(
            id="flink-network-buffer-or-unaligned-misfit",
            seen=Seen.BY_FACTS,
            title="Buffers in flight make checkpoints large or slow",
            question="Do the size of the buffers and unaligned checkpoints fit each other, the storage, and what operators do with watermarks?",
        ),
        Risk(
            id="stream-parallelism-or-exchange-waste",
            seen=Seen.WITH_CONTEXT,
            title="More instances than partitions, or records sent over the network twice",
            question="Is there work for the added instances, and is the exchange needed in front of the next key?",
        ),
        Risk(
            id="kstreams-cache-or-commit-interval-thrash",
            seen=Seen.BY_FACTS,
            title="Every update goes downstream and to the changelog",
            question="How many updates does a key have between two commits, and who bills or alerts for each?",
        ),
        Risk(
            id="flink-sql-heavy-aggregation-untuned",
            seen=Seen.BY_FACTS,
            title="An aggregation reads and writes its state for each row",
            question="Is the input fast enough that mini-batches or a split of distinct counts are needed?",
        ),
    ),
)
