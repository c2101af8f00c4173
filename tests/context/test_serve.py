"""What a need gets of a repository: by word, with the right code first, redacted, within limits, and with what was not found."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from context.test_context_related import parse
from growth import ends

from reviewer.context.names import named_in
from reviewer.context.render import render_more
from reviewer.context.serve import Served, serve
from reviewer.context.shelf import Shelf, shelf_around
from reviewer.context.unit import ReviewUnit, UnitHunk
from reviewer.core.change import ChangeSet, DiffLine, FileChange, FileStatus, Hunk, LineKind
from reviewer.core.problem import ReviewError
from reviewer.core.source import Found
from reviewer.core.span import Side
from reviewer.inputs.search import matcher
from reviewer.model.reply import Need

UNIT = ReviewUnit(id="u1", paths=("app/src/main/java/org/example/Orders.java",), hunks=())
MAIN = "app/src/main/java/org/example"
TESTS = "app/src/test/java/org/example"


class Repository:
    """In memory, with a search or, as through GitHub's API, without; `opened` are the paths that were read."""

    def __init__(self, files: Mapping[str, str], *, far: bool = False, slow: bool = False) -> None:
        self.files, self.far, self.slow = files, far, slow
        self.opened: list[str] = []

    def read(self, path: str, side: Side) -> str | None:
        self.opened.append(path)
        return self.files.get(path)

    def paths(self, side: Side) -> tuple[str, ...]:
        return tuple(sorted(self.files))

    def search(self, words: Sequence[str], side: Side, *, loose: bool = False) -> Found | None:
        if self.slow:
            raise ReviewError("git grep took more than 15 s.")
        if self.far:
            return None
        found = frozenset(path for path, text in self.files.items() if matcher(words, loose=loose)(text))
        return Found(paths=found, searched=len(self.files))


def asked(
    files: Mapping[str, str] | Repository, what: str, symbol: str | None = None, path: str | None = None
) -> Served | None:
    repository = files if isinstance(files, Repository) else Repository(files)
    need = Need(path=path, symbol=symbol, question="what then?", what=what)
    return serve(UNIT, [need], Shelf(reader=repository, parse=parse))


def seen(served: Served | None) -> list[tuple[str, str]]:
    """(file name, text) of what is shown, in order."""
    assert served is not None
    return [(piece.span.path.rpartition("/")[2], piece.text) for piece in served.unit.slices]


def said(served: Served | None) -> str:
    assert served is not None
    return "\n".join(served.unit.cut)


CALLER = "package org.example;\nclass {name} {{\n  void run(Orders orders) {{\n    orders.close({more});\n  }}\n}}\n"


# -- callers -----------------------------------------------------------------------------------------------------------

CALLS = {
    "A.java": "class A {\n  void go() {\n    store.flushAll(1);\n  }\n}\n",
    "a.py": "def go(store):\n    store.flushAll(1)\n",
    "a.go": "package a\nfunc run() {\n\tstore.flushAll(1)\n}\n",
    "a.kt": "class A {\n  fun go() {\n    store.flushAll(1)\n  }\n}\n",
    "a.scala": "class A {\n  def go() = {\n    store.flushAll(1)\n  }\n}\n",
    "a.ts": "export class A {\n  go() {\n    store.flushAll(1);\n  }\n}\n",
    "A.cs": "class A {\n  void Go() {\n    store.flushAll(1);\n  }\n}\n",
    "a.rs": "fn go() {\n    store.flushAll(1);\n}\n",
    "a.rb": "def go\n  store.flushAll(1)\nend\n",
}


@pytest.mark.parametrize(("name", "text"), CALLS.items(), ids=CALLS.keys())
def test_callers_are_found_in_every_language_with_the_function_around_them(name: str, text: str) -> None:
    filler = "# nothing\n" * 30 if name.endswith((".py", ".rb")) else "// nothing\n" * 30
    lookalike = text.replace("flushAll(1)", "flushAllNow(1)")
    ((shown, code),) = seen(
        asked({f"x/{name}": filler + text + filler, f"y/{name}": lookalike}, "callers", "Store.flushAll")
    )
    assert shown == name and "store.flushAll(1)" in code
    if not name.endswith(".rb"):
        assert "nothing" not in code


def test_calls_come_before_mentions_production_before_tests_near_before_far_and_comments_are_left_out() -> None:
    files = {
        f"{MAIN}/Near.java": CALLER.format(name="Near", more=""),
        "other/src/main/java/Far.java": CALLER.format(name="Far", more=""),
        f"{TESTS}/OrdersTest.java": CALLER.format(name="OrdersTest", more=""),
        f"{MAIN}/Talk.java": "package org.example;\n// Orders: close is gone\nclass Talk {}\n",
        f"{MAIN}/Refers.java": "package org.example;\nclass Refers {\n  Runnable r(Orders o) {\n    return o::close;\n  }\n}\n",
        "docs/guide.md": "Call `orders.close()` of Orders.\n",
        "vendor/lib/Copy.java": CALLER.format(name="Copy", more=""),
        "app/build/generated/Made.java": CALLER.format(name="Made", more=""),
    }
    names = [name for name, _ in seen(asked(files, "callers", "Orders.close()"))]
    assert names == ["Near.java", "Far.java", "Refers.java", "OrdersTest.java"]


