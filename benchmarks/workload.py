"""Makes the repositories that are timed: our own code, the same for every run."""

from __future__ import annotations

import subprocess
from pathlib import Path

_METHOD = """
    void handle{n}(ConsumerRecords<String, String> records) {{
        int seen = 0;
        for (ConsumerRecord<String, String> record : records) {{
            if (record.value() == null) {{
                log.warn("empty record {n} at " + record.offset());
                continue;
            }}
            String[] parts = record.value().split(",");
            totals.merge(record.key(), Long.parseLong(parts[{index}]), Long::sum);
            producer.send(new ProducerRecord<>("totals-{n}", record.key(), String.valueOf(totals.get(record.key()))), (metadata, error) -> {{
                if (error != null) {{
                    throw new IllegalStateException("totals-{n} was not written", error);
                }}
            }});
            seen++;
        }}
        log.info("handled " + seen);
    }}
"""

_CLASS = """package org.example.bench;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.logging.Logger;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

public class Totals{number} {{
    private static final Logger log = Logger.getLogger("totals");
    private final Map<String, Long> totals = new HashMap<>();
    private final KafkaConsumer<String, String> consumer;
    private final KafkaProducer<String, String> producer;

    Totals{number}(Properties base) {{
        Properties settings = new Properties();
        settings.putAll(base);
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, "totals-{number}");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        settings.put(ProducerConfig.ACKS_CONFIG, "{acks}");
        consumer = new KafkaConsumer<>(settings);
        producer = new KafkaProducer<>(settings);
    }}

    void run() {{
        consumer.subscribe(List.of("orders-{number}"));
        while (true) {{
            ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(100));
            handle0(records);
            producer.flush();
            consumer.commitSync();
        }}
    }}
{methods}}}
"""


def java_file(number: int, *, changed: bool, methods: int = 6) -> str:
    """About 166 lines of a consumer and producer; changed files differ in `acks` of every tenth and in one index each."""
    acks = "1" if changed and number % 10 == 0 else "all"
    bodies = "".join(_METHOD.format(n=n, index=1 if changed and n == methods - 1 else 0) for n in range(methods))
    return _CLASS.format(number=number, acks=acks, methods=bodies)


def repository(root: Path, files: int) -> int:
    """A repository whose work tree changes `files` files; returns the lines of the changed versions."""
    source = root / "src" / "main" / "java" / "org" / "example" / "bench"
    source.mkdir(parents=True)
    for number in range(files):
        (source / f"Totals{number}.java").write_text(java_file(number, changed=False), encoding="utf-8")
    _git(root, "init", "-q", "-b", "main")
    _git(root, "add", ".")
    _git(root, "-c", "user.name=bench", "-c", "user.email=bench@example.org", "commit", "-q", "-m", "before")
    lines = 0
    for number in range(files):
        text = java_file(number, changed=True)
        (source / f"Totals{number}.java").write_text(text, encoding="utf-8")
        lines += text.count("\n")
    return lines


def _git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True)
