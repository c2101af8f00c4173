"""Topics that command lines create or change: `kafka-topics`, `kafka-configs`, `rpk topic`, and a broker image's list."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from reviewer.core.lazily import lazily
from reviewer.core.numbers import whole
from reviewer.core.span import Side, Span
from reviewer.facts.languages.command_lines import Command, Word, commands, expand, variables
from reviewer.facts.streaming.config import canonical
from reviewer.facts.streaming.model import Known, Setting, Topic, Value
from reviewer.facts.syntax import ConfigEntry

_MENTIONS = lazily(r"kafka-topics|kafka-configs|rpk\W+topic")
_UNKNOWN = lazily(r"\$|\{\{|<[\w-]+>")
_LONG = {"-p": "--partitions", "-r": "--replication-factor", "-c": "--config", "-s": "--set", "--topic-config": "--config", "-t": "--topic"}  # fmt: skip


def command_topics(text: str, entries: Sequence[ConfigEntry], path: str, side: Side) -> Iterator[Topic]:
    """Topics of the command lines in a text, of commands given as a list, and of `KAFKA_CREATE_TOPICS`."""
    yield from (topic for entry in entries if entry.keys[-1] == "KAFKA_CREATE_TOPICS" for topic in _listed(entry))
    if _MENTIONS.search(text) is None:
        return
    known = variables(text)
    for command in (*commands(text), *_lists(entries)):
        yield from _of_command(command, known, path, side)


def _listed(entry: ConfigEntry) -> Iterator[Topic]:
    """wurstmeister's and others' `name:partitions:replicas[:policy]`, separated by commas."""
    for item in re.split(r"[,\n]\s*", entry.value.strip()):
        parts = item.strip().split(":")
        if parts[0] and len(parts) > 1:
            yield Topic(
                name=parts[0], is_literal=_UNKNOWN.search(parts[0]) is None, partitions=_count(parts[1]),
                replication=_count(parts[2]) if len(parts) > 2 else None,
                settings=(_setting("cleanup.policy", parts[3], parts[0], entry.span),) if len(parts) > 3 else (),
                span=entry.span, partitions_span=entry.span, replication_span=entry.span, declared_by="KAFKA_CREATE_TOPICS",
            )  # fmt: skip


def _lists(entries: Sequence[ConfigEntry]) -> Iterator[Command]:
    """Commands whose words are items of a list: `command: [kafka-topics, --create, …]`."""
    lists: dict[tuple[int, tuple[str, ...]], list[Word]] = {}
    for entry in entries:
        if entry.keys[-1].startswith("["):
            word = Word(text=entry.value, line=entry.span.first_line)
            lists.setdefault((entry.document, entry.keys[:-1]), []).append(word)
    for words in lists.values():
        for at, word in enumerate(words):
            tool = word.text.rsplit("/", 1)[-1].removesuffix(".sh")
            if tool in ("kafka-topics", "kafka-configs"):
                yield Command(tool=tool, words=tuple(words[at + 1 :]), line=word.line)
            elif tool == "rpk" and at + 1 < len(words) and words[at + 1].text == "topic":
                yield Command(tool="rpk topic", words=tuple(words[at + 2 :]), line=word.line)


def _of_command(command: Command, known: dict[str, tuple[str, ...]], path: str, side: Side) -> Iterator[Topic]:
    options, bare = _options(command)
    if not _declares(command, options, bare):
        return
    names = [word for key in ("--topic", "--entity-name") for word in options.get(key, ())]
    if command.tool == "rpk topic":
        names = bare[1:]

    def at(line: int) -> Span:
        return Span(path=path, side=side, first_line=line, last_line=line)

    def count(*keys: str) -> Word | None:
        return next((options[key][-1] for key in keys if options.get(key)), None)

    partitions, replication = count("--partitions", "--num"), count("--replication-factor", "--replicas")
    for word in names:
        for name in expand(word.text, known):
            yield Topic(
                name=name, is_literal=_UNKNOWN.search(name) is None, partitions=_number(partitions, known),
                replication=_number(replication, known), settings=tuple(_settings(options, name, known, at)), span=at(word.line),
                partitions_span=at(partitions.line) if partitions else None,
                replication_span=at(replication.line) if replication else None, declared_by=command.tool,
            )  # fmt: skip


def _declares(command: Command, options: dict[str, list[Word]], bare: list[Word]) -> bool:
    if command.tool == "kafka-topics":
        return "--create" in options or "--alter" in options
    if command.tool == "kafka-configs":
        kinds = [word.text for word in options.get("--entity-type", [])]
        return "--alter" in options and "--add-config" in options and kinds in ([], ["topics"])
    return bool(bare) and bare[0].text in ("create", "alter-config", "add-partitions")


_FLAGS = frozenset(
    {"--create", "--alter", "--if-not-exists", "--if-exists", "--force", "--describe", "--list", "--delete"}
)


def _options(command: Command) -> tuple[dict[str, list[Word]], list[Word]]:
    """The options with their values, `--a=b` and `--a b`, and the words that belong to none."""
    options: dict[str, list[Word]] = {}
    bare: list[Word] = []
    words = list(command.words)
    at = 0
    while at < len(words):
        name, equals, value = words[at].text.partition("=")
        name = _LONG.get(name, "--entity-type" if name == "--entity-types" else name)
        if not name.startswith("-"):
            bare.append(words[at])
        elif name in _FLAGS:
            options.setdefault(name, [])
        elif equals:
            options.setdefault(name, []).append(Word(text=value, line=words[at].line))
        elif at + 1 < len(words):
            at += 1
            options.setdefault(name, []).append(words[at])
        at += 1
    return options, bare


_PAIR = lazily(r"([\w.-]+)=(\[[^\]]*\]|[^,]*)")


def _settings(
    options: dict[str, list[Word]], topic: str, known: dict[str, tuple[str, ...]], at: Callable[[int], Span]
) -> Iterator[Setting]:
    for key in ("--config", "--add-config", "--set"):
        for word in options.get(key, ()):
            pairs = _PAIR.findall(word.text) if key == "--add-config" else [word.text.partition("=")[::2]]
            for name, value in pairs:
                yield _setting(name, expand(value.strip("[]"), known)[0], topic, at(word.line))


def _setting(key: str, value: str, topic: str, span: Span) -> Setting:
    known = Known.UNKNOWN if _UNKNOWN.search(value) else Known.EXPLICIT
    return Setting(
        key=canonical(key), value=Value(known=known, text=value), client="topic", scope=topic, span=span, in_code=False, written=key
    )  # fmt: skip


def _number(word: Word | None, known: dict[str, tuple[str, ...]]) -> int | None:
    return _count(expand(word.text, known)[0]) if word is not None else None


def _count(text: str) -> int | None:
    return whole(text)