def test_the_declaration_is_no_caller_and_that_nobody_calls_is_said() -> None:
    files = {
        f"{MAIN}/Orders.java": "class Orders {\n  @Deprecated\n  void drain() {}\n}\n",
        f"{MAIN}/Other.java": "class Other {}\n",
    }
    served = asked(files, "callers", "Orders.drain")
    assert seen(served) == []
    assert (
        said(served)
        == "not found: callers of Orders.drain; looked for in the whole repository after the change (2 files)"
    )


def test_many_tests_do_not_hide_the_code_and_what_is_left_out_is_named() -> None:
    tests = {f"{TESTS}/T{n}Test.java": CALLER.format(name=f"T{n}Test", more=n) for n in range(60)}
    served = asked({**tests, "z/far/Real.java": CALLER.format(name="Real", more="")}, "callers", "Orders.close")
    names = [name for name, _ in seen(served)]
    assert names[0] == "Real.java" and len(names) == 3
    assert "T15Test.java:4" in said(served) and "29 more files" in said(served)
    assert "more files hold" in said(served)


# -- subclasses --------------------------------------------------------------------------------------------------------

SUBTYPES = {
    "A.java": "class A extends Handler<String> {\n  public void handle() {}\n}\n",
    "B.java": "class B implements Closeable, org.example.Handler<B> {\n}\n",
    "a.kt": "class A(val list: List<String>) : Handler<String>(), Closeable {\n}\n",
    "a.scala": "class A extends Base with Handler[String] {\n}\n",
    "A.cs": "public class A : Base, Handler<string> {\n}\n",
    "a.ts": "export class A extends Base implements Handler<X> {\n}\n",
    "a.py": "class A(Base, handlers.Handler[int]):\n    pass\n",
    "a.rs": "struct A;\nimpl Handler for A {\n    fn handle(&self) {}\n}\n",
    "a.php": "class A extends Handler {\n}\n",
}


@pytest.mark.parametrize(("name", "text"), SUBTYPES.items(), ids=SUBTYPES.keys())
def test_subclasses_are_found_in_every_language(name: str, text: str) -> None:
    other = text.replace("Handler", "HandlerFactory")
    assert [shown for shown, _ in seen(asked({f"x/{name}": text, f"y/{name}": other}, "subclasses", "Handler"))] == [
        name
    ]


@pytest.mark.parametrize(
    "text",
    ["class A extends Base<Handler> {}\n", "class A { Handler handler; }\n", "class A {\n  void on(Handler h) {}\n}\n"],
)
def test_who_only_mentions_a_type_does_not_extend_it(text: str) -> None:
    assert said(asked({"A.java": text}, "subclasses", "Handler")).startswith("not found: subclasses of Handler; ")


def test_of_a_method_the_overriding_ones_are_shown_also_of_the_subclasses_subclasses() -> None:
    files = {
        f"{MAIN}/Middle.java": "abstract class Middle extends Handler {\n}\n",
        f"{MAIN}/Last.java": "class Last extends Middle {\n  int a;\n  void other() {}\n  void handle(int record) {\n    skip(record);\n  }\n}\n",
    }
    pieces = seen(asked(files, "subclasses", "Handler.handle"))
    assert ("Last.java", "  void handle(int record) {\n    skip(record);\n  }") in pieces
    assert "Middle.java" in dict(pieces)


def test_in_go_who_has_the_methods_implements_the_interface() -> None:
    files = {
        "api/handler.go": "package api\n\ntype Handler interface {\n\tSetup(s Session) error\n\tConsumeClaim(c Claim) error\n}\n",
        "app/mine.go": "package app\n\nfunc (m *Mine) Setup(s Session) error {\n\treturn nil\n}\n\nfunc (m *Mine) ConsumeClaim(c Claim) error {\n\treturn m.drop(c)\n}\n",
        "app/half.go": "package app\n\nfunc (h *Half) ConsumeClaim(c Claim) error {\n\treturn nil\n}\n",
    }
    assert {name for name, _ in seen(asked(files, "subclasses", "Handler"))} == {"mine.go"}


# -- settings ----------------------------------------------------------------------------------------------------------

KEY = "spring.kafka.consumer.auto-offset-reset"
SPELLED = {
    "application.yml": "spring:\n  kafka:\n    consumer:\n      auto-offset-reset: latest\n",
    "application.properties": "spring.kafka.consumer.auto-offset-reset=latest\n",
    "k8s/deployment.yaml": "spec:\n  env:\n    - name: SPRING_KAFKA_CONSUMER_AUTO_OFFSET_RESET\n      value: latest\n",
    "k8s/relaxed.yaml": "env:\n  SPRING_KAFKA_CONSUMER_AUTOOFFSETRESET: latest\n",
    "main.tf": 'resource "aws_ecs" "app" {\n  environment = { SPRING_KAFKA_CONSUMER_AUTO_OFFSET_RESET = "latest" }\n}\n',
    "settings.json": '{"spring": {"kafka": {"consumer": {"autoOffsetReset": "latest"}}}}\n',
    "conf.toml": '[spring.kafka.consumer]\nauto-offset-reset = "latest"\n',
    "Config.java": 'class Config {\n  void set(Properties p) {\n    p.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");\n  }\n}\n',
    "Setter.java": 'class Setter {\n  void set(Kafka k) {\n    k.getConsumer().setAutoOffsetReset("latest");\n  }\n}\n',
}


