"""Code of other files in the first request: what the change refers to, with the reason, and not too much of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from context.test_units import file_change

from reviewer.clients.registry import Libraries
from reviewer.context.related import related_slices
from reviewer.context.unit import ContextSlice
from reviewer.core.change import ChangeSet, FileChange, FileStatus
from reviewer.core.problem import Problem
from reviewer.core.span import Side
from reviewer.facts.delta import Delta
from reviewer.facts.extract import extract
from reviewer.facts.gather import gather
from reviewer.facts.syntax import SyntaxFacts
from reviewer.facts.workers import Job, Key

LOOP = """package org.example;
import org.apache.kafka.clients.consumer.KafkaConsumer;
class Loop {
  void run() { KafkaConsumer<String, String> consumer = new KafkaConsumer<>(ConsumerSettings.of("orders")); }
}
"""
SETTINGS = """package org.example;
import org.apache.kafka.clients.consumer.ConsumerConfig;
class ConsumerSettings {
  static Properties of(String group) {
    Properties props = new Properties();
    props.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "true");
    return props;
  }
}
"""
YAML = "spring:\n  kafka:\n    consumer:\n      enable-auto-commit: true\n"
ROOT = "billing/src/main/java/org/example"


class Reader:
    """A repository in memory."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files

    def read(self, path: str, side: Side) -> str | None:
        return self.files.get(path)

    def paths(self, side: Side) -> tuple[str, ...]:
        return tuple(sorted(self.files))


def parse(jobs: Sequence[Job]) -> tuple[dict[Key, SyntaxFacts], tuple[Problem, ...]]:
    return {(job.path, job.side): extract(job.path, job.text, job.side) for job in jobs}, ()


def gathered(files: Mapping[str, str]) -> tuple[Delta, Reader]:
    change = FileChange(old_path=None, new_path=f"{ROOT}/Loop.java", status=FileStatus.ADDED, hunks=(), after=LOOP)
    reader = Reader({**files, f"{ROOT}/Loop.java": LOOP})
    change_set = ChangeSet(base="a", head="b", files=(change,))
    return gather(change_set, reader, libraries=Libraries(), parse=parse, skip=lambda _path: False).delta, reader


def test_the_class_that_is_named_is_shown_whole_with_who_names_it() -> None:
    delta, reader = gathered({f"{ROOT}/ConsumerSettings.java": SETTINGS})
    [piece] = related_slices(delta, reader, parse)
    assert piece.text == SETTINGS.removesuffix("\n")
    assert (piece.why, piece.for_paths) == ("named by Loop.java", (f"{ROOT}/Loop.java",))
    assert (piece.span.first_line, piece.span.last_line) == (1, 9)


def test_the_modules_configuration_explains_the_whole_change() -> None:
    delta, reader = gathered({"billing/src/main/resources/application.yml": YAML})
    [piece] = related_slices(delta, reader, parse)
    assert (piece.why, piece.for_paths) == ("of the same module", ())


def test_of_a_long_file_only_the_settings_are_shown() -> None:
    padding = "".join(f"  int field{n} = {n};\n" for n in range(400))
    long = SETTINGS.replace("class ConsumerSettings {\n", "class ConsumerSettings {\n" + padding)
    delta, reader = gathered({f"{ROOT}/ConsumerSettings.java": long})
    pieces = related_slices(delta, reader, parse)
    assert "ENABLE_AUTO_COMMIT_CONFIG" in "".join(piece.text for piece in pieces)
    assert sum(len(piece.text) for piece in pieces) < 2_000
    lines = long.split("\n")
    for piece in pieces:
        assert piece.text == "\n".join(lines[piece.span.first_line - 1 : piece.span.last_line])


def test_a_file_that_nobody_names_is_not_shown() -> None:
    delta, reader = gathered({f"{ROOT}/Other.java": SETTINGS.replace("ConsumerSettings", "Other")})
    assert related_slices(delta, reader, parse) == ()


