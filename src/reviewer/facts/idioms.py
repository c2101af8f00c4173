"""The words of a programming language and its standard library, as far as streaming facts ask for them.

An adapter carries them as `idioms`. They stand apart from the adapters, because the process that reads facts needs no grammar.
"""

from __future__ import annotations

import re

from reviewer.core.value import value


@value()
class Idioms:
    """A language's words: names of calls, unless something else is said.

    `puts` set a key of a map or a builder, `puts_absent` do so only where it is not set, `maps` make a map of what they are given, `copies` is how the types end that hold what they are
    constructed of; `wrappers` give back what they are given in another form. `spawns` start a task, `coroutines` do so with a lambda,
    `executes` hand a task to an executor, `queues` put something into a queue, `waits` wait for tasks. `resolves` give an object of their type argument. `own` is how a method
    names its object; a method under one of `async_annotations` runs in another thread. With `files_are_modules` a file's name qualifies what it declares; with `capital_is_type` a call with a capital
    makes an object; with `async_calls_start` an asynchronous function runs when it is called, awaited or not.
    With `packages_qualify` a type of another package has that package's name in front, and the constants and functions of a folder's files are
    one package. `failures` are names for an error that is a value; `fails` and `failure` are the words for a call that does not succeed. `carriers` are types that only hold another (`Arc<T>`); `senders` how the names of channels' sending ends end.
    """

    puts: frozenset[str] = frozenset({"put", "set"})
    puts_absent: frozenset[str] = frozenset()
    maps: frozenset[str] = frozenset()
    copies: tuple[str, ...] = ()
    wrappers: frozenset[str] = frozenset()
    spawns: frozenset[str] = frozenset()
    coroutines: frozenset[str] = frozenset()
    executes: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset({"put", "offer", "add"})
    waits: frozenset[str] = frozenset()
    own: tuple[str, ...] = ("this",)
    resolves: frozenset[str] = frozenset()
    files_are_modules: bool = False
    capital_is_type: bool = True
    async_calls_start: bool = False
    async_annotations: frozenset[str] = frozenset()
    packages_qualify: bool = False
    carriers: frozenset[str] = frozenset()
    senders: tuple[str, ...] = ()
    failures: frozenset[str] = frozenset()
    fails: str = "throws"
    failure: str = "exception"


_MAPS = frozenset({"of", "mapOf", "mutableMapOf", "hashMapOf", "ofEntries", "dict", "entry"})
_ABSENT = frozenset({"putIfAbsent", "computeIfAbsent", "merge", "getOrPut", "getOrElseUpdate"})
_PUTS = frozenset({"put", "setProperty", "set", "property", "setString", "addProperty", "withProperty"}) | _ABSENT
_EXECUTES = frozenset({"submit", "execute", "schedule"})
_COPIES = ("Map", "Properties")

_ASYNC = frozenset({"Async", "Asynchronous"})