@pytest.mark.parametrize(("name", "text"), SPELLED.items(), ids=SPELLED.keys())
def test_a_key_is_found_where_it_is_set_in_any_spelling(name: str, text: str) -> None:
    others = {"other.yml": "spring:\n  kafka:\n    consumer:\n      auto-offset-reset-strategy: x\n      group-id: g\n"}
    pieces = seen(asked({f"svc/{name}": text, **others}, "setting", KEY))
    assert [shown for shown, _ in pieces] == [name.rpartition("/")[2]] and "latest" in pieces[0][1]


def test_the_files_of_a_configuration_come_before_code_that_names_the_key() -> None:
    files = {f"{MAIN}/Config.java": SPELLED["Config.java"], "far/away/application.yml": SPELLED["application.yml"]}
    assert [name for name, _ in seen(asked(files, "setting", KEY))] == ["application.yml", "Config.java"]


@pytest.mark.parametrize(
    ("symbol", "path", "text", "value"),
    [
        ("ORDERS_GROUP", "deploy/app.yaml", "env:\n  - name: ORDERS_GROUP\n    value: billing\n", "billing"),
        ("${ORDERS_GROUP:x}", "deploy/app.yaml", "env:\n  - name: ORDERS_GROUP\n    value: billing\n", "billing"),
        ("ordersFactory", "A.java", "class A {\n  @Bean\n  Factory ordersFactory() {\n    return concurrent(7);\n  }\n}\n", "concurrent(7)"),
        ("orders", "A.java", 'class A {\n  @Bean("orders")\n  Factory any() {\n    return concurrent(7);\n  }\n}\n', "concurrent(7)"),
        ("ordersFactory", "spring.xml", '<beans>\n<bean id="ordersFactory" class="x.Y"/>\n</beans>\n', "x.Y"),
        ("orders.v1", "topics/t.yaml", "kind: KafkaTopic\nmetadata:\n  name: orders.v1\nspec:\n  partitions: 12\n", "partitions: 12"),
        ("orders-v1", "t.tf", 'resource "kafka_topic" "o" {\n  name       = "orders-v1"\n  partitions = 12\n}\n', "partitions = 12"),
        ("spring.kafka.listener.concurrency", "a.yml", "spring:\n  kafka:\n    listener:\n      concurrency: 3\n", "concurrency: 3"),
        ("max.poll.records", "A.java", "class A {\n  static final int MAX_POLL_RECORDS = 9;\n}\n", "= 9"),
    ],
)  # fmt: skip
def test_environment_names_beans_topics_and_constants_are_found_with_their_values(
    symbol: str, path: str, text: str, value: str
) -> None:
    noise = {
        "x.yml": "spring:\n  kafka:\n    template:\n      concurrent: 3\n",
        "P.java": "class P { void f() { poll.records(p); } }\n",
    }
    pieces = seen(asked({f"svc/{path}": text, **noise}, "setting", symbol))
    assert [name for name, _ in pieces] == [path.rpartition("/")[2]] and value in pieces[0][1]


def test_values_are_redacted_and_files_of_secrets_are_never_opened() -> None:
    repository = Repository(
        {
            "svc/application.yml": "orders:\n  password: hunter2hunter2\n  orders-password-hint: none\n",
            ".env": "ORDERS_PASSWORD=hunter3hunter3\n", "svc/secrets.yml": "orders.password: hunter4hunter4\n",
            "certs/orders.key": "orders.password\n",
        }
    )  # fmt: skip
    served = asked(repository, "setting", "orders.password")
    assert "[redacted]" in seen(served)[0][1] and "hunter" not in str(seen(served))
    assert set(repository.opened) == {"svc/application.yml"}


# -- versions ----------------------------------------------------------------------------------------------------------