BASE = (
    "package org.example;\n"
    + "// padding\n" * 400
    + """abstract class Committing {
@FIELDS@
  Committing(Settings settings, boolean isAsync) {
    this.isAsync = isAsync;
  }
  void close() {
    commitSync();
  }
  void unrelated() {
  }
}
""".replace("@FIELDS@", "\n".join(f"  int field{n};" for n in range(80)))
)
USER = """package org.example;
import org.apache.kafka.clients.consumer.KafkaConsumer;
class User extends Base {
  private Closer closer;
  void start() {
    handler = new Committing(settings, @FLAG@);
  }
  @Override
  void stop() {
    closer.finish(StringUtils.trim(reason), @FLAG@);
  }
}
"""
CLASSES = {
    "Committing": BASE,
    "Base": "/* Licence */\npackage org.example;\nclass Base {\n  void stop() {\n    flush();\n  }\n}\n",
    "Closer": "package org.example;\nclass Closer {\n  void finish(String why, boolean now) {\n    commit();\n  }\n}\n",
    "StringUtils": "package org.example;\nclass StringUtils {\n  static String trim(String text) {\n    return text;\n  }\n}\n",
    "Bystander": "package org.example;\nclass Bystander {\n}\n",
}


def beside(
    before: str, after: str, files: Mapping[str, str], path: str = f"{ROOT}/User.java"
) -> dict[str, list[ContextSlice]]:
    """File name -> what is shown of it for a change of a file, the others being in the repository."""
    change = file_change(path, before, after)
    reader = Reader({**files, path: after})
    delta = gather(
        ChangeSet(base="a", head="b", files=(change,)),
        reader,
        libraries=Libraries(),
        parse=parse,
        skip=lambda _path: False,
    ).delta
    found: dict[str, list[ContextSlice]] = {}
    for piece in related_slices(delta, reader, parse):
        found.setdefault(PurePosixPath(piece.span.path).stem, []).append(piece)
    return found


def user_change() -> dict[str, list[ContextSlice]]:
    files = {f"{ROOT}/{name}.java": text for name, text in CLASSES.items()}
    return beside(USER.replace("@FLAG@", "true"), USER.replace("@FLAG@", "false"), files)


def test_of_a_class_that_a_changed_line_constructs_the_constructor_is_shown_and_not_the_rest() -> None:
    pieces = user_change()["Committing"]
    text = "\n".join(piece.text for piece in pieces)
    assert "this.isAsync = isAsync;" in text and "abstract class Committing {" in text
    assert "unrelated" not in text and "padding" not in text and "field7" not in text
    assert any(piece.why == "`Committing.Committing`, constructed in line 6 of User.java" for piece in pieces)


def test_the_method_that_is_called_and_the_one_that_is_overridden_are_shown_without_a_licence() -> None:
    found = user_change()
    assert "commit();" in found["Closer"][0].text and "flush();" in found["Base"][0].text
    assert "Licence" not in found["Base"][0].text


def test_of_overloads_the_one_that_takes_the_calls_arguments_is_shown() -> None:
    many = "\n".join(f"  int field{n};" for n in range(80))
    closer = f"""package org.example;
class Closer {{
{many}
  void finish(String why) {{
    forget();
  }}
  void finish(String why, boolean now) {{
    commit();
  }}
}}
"""
    files = {f"{ROOT}/Closer.java": closer}
    found = beside(USER.replace("@FLAG@", "true"), USER.replace("@FLAG@", "false"), files)["Closer"]
    text = "\n".join(piece.text for piece in found)
    assert "commit();" in text and "forget();" not in text
    three = USER.replace("reason), @FLAG@", "reason), @FLAG@, 3")
    found = beside(three.replace("@FLAG@", "true"), three.replace("@FLAG@", "false"), files)["Closer"]
    assert all(word in "\n".join(piece.text for piece in found) for word in ("commit();", "forget();"))


def test_utilities_and_files_that_only_lie_beside_are_not_shown() -> None:
    assert {"StringUtils", "Bystander"}.isdisjoint(user_change())


def test_a_type_of_the_same_go_package_and_of_an_imported_python_module_are_found() -> None:
    go = 'package p\n\nimport "github.com/segmentio/kafka-go"\n\nfunc run() {\n\ts := Sink{Async: @}\n\ts.Write()\n}\n'
    sink = "package p\n\ntype Sink struct {\n\tAsync bool\n}\n\nfunc (s *Sink) Write() {\n\tsend()\n}\n"
    found = beside(
        go.replace("@", "true"), go.replace("@", "false"), {"p/sink.go": sink, "p/other.go": "package p\n"}, "p/run.go"
    )
    assert "Async bool" in found["sink"][0].text and "other" not in found
    python = "from confluent_kafka import Consumer\nfrom app.sinks import Sink\n\ndef run():\n    sink = Sink(@)\n"
    sinks = "class Sink:\n    def __init__(self, is_async):\n        self.is_async = is_async\n"
    found = beside(python.replace("@", "True"), python.replace("@", "False"), {"app/sinks.py": sinks}, "app/run.py")
    assert "self.is_async = is_async" in found["sinks"][0].text
