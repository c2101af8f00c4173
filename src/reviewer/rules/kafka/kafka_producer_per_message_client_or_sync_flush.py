"""A client is built, or everything is flushed, for each record.

What should be done once is done for every record.

## What it catches

A producer or consumer that is constructed inside a loop over records, in a listener or handler, or in the function that sends what it is given; a client's
factory that loses its cache or singleton; a `flush()` beside the send in a loop; sends that
were awaited together (`Task.WhenAll`, `Promise.all`, `gather`) and are awaited one by one in a loop; kafka-go's `BatchTimeout` that is removed from a writer which waits for its writes.

## Why it hurts in production

A new client connects, authenticates and fetches metadata before its first record, and starts threads. A flush waits for the broker's answer, so that no batch ever
holds more than one record. Throughput falls by a factor of a hundred, the lag of the input grows, and brokers refuse connections under load.

## What to do

Build the client once, share it (producers are safe for several threads) and close it with the application. Flush once behind the loop.

## Trade-off

A failure is known at the end of the batch, not at the record, so the whole batch is repeated. A wait per record is legitimate at a
few records a second, or in a request that must answer for its own record.

## What it cannot see

A function that is only called once. A producer whose settings or address come with each call may have to be built there.

## Examples

### bad: a producer for each event
--- publish.py
 from confluent_kafka import Producer

-producer = Producer(CONF)
-
 def publish(event):
+    producer = Producer(CONF) # ! here
     producer.produce("events", event.payload(), on_delivery=check)
     producer.flush(10)

### bad: a flush for each row
--- Export.java
 import org.apache.kafka.clients.producer.*;
 class Export {
   private final KafkaProducer<String, String> producer;
   void run(List<Row> rows) {
     for (Row row : rows) {
       producer.send(new ProducerRecord<>("rows", row.id(), row.text()), this::check);
+      producer.flush(); // ! here
     }
-    producer.flush();
   }
   void close() { producer.close(); }
 }

### good: a script that builds its producer in main
--- load.py
+from confluent_kafka import Producer
+
+def main(path):
+    producer = Producer(CONF)
+    for line in open(path):
+        producer.produce("lines", line, on_delivery=check)
+    producer.flush()

### good: once for the class
--- publish.py
+from confluent_kafka import Producer
+
+class Publisher:
+    def __init__(self, conf):
+        self.producer = Producer(conf)
+
+    def publish(self, event):
+        self.producer.produce("events", event.payload(), on_delivery=check)
+
+    def close(self):
+        self.producer.flush(30)

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/producer/KafkaProducer.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import Client, FactSet, FileFacts, Role
from reviewer.facts.streaming.names import bare
from reviewer.facts.streaming.protections import qualified, written
from reviewer.facts.streaming.records import mentions
from reviewer.facts.syntax import Block, BlockKind, Call, Function
from reviewer.rules.checks.consuming import with_helpers
from reviewer.rules.checks.one_by_one import one_by_one
from reviewer.rules.checks.settings import removed
from reviewer.rules.checks.words import Words, of_call
from reviewer.rules.rule import Hit, Rule

_CACHES = re.compile(
    r"^(lru_cache|cache|cached|cached_property|Singleton|ApplicationScoped|Bean|Produces|memoize|once)$"
)
_ONCE = re.compile(
    r"^(main|run|start|init|setup|configure|new|create|build|make|open|get|connect|load|__init__|constructor|_?\w*(factory|fixture))",
    re.IGNORECASE,
)
_STRANGER = re.compile(
    r"(?:\w+\.)*(?:HttpClient\.(?:newHttpClient|newBuilder|create)|OkHttpClient|RestTemplate|WebClient\.create|RestClient\.create|HttpClients\.createDefault"
    r"|ClientBuilder\.newClient|DriverManager\.getConnection|JedisPool|Jedis|RedisClient\.create|MongoClients\.create|MongoClient|RestHighLevelClient"
    r"|(?:S3|DynamoDb|Sqs|Sns)Client\.create|aiohttp\.ClientSession|httpx\.(?:Async)?Client|requests\.Session|psycopg2?\.connect|redis\.(?:Strict)?Redis|boto3\.(?:client|resource)|pymongo\.MongoClient)"
)
_SCENARIO = (
    "{count}: a new {kind} connects, authenticates and starts its threads.",
    "Under load this takes longer than the work itself; nothing is batched.",
    "The lag grows and connections pile up at the other end -> throughput falls by a factor of a hundred.",
)
_BUILT = Words(
    "{name}() is constructed {where}.",
    _SCENARIO,
    "Build the {kind} once, keep it in a field, and close it with the application.",
)
_UNCACHED = Words(
    "{function}() loses @{cache}: each call now constructs a {kind}.",
    _SCENARIO,
    "Keep @{cache}, or build the {kind} once and hand it in.",
)
_AWAITED = Words(
    "{send} is awaited in the loop, one record after the other; {together} waited for all of them at once.",
    (
        "A record is sent, and the loop waits until the broker has acknowledged it.",
        "Only then the next one is sent: no batch ever holds more than one record.",
        "Throughput is one record per round trip -> the input's lag grows under load.",
    ),
    "Start the sends in the loop, keep what they return, and wait for all of them behind it with {together}.",
)
_FLUSHED = Words(
    "{flush} stands beside the send in the loop: it waits for the broker for each record.",
    (
        "A record is sent and {flush} waits until it is acknowledged.",
        "Only then the next one is sent: no batch ever holds more than one record.",
        "Throughput is one record per round trip -> the input's lag grows under load.",
    ),
    "Move {flush} behind the loop; watch the results of the sends by their callback or futures.",
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Clients that are made, and flushes that wait, once a record."""
    for file in facts.files:
        inside = {c.index for h in file.handlings for place in with_helpers(file, h) for c in place.calls}
        for client in file.clients:
            if client.kind in ("producer", "consumer") and (where := _where(file, client, inside)):
                yield _BUILT.hit(
                    of_call(file, client.call), client.call.name_span, name=client.call.name, where=where, kind=client.kind,
                    count="For each record", confidence=None if client.call.index in inside else Confidence.MEDIUM,
                )  # fmt: skip
        yield from _flushes(file)
        yield from _strangers(file, inside)