BUILDS: dict[str, tuple[str, Mapping[str, str], str]] = {
    "pom with a property of the parent": (
        "kafka-clients",
        {
            "app/pom.xml": "<project><dependencies><dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-clients</artifactId>\n<version>${kafka.version}</version></dependency></dependencies></project>\n",
            "pom.xml": "<project><properties>\n<kafka.version>3.9.1</kafka.version>\n</properties></project>\n",
        },
        "`org.apache.kafka:kafka-clients` is 3.9.1",
    ),
    "gradle catalog": (
        "kafka-clients",
        {"gradle/libs.versions.toml": '[versions]\nkafka = "3.8.0"\n[libraries]\nkc = { module = "org.apache.kafka:kafka-clients", version.ref = "kafka" }\n'},
        "`org.apache.kafka:kafka-clients` is 3.8.0",
    ),
    "managed by boot": (
        "spring-kafka",
        {
            "build.gradle": "plugins { id 'org.springframework.boot' version '3.2.1' }\ndependencies {\n  implementation 'org.springframework.kafka:spring-kafka'\n}\n"
        },
        "`org.springframework.boot` is 3.2.1, may manage its version",
    ),
    "npm": ("kafkajs", {"package.json": '{"dependencies": {"kafkajs": "^2.2.4", "kafkajs-lz4": "1"}}\n', "package-lock.json": '{\n"node_modules/kafkajs": {\n"version": "2.2.4"\n}}\n'}, "is locked here"),
    "go": ("sarama", {"go.mod": "module x\nrequire github.com/IBM/sarama v1.42.1\n"}, "`github.com/IBM/sarama` is v1.42.1"),
    "dotnet": ("Confluent.Kafka", {"Directory.Packages.props": '<Project><ItemGroup><PackageVersion Include="Confluent.Kafka" Version="2.3.0" /></ItemGroup></Project>\n'}, "`Confluent.Kafka` is 2.3.0"),
    "cargo": ("rdkafka", {"Cargo.toml": '[dependencies]\nrdkafka = "0.36"\n'}, "`rdkafka` is 0.36"),
    "pyproject": ("confluent_kafka", {"pyproject.toml": '[project]\ndependencies = ["confluent-kafka>=2.3"]\n'}, "`confluent-kafka` is >=2.3"),
    "requirements": ("aiokafka", {"svc/requirements.txt": "aiokafka==0.10.0\n"}, "`aiokafka` is ==0.10.0"),
}  # fmt: skip


@pytest.mark.parametrize(("library", "files", "told"), BUILDS.values(), ids=BUILDS.keys())
def test_the_version_is_told_with_the_lines_that_say_so(library: str, files: Mapping[str, str], told: str) -> None:
    served = asked(files, "version", library)
    assert served is not None
    assert any(told in piece.why for piece in served.unit.slices), [piece.why for piece in served.unit.slices]


def test_a_library_that_is_not_used_is_said_to_be_not_found() -> None:
    assert said(asked({"go.mod": "module x\n"}, "version", "sarama")) == (
        "not found: version of sarama; read 1 build file and 0 lock files"
    )


# -- definitions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("symbol", "line"),
    [("Store", "class Store {"), ("Store.drain", "  void drain(int n) {"), ("drain()", "  void drain(int n) {"), ("Store.LIMIT", "  static final int LIMIT = 5;")],
)  # fmt: skip
def test_a_declaration_is_shown_and_not_who_names_it(symbol: str, line: str) -> None:
    store = (
        "package x;\n"
        + "// far above\n" * 40
        + "class Store {\n  static final int LIMIT = 5;\n  void drain(int n) {\n    n++;\n  }\n}\n"
    )
    user = "class User {\n  void go(Store store) {\n    store.drain(Store.LIMIT);\n  }\n}\n"
    ((name, text),) = seen(asked({f"{MAIN}/User.java": user, "lib/deep/Things.java": store}, "definition", symbol))
    assert name == "Things.java" and line in text.split("\n")


# -- limits and hostile needs ------------------------------------------------------------------------------------------


def test_without_a_search_some_files_are_read_by_their_names_and_that_is_said() -> None:
    files = {f"{MAIN}/Filler{n}.java": "class Filler {}\n" for n in range(300)}
    files["other/OrdersRunner.java"] = CALLER.format(name="OrdersRunner", more="")
    repository = Repository(files, far=True)
    served = asked(repository, "callers", "Orders.close")
    assert [name for name, _ in seen(served)] == ["OrdersRunner.java"]
    assert said(served) == "callers of Orders.close: there may be more; read 50 of 301 files, chosen by their paths"
    assert len(repository.opened) <= 50
    assert "of 301 files, chosen by their paths" in said(asked(Repository(files, far=True), "callers", "Nothing.here"))


def test_a_search_that_takes_too_long_is_said_and_not_tried_again() -> None:
    repository = Repository({"A.java": "class A {}\n"}, slow=True)
    served = asked(repository, "callers", "Nothing.here")
    assert "took more than 15 s" in said(served)


@pytest.mark.parametrize(
    "symbol", ["--open-files-in-pager=sh", "(a+)+$", ".*", "x" * 10_000, "a\nb", "\0", "\\", "[", "${", "$(id)", "`", "..", "../../etc/passwd", "é" * 300, "."]
)  # fmt: skip
@pytest.mark.parametrize("what", ["definition", "callers", "subclasses", "setting", "version"])
def test_whatever_a_need_names_is_looked_for_as_text(symbol: str, what: str) -> None:
    served = asked(
        {
            "A.java": "class A { void f() { aaaaaaaaaaaaaaaaaaaaaaaaaa(); } }\n",
            "b.yml": "a:\n  b: 1\n",
            "pom.xml": "<p/>",
        },
        what,
        symbol,
    )
    assert served is not None and len(said(served)) < 1_000 and "\0" not in said(served)


