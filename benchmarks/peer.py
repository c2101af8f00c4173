"""semgrep, as the yardstick for a program that reads code by patterns: as many patterns as we have rules, over the same files.

It is no dependency of anything: who has it gets the comparison, on PATH or with `--semgrep`.
"""

from __future__ import annotations

import json
from itertools import islice, product
from pathlib import Path

from reviewer.rules.registry import rule_ids

# What a team that writes such patterns itself would begin with: a call, a setting, a call in a loop, one call before another.
_SHAPES = (
    "$X.{method}(...)",
    '$X.put("{key}", $VALUE);',
    "while (true) {{ ... $X.{method}(...); ... }}",
    "$X.{method}(...); ... $Y.commitSync();",
)
_WORDS = (
    ("poll", "acks"), ("send", "retries"), ("flush", "linger.ms"), ("close", "enable.idempotence"), ("commitAsync", "group.id"),
    ("subscribe", "enable.auto.commit"), ("assign", "auto.offset.reset"), ("seek", "max.poll.records"), ("pause", "max.poll.interval.ms"),
    ("resume", "session.timeout.ms"), ("wakeup", "heartbeat.interval.ms"), ("position", "isolation.level"), ("merge", "transactional.id"),
    ("beginTransaction", "delivery.timeout.ms"), ("commitTransaction", "request.timeout.ms"), ("abortTransaction", "max.block.ms"),
    ("groupByKey", "application.id"), ("aggregate", "processing.guarantee"), ("reduce", "num.standby.replicas"), ("join", "state.dir"),
    ("windowedBy", "commit.interval.ms"), ("suppress", "cache.max.bytes.buffering"), ("through", "replication.factor"),
    ("repartition", "min.insync.replicas"), ("to", "retention.ms"), ("keyBy", "cleanup.policy"), ("process", "compression.type"),
    ("uid", "batch.size"), ("addSink", "buffer.memory"), ("sinkTo", "max.in.flight.requests.per.connection"),
    ("enableCheckpointing", "key.serializer"), ("setParallelism", "value.serializer"), ("timeWindow", "key.deserializer"),
    ("assignTimestampsAndWatermarks", "value.deserializer"), ("getRuntimeContext", "partitioner.class"), ("value", "client.id"),
    ("update", "bootstrap.servers"), ("clear", "interceptor.classes"), ("put", "fetch.min.bytes"), ("delete", "fetch.max.wait.ms"),
)  # fmt: skip


def patterns() -> list[str]:
    """As many different patterns as there are rules."""
    made = (shape.format(method=method, key=key) for shape, (method, key) in product(_SHAPES, _WORDS))
    return list(islice(made, len(rule_ids())))


def command(semgrep: str, folder: Path) -> list[str]:
    """What searches the working directory for all patterns, offline, and says what it finds as JSON. The patterns go to `folder`."""
    rules = [
        {
            "id": f"pattern-{number}",
            "languages": ["java"],
            "severity": "WARNING",
            "message": "found",
            "pattern": pattern,
        }
        for number, pattern in enumerate(patterns())
    ]
    file = folder / "patterns.json"
    file.write_text(json.dumps({"rules": rules}), encoding="utf-8")
    return [
        semgrep,
        "scan",
        "--config",
        str(file),
        "--json",
        "--quiet",
        "--metrics=off",
        "--disable-version-check",
        ".",
    ]
