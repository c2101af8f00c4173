"""Code of other files in the first request: what the change refers to, with the reason, and not too much of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reviewer.context.related import related_slices
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
    return gather(change_set, reader, parse=parse, skip=lambda _path: False).delta, reader


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