def test_a_symbol_that_is_everywhere_costs_little_and_fills_no_more_than_its_room() -> None:
    files = {f"m{n}/A{n}.java": f"class A{n} {{\n" + "  void f() { x.go(); }\n" * 1_000 + "}\n" for n in range(100)}
    with ends():
        served = asked(files, "callers", "go")
    assert sum(len(text) for _, text in seen(served)) < 36_000
    assert "more places" in said(served) and len(said(served)) < 2_000


def test_the_same_lines_are_not_shown_twice(tmp_path: Path) -> None:
    files = {f"{MAIN}/Near.java": CALLER.format(name="Near", more="")}
    needs = [Need(path=None, symbol="Orders.close", question="q", what=w) for w in ("callers", "callers", "setting")]
    served = serve(UNIT, needs, Shelf(reader=Repository(files), parse=parse))
    assert served is not None
    lines = [(p.span.path, n) for p in served.unit.slices for n in range(p.span.first_line, p.span.last_line + 1)]
    assert len(lines) == len(set(lines))
    assert [record.note for record in served.records][1] == "shown already"


def test_what_is_shown_has_the_numbers_of_the_file() -> None:
    text = "\n" * 20 + CALLER.format(name="Near", more="")
    served = asked({f"{MAIN}/Near.java": text}, "callers", "Orders.close")
    assert served is not None
    (piece,) = served.unit.slices
    assert piece.text.split("\n") == text.split("\n")[piece.span.first_line - 1 : piece.span.last_line]
    assert re.search(r"you asked: what then\? \(calls it\)", piece.why)


# -- what the question names -------------------------------------------------------------------------------------------

LONG = (
    "package x;\nclass Task {\n"
    + "".join(f"  int filler{n}() {{\n    return {n};\n  }}\n" for n in range(120))
    + "  void poll() {\n" + "".join(f"    step({n});\n" for n in range(90)) + "    commitLast();\n  }\n"
    + "".join(f"  int other{n}() {{\n    return {n};\n  }}\n" for n in range(120))
    + "  void reset() {\n    offset = 0;\n  }\n}\n"
)  # fmt: skip


def about(question: str, symbol: str | None, path: str | None) -> list[str]:
    need = Need(path=path, symbol=symbol, question=question, what="definition")
    served = serve(UNIT, [need], Shelf(reader=Repository({f"{MAIN}/Task.java": LONG}), parse=parse))
    return [text for _, text in seen(served)]


@pytest.mark.parametrize("path", [None, f"{MAIN}/Task.java"])
def test_a_long_method_that_is_asked_for_is_shown_to_its_end(path: str | None) -> None:
    (shown,) = about("What does it commit at the end?", "Task.poll" if path is None else "poll", path)
    assert "void poll() {" in shown and "commitLast();" in shown and "other0" not in shown


@pytest.mark.parametrize("path", [None, f"{MAIN}/Task.java"])
@pytest.mark.parametrize("question", ["Does `poll()` commit, or `reset`?", "Is poll() followed by reset()?"])
def test_of_a_type_the_methods_that_the_question_names_are_shown(path: str | None, question: str) -> None:
    shown = "\n".join(about(question, "Task", path))
    assert "class Task {" in shown and "commitLast();" in shown and "offset = 0;" in shown
    assert shown.count("\n") < 200 and "int filler7() {" in shown and "return 7;" not in shown


def test_of_a_long_type_fields_constructors_and_heads_are_shown() -> None:
    text = LONG.replace(
        "class Task {\n",
        "class Task {\n  private final Store store;\n  Task(Store store) {\n    this.store = store;\n  }\n",
    )
    need = Need(path=None, symbol="Task", question="what is it?", what="definition")
    served = serve(UNIT, [need], Shelf(reader=Repository({f"{MAIN}/Task.java": text}), parse=parse))
    assert served is not None
    shown = render_more(UNIT, served.unit)
    for kept in ("private final Store store;", "this.store = store;", "int filler7() {", "… 2 lines not shown"):
        assert kept in shown
    assert "commitLast();" not in shown and served.records[0].found[0].last_line == text.count("\n")


CALLING = DiffLine(kind=LineKind.ADDED, text="    task.reset();", old_number=None, new_number=3)
HUNK = Hunk(old_start=3, old_count=0, new_start=3, new_count=1, section="", lines=(CALLING,))


def test_of_a_long_type_what_decides_is_shown_though_nobody_wrote_it_as_code() -> None:
    """What the change calls, a method that the question names as a word, and who sets the field that it names."""
    setter = "  void tune(Map given) {\n    linger = given.get(7);\n  }\n"
    text = LONG.replace("  void reset() {", f"{setter}  void reset() {{")
    unit = replace(UNIT, hunks=(UnitHunk(path=UNIT.paths[0], old_path=None, index=0, hunk=HUNK),))
    need = Need(path=None, symbol="Task", question="Does poll wait for `linger`?", what="definition")
    served = serve(unit, [need], Shelf(reader=Repository({f"{MAIN}/Task.java": text}), parse=parse))
    shown = "\n".join(text for _, text in seen(served))
    assert all(line in shown for line in ("offset = 0;", "commitLast();", "linger = given.get(7);"))
    assert "return 7;" not in shown and "offset = 0;" not in "\n".join(about("what is it?", "Task", None))