JAVA = Idioms(
    async_annotations=_ASYNC, puts=_PUTS, puts_absent=_ABSENT, maps=_MAPS, copies=_COPIES, executes=_EXECUTES,
    wrappers=frozenset({"valueOf", "toString", "getName", "ofMillis", "parseInt", "toInt", "name"}),
    spawns=frozenset({"runAsync", "supplyAsync"}),
    waits=frozenset({"get", "join", "allOf", "awaitTermination", "invokeAll", "wait", "result"}),
)  # fmt: skip
KOTLIN = Idioms(
    async_annotations=_ASYNC, puts=_PUTS, puts_absent=_ABSENT, maps=_MAPS, copies=_COPIES, executes=_EXECUTES, wrappers=JAVA.wrappers, spawns=JAVA.spawns,
    coroutines=frozenset({"launch", "async"}), waits=JAVA.waits | {"awaitAll"},
)  # fmt: skip
SCALA = Idioms(
    puts=_PUTS, puts_absent=_ABSENT, maps=_MAPS, copies=_COPIES, executes=_EXECUTES, wrappers=JAVA.wrappers, spawns=JAVA.spawns, waits=JAVA.waits
)  # fmt: skip
PYTHON = Idioms(
    puts=_PUTS | {"setdefault"}, puts_absent=_ABSENT | {"setdefault"}, maps=_MAPS, copies=_COPIES, executes=_EXECUTES, queues=frozenset({"put", "offer", "put_nowait", "add"}),
    wrappers=frozenset({"str", "int"}), carriers=frozenset({"Optional", "Union", "Type", "type", "Annotated", "Final", "ClassVar"}),
    spawns=frozenset({"create_task", "ensure_future", "run_in_executor", "start_soon", "to_thread"}),
    waits=frozenset({"get", "join", "gather", "wait", "result", "as_completed"}), own=("self",), files_are_modules=True,
)  # fmt: skip
GO = Idioms(
    maps=frozenset({"append"}), wrappers=frozenset({"string", "int", "int16", "int32", "int64", "byte"}),
    puts=frozenset({"SetKey"}), spawns=frozenset({"Go"}), queues=frozenset({"<-"}), waits=frozenset({"Wait", "<-"}), own=(), capital_is_type=False,
    packages_qualify=True, failures=frozenset({"err", "_"}), fails="fails", failure="error",
)  # fmt: skip
JAVASCRIPT = Idioms(
    wrappers=frozenset({"String", "Number", "parseInt", "toString"}),
    spawns=frozenset({"setImmediate", "setTimeout", "nextTick", "queueMicrotask"}),
    async_calls_start=True, queues=frozenset({"push", "add", "enqueue"}), waits=frozenset({"all", "allSettled", "any", "race"}),
)  # fmt: skip
CSHARP = Idioms(
    resolves=frozenset({"GetRequiredService", "GetService"}),
    puts=frozenset({"Set", "Add", "TryAdd"}), puts_absent=frozenset({"TryAdd"}), copies=("Dictionary",), wrappers=frozenset({"ToString", "Parse"}), queues=frozenset({"Enqueue", "Add", "TryWrite", "WriteAsync"}),
    spawns=frozenset({"Task.Run", "Factory.StartNew", "ThreadPool.QueueUserWorkItem"}), async_calls_start=True, waits=frozenset({"Wait", "WaitAll", "WhenAll", "GetResult"}), capital_is_type=False,
)  # fmt: skip
RUST = Idioms(
    puts=frozenset({"set", "insert"}), wrappers=frozenset({"to_string", "to_owned", "into", "as_str", "from", "unwrap", "expect", "detach"}),
    spawns=frozenset({"spawn", "spawn_blocking", "spawn_local"}), queues=frozenset({"try_send", "send"}),
    waits=frozenset({"join", "join_all", "join_next", "try_join_all"}), own=("self",), senders=("tx", "sender"),
    failures=frozenset({"e", "err", "_"}), fails="fails", failure="error",
    carriers=frozenset({"Arc", "Rc", "Box", "Option", "Mutex", "RwLock", "Result", "KafkaResult"}),
)  # fmt: skip
OTHER = Idioms(puts=_PUTS, maps=_MAPS, copies=_COPIES)

_BY_LANGUAGE = {
    "java": JAVA, "groovy": JAVA, "kotlin": KOTLIN, "scala": SCALA, "python": PYTHON, "go": GO,
    "javascript": JAVASCRIPT, "typescript": JAVASCRIPT, "csharp": CSHARP, "rust": RUST,
}  # fmt: skip


def idioms_of(language: str) -> Idioms:
    """The words of a language by its name; a few that many share where it is not known."""
    return _BY_LANGUAGE.get(language, OTHER)


# What writes into logs, and what counts and measures: it looks alike everywhere, and rules ask it of a call alone.
LOGGERS = re.compile(
    r"(^|\.)_?(log|logger|logging|LOG|LOGGER|System\.out|System\.err|console|slf4j|Timber|fmt|slog|logrus|klog|glog|zap|zerolog|hclog|tracing)$",
    re.IGNORECASE,
)
METRICS = re.compile(
    r"(metric|counter|meter|gauge|timer|stats|histogram|statsd|registry|monitor|span|tracer|mdc)", re.IGNORECASE
)