def _strangers(file: FileFacts, inside: set[int]) -> Iterator[Hit]:
    """Clients of other systems that a handler, or the function of a step, makes for each record."""
    steps = {op.call.index for op in file.operators}
    lambdas = {f.index for f in file.syntax.functions if f.is_lambda and f.argument_of in steps}
    for call in file.syntax.calls if inside or lambdas else ():
        made = f"{call.receiver}.{call.name}" if call.receiver and not call.is_construction else call.name
        in_step = call.function is not None and any(
            call.function == index or file.syntax.is_inside(call.function, index) for index in lambdas
        )
        if (in_step or call.index in inside) and _STRANGER.fullmatch(made) and not _is_guarded(file, call):
            kept = any(a.is_field and a.span.contains(call.span) for a in file.syntax.assignments)
            if not kept:
                yield _BUILT.hit(
                    of_call(file, call), call.name_span, name=made, where="where each record is handled", kind="client",
                    count="For each record",
                )  # fmt: skip


def compare(delta: Delta) -> Iterator[Hit]:
    """A function that makes a client was cached and is not any more; kafka-go's writes wait for its batches again."""
    yield from _waiting(delta)
    for home, send, together in one_by_one(delta):
        yield _AWAITED.hit(
            f"{home}/{send.name} one by one", send.name_span, send=written(send), together=written(together), confidence=Confidence.MEDIUM
        )  # fmt: skip
    for _, before, after in delta.modified():
        made = {qualified(after, c.call.function): c for c in after.clients if c.kind in ("producer", "consumer")}
        for function in before.syntax.functions:
            cache = next((a for a in function.annotations if _CACHES.match(a.simple_name)), None)
            now = next((f for f in after.syntax.functions if f.qualified == function.qualified), None)
            client = made.get(function.qualified)
            if (
                cache is None
                or now is None
                or client is None
                or any(_CACHES.match(a.simple_name) for a in now.annotations)
            ):
                continue
            if not _is_kept(after, client):
                yield _UNCACHED.hit(
                    f"{function.qualified}/{cache.simple_name} removed", cache.span, function=function.name,
                    cache=cache.simple_name, kind=client.kind, count="For each call", confidence=Confidence.MEDIUM,
                )  # fmt: skip