def test_of_a_long_type_the_methods_that_speak_of_the_question_are_shown() -> None:
    """Nothing in the question is a name of the code."""
    buffer = (
        "  void add(Item item) {\n    if (item.isEmpty() && !config.deleteEnabled()) {\n      skip(item);\n    }\n  }\n"
    )
    text = LONG.replace("class Task {\n", f"class Task {{\n{buffer}")
    need = Need(
        path=f"{MAIN}/Task.java",
        symbol=None,
        question="What becomes of a null value when delete.enabled is off?",
        what="definition",
    )
    served = serve(UNIT, [need], Shelf(reader=Repository({f"{MAIN}/Task.java": text}), parse=parse))
    shown = "\n".join(text for _, text in seen(served))
    assert "!config.deleteEnabled()" in shown and "class Task {" in shown and "commitLast();" not in shown


def test_a_type_that_fits_is_shown_whole() -> None:
    methods = "".join(f"  int get{n}() {{\n    return {n};\n  }}\n" for n in range(40))
    licence = "/*\n" + " * Long words.\n" * 500 + " */\n"
    text = f"{licence}package x;\nclass Task {{\n{methods}  void save() {{\n    offsets.write(next);\n  }}\n}}\n"
    need = Need(path=None, symbol="Task", question="Is it guarded?", what="definition")
    served = serve(UNIT, [need], Shelf(reader=Repository({f"{MAIN}/Task.java": text}), parse=parse))
    shown = "\n".join(text for _, text in seen(served))
    assert "offsets.write(next);" in shown and shown.count("Long words") < 4


def test_of_subtypes_the_method_that_the_question_names_is_shown() -> None:
    filler = "".join(f"  int other{n};\n" for n in range(60))
    files = {
        f"{MAIN}/{name}.java": f"class {name} extends Sink {{\n{filler}  long offset(int partition) {{\n    return {value};\n  }}\n}}\n"
        for name, value in (("Near", 0), ("Far", -1))
    }
    need = Need(
        path=None, symbol="Sink", question="What does `offset` give for a partition without a pipe?", what="subclasses"
    )
    served = serve(UNIT, [need], Shelf(reader=Repository(files), parse=parse))
    shown = "\n".join(text for _, text in seen(served))
    assert "return 0;" in shown and "return -1;" in shown


def test_of_namesakes_those_are_shown_whose_type_the_change_names_and_the_others_are_counted() -> None:
    declared = "class {name} {{\n  void reset() {{\n    at = {n};\n  }}\n}}\n"
    calling = "class Runs{name} {{\n  void go({name} it) {{\n    it.reset();\n  }}\n}}\n"
    files = {UNIT.paths[0]: "class Orders {\n  Tracker tracker;\n  void go() {\n    tracker.reset();\n  }\n}\n"}
    for n, name in enumerate(("Clock", "Sketch", "Meter", "Tracker")):
        files |= {f"{MAIN}/{name}.java": declared.format(name=name, n=n), f"z/{name}.java": calling.format(name=name)}
    served = asked(files, "definition", "reset")
    assert seen(served)[0][0] == "Tracker.java" and len(seen(served)) == 1
    assert said(served) == (
        "reset: 3 other places of this name not shown (nothing ties them to the changed code): "
        f"{MAIN}/Clock.java:2; {MAIN}/Meter.java:2; {MAIN}/Sketch.java:2"
    )
    served = asked(files, "callers", "reset")
    assert {name for name, _ in seen(served)} == {"Orders.java", "Tracker.java"}
    assert said(served) == (
        "callers of reset: 3 other places of this name not shown (calls on other types, as far as can be told): "
        "z/Clock.java:3; z/Meter.java:3; z/Sketch.java:3"
    )


@pytest.mark.parametrize("symbol", ["Committer.commitOffset", "KafkaCommitter.commitOffset"])
def test_who_calls_a_method_on_its_interface_calls_the_implementation(symbol: str) -> None:
    runner = "class Runner {{\n  void go({type} it) {{\n    it.commitOffset(1);\n  }}\n}}\n"
    files = {
        f"{MAIN}/Runner{n}.java": runner.format(type=name)
        for n, name in enumerate(("Committer", "KafkaCommitter", "Diary"))
    }
    files[f"{MAIN}/Committer.java"] = "interface Committer {\n  void commitOffset(long at);\n}\n"
    files[f"{MAIN}/KafkaCommitter.java"] = (
        "class KafkaCommitter implements Committer {\n  public void commitOffset(long at) {\n    last = at;\n  }\n}\n"
    )
    files[f"{MAIN}/Diary.java"] = "class Diary {\n  void commitOffset(long at) {\n    wrote = at;\n  }\n}\n"
    served = asked(files, "callers", symbol)
    assert {name for name, _ in seen(served)} == {"Runner0.java", "Runner1.java"}
    assert f"{MAIN}/Runner2.java:3" in said(served)


