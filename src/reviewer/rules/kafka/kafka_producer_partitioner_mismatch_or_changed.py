"""Keys go to other partitions: the producer's partitioner is another one.

A producer that placed records by their key now places them by another hash, or without looking at the key.

## What it catches

`partitioner.class`, `partitioner` (librdkafka), `Balancer` (kafka-go), `Producer.Partitioner` (sarama), `RecordPartitioner` (franz-go) or `createPartitioner` (KafkaJS)
that names another hash than before, or none (round robin, random, sticky, least bytes); one that goes, or comes, where the client's default is another hash:
kafka-go without a Balancer goes round robin. `partitioner.ignore.keys=true`.

## Why it hurts in production

The key's hash decides the partition. Records of one entity that were written before the deploy are still unread in one partition while new ones
arrive in another: they are handled at the same time, in any order. Joins with a topic that is written with the old hash find nothing.

## What to do

Keep the partitioner. To change it, drain the topic first, or write to a new version of the topic.

## What it cannot see

That the topic is new or drained, or that its records have no keys or no order that matters. What a partitioner of your own does.

## Examples

### bad: Java: the next record goes to the next partition, whatever its key
--- Orders.java
 import org.apache.kafka.clients.producer.*;
 class Orders {
   KafkaProducer<String, Order> open(Properties props) {
     props.put(ProducerConfig.ACKS_CONFIG, "all");
+    props.put(ProducerConfig.PARTITIONER_CLASS_CONFIG, "org.apache.kafka.clients.producer.RoundRobinPartitioner"); // ! here
     return new KafkaProducer<>(props);
   }
 }

### bad: kafka-go has no hash but the one that it is given
--- accounts.go
 package pub
 import "github.com/segmentio/kafka-go"
 var accounts = &kafka.Writer{
        Addr:         kafka.TCP("kafka:9092"),
        Topic:        "accounts",
-	Balancer:     &kafka.Hash{}, // ! here
        RequiredAcks: kafka.RequireAll,
 }

### good: kafka-go's default in words
--- accounts.go
 package pub
 import "github.com/segmentio/kafka-go"
 var accounts = &kafka.Writer{
        Addr:  kafka.TCP("kafka:9092"),
        Topic: "accounts",
+	Balancer: &kafka.RoundRobin{},
 }

### good: two names of one hash
--- ship.py
 from confluent_kafka import Producer
-producer = Producer({"bootstrap.servers": "kafka:9092", "partitioner": "murmur2"})
+producer = Producer({"bootstrap.servers": "kafka:9092", "partitioner": "murmur2_random"})

## References

- https://kafka.apache.org/documentation/#producerconfigs_partitioner.class
- https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.owners import belongs
from reviewer.facts.pairs import Pair
from reviewer.facts.streaming.model import FileFacts, Setting
from reviewer.rules.checks.strength import plain
from reviewer.rules.checks.words import Words, of_setting
from reviewer.rules.rule import Hit, Rule

_KEYS = ("partitioner.class", "partitioner")
_IGNORES = "partitioner.ignore.keys"
_NONE = "no key"  # it does not look at the key
_LEGACY = "murmur2 of KafkaJS 1"  # it puts some keys elsewhere than Java does
#: What a name hashes with; two of one hash put a key into the same partition.
_HASHES = {
    "defaultpartitioner": "murmur2", "javacompatiblepartitioner": "murmur2", "murmur2balancer": "murmur2",
    "newmurmur2partitioner": "murmur2", "murmur2": "murmur2", "murmur2_random": "murmur2", "stickykeypartitioner": "murmur2",
    "legacypartitioner": _LEGACY,
    "hash": "fnv", "newhashpartitioner": "fnv", "fnv1a": "fnv", "fnv1a_random": "fnv",
    "referencehash": "fnv reference", "newreferencehashpartitioner": "fnv reference",
    "crc32balancer": "crc32", "consistent": "crc32", "consistent_random": "crc32",
    "roundrobin": _NONE, "roundrobinpartitioner": _NONE, "newroundrobinpartitioner": _NONE, "newrandompartitioner": _NONE,
    "random": _NONE, "leastbytes": _NONE, "uniformstickypartitioner": _NONE, "stickypartitioner": _NONE, "leastbackuppartitioner": _NONE,
}  # fmt: skip
#: Where nothing is said.
_DEFAULTS = {
    "kafka-go": _NONE, "kafka-clients": "murmur2", "spring-kafka": "murmur2", "sarama": "fnv", "franz-go": "murmur2", "kafkajs": "murmur2",
    "rdkafka": "crc32", "confluent-kafka-go": "crc32", "confluent-kafka-python": "crc32", "confluent-kafka-dotnet": "crc32", "node-rdkafka": "crc32",
}  # fmt: skip
_WORDS = Words(
    "The partitioner was {old} and is now {new}: {what}.",
    (
        "Records of one key wait unread in the partition that {old} has put them into.",
        "After the deploy the next record of that key goes to another partition.",
        "Another consumer reads it first -> the older record is applied over the newer one; the order per key is gone.",
    ),
    "Keep {old}, or move to a new version of the topic; at the least drain the topic before the switch.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """The hash of a producer that was there, before and after; what did not look at the key had no order that could break."""
    for pair in delta.settings(*_KEYS):
        old, new = _hash(pair, pair.before, pair.files.before), _hash(pair, pair.after, pair.files.after)
        setting = pair.after or pair.before
        if not old or not new or old in (new, _NONE) or setting is None or _has_no_keys(pair):
            continue
        file = pair.files.after if pair.after is not None else pair.files.before
        if file is not None and belongs(file, setting, "producer"):
            yield _hit(pair, setting, new)
    for pair in delta.settings(_IGNORES):
        now, was, file = pair.after, pair.before, pair.files.after
        if (
            now is None
            or file is None
            or plain(now.value) != "true"
            or not _was_there(pair)
            or not belongs(file, now, "producer")
        ):
            continue
        if was is None or plain(was.value) == "false":
            yield _WORDS.hit(
                of_setting(now), now.span, old="the hash of the key", new=f"{_IGNORES}=true",
                what="records of one key no longer share a partition",
            )  # fmt: skip


def _hit(pair: Pair[Setting], setting: Setting, new: str) -> Hit:
    old_text, new_text = (
        f"`{_name(side)}`" if side is not None else "the client's default" for side in (pair.before, pair.after)
    )
    what = (
        "records of one key no longer share a partition" if new == _NONE else "the same key hashes to another partition"
    )
    return _WORDS.hit(of_setting(setting), setting.span, old=old_text, new=new_text, what=what)


def _hash(pair: Pair[Setting], setting: Setting | None, file: FileFacts | None) -> str:
    """What a side hashes with; the client's default where it says nothing; "" when that can't be told."""
    if setting is not None:
        name = _name(setting)
        if name == "DefaultPartitioner" and _is_kafkajs_1(file):
            return _LEGACY
        return _HASHES.get(name.lower(), name) if re.fullmatch(r"\w+", name) else ""
    defaults = {_DEFAULTS.get(library, "") for library in file.libraries} if file is not None else set()
    if defaults == {_DEFAULTS["kafkajs"]} and _is_kafkajs_1(file):
        defaults = {_LEGACY}
    return next(iter(defaults)) if len(defaults) == 1 and _was_there(pair) else ""


def _is_kafkajs_1(file: FileFacts | None) -> bool:
    """Whether the file's KafkaJS is declared as version 1, whose default is what version 2 has as LegacyPartitioner."""
    clients = file.clients if file is not None else ()
    return any(c.library == "kafkajs" and re.match(r"\D*1(\.|$)", c.version or "") for c in clients)


def _name(setting: Setting) -> str:
    """`&kafka.Hash{}`, `kgo.StickyKeyPartitioner(nil)`, `org.acme.ByRegion`, `ByRegion.class.getName()` -> its own name."""
    text = re.sub(r"(?:\.class|::class)\b.*$", "", setting.value.text.strip().strip("&\"'"))
    text = re.sub(r"^typeof\((.*)\)$", r"\1", text)
    return re.sub(r"[({].*$", "", text).rpartition(".")[2].strip()


def _was_there(pair: Pair[Setting]) -> bool:
    """Whether what the setting belongs to is on both sides."""
    setting = pair.after or pair.before
    sides = (pair.files.before, pair.files.after)
    return setting is not None and all(
        file is not None and any(s.scope == setting.scope and s.key != setting.key for s in file.settings)
        for file in sides
    )


def _has_no_keys(pair: Pair[Setting]) -> bool:
    """Whether every record that the file sends is known to have none."""
    sends = pair.files.after.sends if pair.files.after is not None else ()
    return bool(sends) and all(send.key_known and send.key is None for send in sends)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.ORDERING,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    put_back=True,
    only=("kafka-producer",),
    compare=compare,
)