_WAITS = Words(
    "BatchTimeout ({was}) is removed: each WriteMessages() that does not fill a batch waits for kafka-go's default of one second.",
    (
        "WriteMessages() is given one record, or fewer than BatchSize (100).",
        "It returns when the batch is full or BatchTimeout is over, which is one second by default.",
        "Who writes one after the other writes one record a second -> the input piles up.",
    ),
    "Keep BatchTimeout short, or give WriteMessages() whole batches.",
)


def _waiting(delta: Delta) -> Iterator[Hit]:
    for found in removed(delta, "linger.ms", of="producer"):
        after = found.files.after
        writers = [c for c in after.clients if c.library == "kafka-go" and c.kind == "producer"] if after else []
        if found.before.in_code and writers and not any(c.value("async").is_explicit("true") for c in writers):
            yield _WAITS.hit(f"{found.subject} waits", found.span, was=found.old.text, confidence=Confidence.MEDIUM)


def _where(file: FileFacts, client: Client, inside: set[int]) -> str:
    call = client.call
    if _is_kept(file, client) or call.function is None or _is_guarded(file, call):
        return ""
    loop = _record_loop(file, call)
    if (
        client.kind == "producer"
        and loop is not None
        and any(loop.index in s.operation.call.blocks for s in file.sends)
    ):
        return "inside the loop that sends"
    if call.index in inside and client.kind == "producer":
        return "where each record is handled"
    function = file.syntax.functions[call.function]
    given = frozenset(p.name for p in function.parameters) - {"self", "cls", "this"}
    if client.kind != "producer" or _ONCE.match(function.name) or not given or loop is not None:
        return ""
    if function.is_lambda:
        return (
            "for each request" if _is_route(file, function) and _sends_what_it_is_given(file, function, given) else ""
        )
    return f"in each call of {function.name}()" if _sends_what_it_is_given(file, function, given) else ""


def _is_route(file: FileFacts, function: Function) -> bool:
    """`app.post("/likes/:id", async (request) => …)`."""
    call = file.syntax.calls[function.argument_of] if function.argument_of is not None else None
    path = call.argument(0) if call is not None else None
    named = call is not None and call.name.lower() in ("get", "post", "put", "patch", "delete", "all", "route")
    return named and path is not None and (path.literal or "").startswith("/")


def _sends_what_it_is_given(file: FileFacts, function: Function, given: frozenset[str]) -> bool:
    """One record a call: no loop around the sends, whose value is a parameter."""
    mine = [s for s in file.sends if s.operation.call.function == function.index]
    looped = any(file.syntax.enclosing(s.operation.call.blocks, BlockKind.LOOP) is not None for s in mine)
    texts = [a.value.text for s in mine for a in s.operation.call.arguments]
    texts += [s.value.text for s in mine if s.value is not None]
    return not looped and any(mentions(text, given) for text in texts)


def _is_kept(file: FileFacts, client: Client) -> bool:
    """In a field, a cache or a global: it is there for the next one."""
    holder = client.holder
    if any(
        a.target == holder and a.is_declaration and a.function is not None and a.span.contains(client.call.span)
        for a in file.syntax.assignments
    ):
        return False  # a variable of the function, whatever a field is called
    return (
        "." in holder
        or "[" in holder
        or any(a.is_field and bare(a.target) == bare(holder) for a in file.syntax.assignments)
    )


def _is_guarded(file: FileFacts, call: Call) -> bool:
    """Made when it is missing, or again after a failure."""
    kinds = (BlockKind.CONDITIONAL, BlockKind.CATCH)
    return any(file.syntax.blocks[index].kind in kinds for index in call.blocks)


def _record_loop(file: FileFacts, call: Call) -> Block | None:
    """The innermost loop with a variable around a call."""
    loop = file.syntax.enclosing(call.blocks, BlockKind.LOOP)
    return loop if loop is not None and loop.variable else None


def _flushes(file: FileFacts) -> Iterator[Hit]:
    for operation in file.operations_of(Role.FLUSH):
        call = operation.call
        loop = _record_loop(file, call)
        if loop is None or _is_guarded(file, call):
            continue
        beside = any(
            s.operation.call.blocks == call.blocks and s.operation.call.function == call.function for s in file.sends
        )
        if beside:
            flush = f"{call.receiver}.{call.name}()"
            yield _FLUSHED.hit(of_call(file, call, "flush per record"), call.name_span, flush=flush)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.PERFORMANCE,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    only=("kafka-producer", "kafka-consumer"),
    inspect=inspect,
    compare=compare,
)