def test_who_implements_a_nested_interface_is_found_and_a_method_of_that_form_still_is() -> None:
    outer = (
        "class Reader {\n  void Listen() {\n    at = 1;\n  }\n  interface Listener {\n    void lost(int at);\n  }\n}\n"
    )
    files = {
        f"{MAIN}/Reader.java": outer,
        f"{MAIN}/Store.java": "class Store implements Reader.Listener {\n  public void lost(int at) {\n    drop(at);\n  }\n}\n",
        f"{MAIN}/Fast.java": "class Fast extends Reader {\n  void Listen() {\n    at = 2;\n  }\n}\n",
    }
    (found,) = seen(asked(files, "subclasses", "Reader.Listener"))
    assert found[0] == "Store.java" and "drop(at);" in found[1]
    (method,) = seen(asked(files, "subclasses", "Reader.Listen"))
    assert method[0] == "Fast.java" and "at = 2;" in method[1] and "class Fast" not in method[1]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("app/config.py", 'producer = {\n    "retries": int(os.environ.get("EVENT_ATTEMPTS", 0)),\n}\n'),
        ("app/src/main/java/Config.java", 'class Config {\n  int retries = parse(System.getenv("EVENT_ATTEMPTS"));\n}\n'),
        ("app/src/main/resources/application.yml", "producer:\n  retries: ${EVENT_ATTEMPTS:0}\n"),
        ("app/config.go", 'package app\n\nvar retries = os.Getenv("EVENT_ATTEMPTS")\n'),
        ("app/config.ts", "export const settings = { retries: process.env.EVENT_ATTEMPTS };\n"),
        ("app/Config.cs", 'class Config {\n  string Retries = Environment.GetEnvironmentVariable("EVENT_ATTEMPTS");\n}\n'),
        ("app/Config.scala", 'object Config {\n  val retries = sys.env.getOrElse("EVENT_ATTEMPTS", "0")\n}\n'),
        ("app/src/config.rs", 'fn retries() {\n    let retries = std::env::var_os("EVENT_ATTEMPTS");\n}\n'),
    ],
)  # fmt: skip
def test_of_a_setting_that_the_environment_gives_the_manifest_is_shown_too(path: str, code: str) -> None:
    manifest = "env:\n  - name: EVENT_ATTEMPTS\n    value: '3'\n"
    shown = dict(
        seen(asked({path: code, "deploy/app.yaml": manifest, "other.py": "EVENT_ATTEMPTS = 1\n"}, "setting", "retries"))
    )
    assert "value: '3'" in shown["app.yaml"] and path.rpartition("/")[2] in shown


def test_of_a_deleted_method_the_old_code_is_shown_with_who_still_calls_it() -> None:
    files = {
        UNIT.paths[0]: "class Orders {\n}\n",
        f"{MAIN}/Runner.java": "class Runner {\n  void go(Orders orders) {\n    orders.drain();\n  }\n}\n",
    }
    old = "class Orders {\n  void drain() {\n    producer.flush();\n  }\n}\n"
    shelf = Shelf(reader=Repository(files), parse=parse, before={UNIT.paths[0]: old})
    served = serve(UNIT, [Need(path=None, symbol="drain", question="who calls it?", what="callers")], shelf)
    assert served is not None
    told = [(piece.span.side, piece.text) for piece in served.unit.slices]
    assert [side for side, _ in told] == [Side.BEFORE, Side.AFTER] and "producer.flush();" in told[0][1]
    assert "orders.drain();" in told[1][1]
    nobody = Shelf(reader=Repository({UNIT.paths[0]: files[UNIT.paths[0]]}), parse=parse, before={UNIT.paths[0]: old})
    served = serve(UNIT, [Need(path=None, symbol="drain", question="who calls it?", what="callers")], nobody)
    assert "producer.flush();" in seen(served)[0][1] and "not found: callers of drain" in said(served)


def test_a_common_name_is_looked_for_where_its_own_type_is_used() -> None:
    others = {
        f"{MAIN}/Other{n}.java": f"class Other{n} {{\n  void go(Timer timer) {{\n    timer.reset();\n  }}\n}}\n"
        for n in range(9)
    }
    files = {
        UNIT.paths[0]: "class Orders {\n  void reset() {\n    at = 0;\n  }\n}\n",
        "far/away/Runner.java": "class Runner {\n  private final Orders queue = new Orders();\n  void go() {\n    queue.reset();\n  }\n}\n",
        **others,
    }
    for symbol in ("reset", "Orders.reset"):
        assert [name for name, _ in seen(asked(files, "callers", symbol))] == ["Runner.java"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The class that closes it is not shown.", []),
        ("Who calls `reset` of OrdersTask, and is max.poll.records set?", ["reset", "OrdersTask", "max.poll.records"]),
        (
            "`if (store.isOpen() == null) return` decides, with GROUP_ID and close().",
            ["store.isOpen", "GROUP_ID", "close"],
        ),
        ("e.g. a broker restart", []),
    ],
)
def test_a_sentence_is_looked_up_by_its_names_only(text: str, names: list[str]) -> None:
    assert list(named_in(text)) == names


def test_a_sentence_in_the_place_of_a_symbol_is_not_split_into_words() -> None:
    files = {f"{MAIN}/Near.java": CALLER.format(name="Near", more=""), "a/Who.java": "class Who {\n  int calls;\n}\n"}
    served = asked(files, "callers", "who calls Orders.close at the end")
    assert [name for name, _ in seen(served)] == ["Near.java"]


def test_a_file_whose_symbol_is_not_there_is_shown_around_the_first_mention() -> None:
    (shown,) = about("What is it?", "commitLast", f"{MAIN}/Task.java")
    assert "commitLast();" in shown


def test_what_something_did_before_the_change_is_shown_as_it_was() -> None:
    old = LONG.replace("    offset = 0;\n", "    offset = lastReturned;\n")
    shelf = Shelf(reader=Repository({f"{MAIN}/Task.java": LONG}), parse=parse, before={f"{MAIN}/Task.java": old})
    need = Need(path=None, symbol="Task.reset", question="What did `reset` do before this change?", what="definition")
    served = serve(UNIT, [need], shelf)
    assert served is not None
    after, before = sorted(served.unit.slices, key=lambda piece: piece.span.side is Side.BEFORE)
    assert "offset = 0;" in after.text and after.span.side is Side.AFTER
    assert "offset = lastReturned;" in before.text and before.span.side is Side.BEFORE
    assert before.text.split("\n") == old.split("\n")[before.span.first_line - 1 : before.span.last_line]
    assert served.records[0].found == (after.span, before.span)


def test_what_stood_so_before_the_change_is_not_shown_twice() -> None:
    old = LONG.replace("    commitLast();\n", "")
    shelf = Shelf(reader=Repository({f"{MAIN}/Task.java": LONG}), parse=parse, before={f"{MAIN}/Task.java": old})
    need = Need(path=None, symbol="Task.reset", question="What did `reset` do before this change?", what="definition")
    served = serve(UNIT, [need], shelf)
    assert served is not None
    (piece,) = served.unit.slices
    assert piece.span.side is Side.AFTER and "offset = 0;" in piece.text
    reset = next(n for n, line in enumerate(LONG.split("\n"), start=1) if "void reset" in line)
    shown = replace(
        piece,
        span=replace(piece.span, first_line=reset),
        text="\n".join(LONG.split("\n")[reset - 1 : piece.span.last_line]),
    )
    assert serve(replace(UNIT, slices=(shown,)), [need], shelf) is None, "only the lines above it are new"


def test_what_the_change_deletes_is_found_as_it_was() -> None:
    shelf = Shelf(reader=Repository({"A.java": "class A {}\n"}), parse=parse, before={"Gone.java": LONG})
    need = Need(path=None, symbol="Task.poll", question="What was in the old poll()?", what="definition")
    served = serve(UNIT, [need], shelf)
    assert served is not None and "commitLast();" in seen(served)[0][1] and served.unit.cut == ()


def test_callers_in_another_language_come_after_those_in_the_same_family() -> None:
    files = {
        f"{MAIN}/near/store.py": "def go(orders):\n    orders.close()\n",
        "far/away/Runner.kt": "class Runner {\n  fun go(orders: Orders) {\n    orders.close()\n  }\n}\n",
    }
    assert [name for name, _ in seen(asked(files, "callers", "close"))] == ["Runner.kt", "store.py"]


def test_lines_that_the_change_adds_to_a_file_that_is_looked_up_are_marked() -> None:
    text = "class Ports {\n  void register(Config config) {\n    config.setPort(port);\n    save(config);\n  }\n}\n"
    lines = (
        DiffLine(kind=LineKind.CONTEXT, text="  void register(Config config) {", old_number=2, new_number=2),
        DiffLine(kind=LineKind.ADDED, text="    config.setPort(port);", old_number=None, new_number=3),
    )
    hunk = Hunk(old_start=2, old_count=1, new_start=2, new_count=2, section="", lines=lines)
    path = f"{MAIN}/Ports.java"
    change = FileChange(old_path=path, new_path=path, status=FileStatus.MODIFIED, hunks=(hunk,), before="", after=text)
    shelf = shelf_around(ChangeSet(base="a", head="b", files=(change,)), Repository({path: text}), parse)
    served = serve(UNIT, [Need(path=None, symbol="register", question="is that new?", what="definition")], shelf)
    assert served is not None
    shown = render_more(UNIT, served.unit)
    assert "R3+|    config.setPort(port);" in shown and "R4|    save(config);" in shown
    assert "this change adds line 12" in shown
    old = asked({path: text}, "definition", "register")
    assert old is not None and "adds line" not in render_more(UNIT, old.unit)
