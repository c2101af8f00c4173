"""Lines of a changed file that can decide nothing: licences, imports, documentation, and functions that neither stream nor meet the change."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from reviewer.facts.syntax import Function, SyntaxFacts

_LICENCE = re.compile(r"licen[cs]e|copyright|\(c\)|all rights reserved", re.IGNORECASE)
_LIBRARY = re.compile(
    r"kafka|flink|streams?\b|pulsar|rdkafka|sarama|franz|beam|spark|avro|proto|schema|debezium|connect", re.IGNORECASE
)
#: What comes with the language, but for what is called as streaming things are: `java.util.function.Consumer`.
_OF_LANGUAGE = re.compile(
    r"(?:java|javax|scala|kotlin|groovy)\.(?!util\.(?:function|stream|concurrent)\b|concurrent\b|jms\b|ws\b|enterprise\b|persistence\b)|System(?:\.|$)"
)
#: Steps and settings of code that reads, writes, stores or orders records; a function with one of these is never left out.
_STREAMS = re.compile(
    r"partition|offset|commit|\bpoll|flush|\bn?ack\w*\s*\(|seek|checkpoint|snapshot|watermark|rebalanc|revok|transaction|serde|serializ|"
    r"retr(?:y|ies)|dead.?letter|dlq|\bsend|window|idempot|backoff|\bpause|\bresume|subscrib|publish|close\s*\(|\bstop|shutdown|interrupt|"
    r"keyBy|\bgroupBy|\buid\b|state\b|config|propert|\.put\s*\(|(?:producer|consumer|topic|admin|reader|writer|client|builder)s?\s*[(<{]",
    re.IGNORECASE,
)
_LIFE = re.compile(
    r"^(init|__init__|constructor|new|main|run|start|stop|close|shutdown|open|configure|setup|teardown)", re.IGNORECASE
)
#: Functions that tell of the work and do none, as long as no step of it is in them.
_TELLS = re.compile(
    r"^(toString|hashCode|equals|__repr__|__str__|__eq__|__hash__|log[A-Z]\w*|\w*[Mm]etrics?|\w*[Gg]auges?)$"
)
_STEP = re.compile(
    r"\b(commit\w*|seek\w*|poll|flush|send\w*|produce|publish|pause|resume|close|stop|throw|raise|panic)\b"
)
_PLAIN = frozenset(
    {
        "Override",
        "override",
        "SuppressWarnings",
        "Deprecated",
        "VisibleForTesting",
        "Nullable",
        "NonNull",
        "NotNull",
        "CheckReturnValue",
    }
)
_DOC = 3  # lines of a comment that is documentation; a shorter one may say why
_LEAST = 2  # lines of a gap: a single one costs no more than the words that it is gone
_HEAD = 8
_TOLD = 10  # lines of the diff that are not shown again
_OPENED = ("{", ":", "=>", "=")


def spare_lines(
    facts: SyntaxFacts, lines: Sequence[str], changed: Collection[int], of_hunks: frozenset[str], near: Collection[int]
) -> frozenset[int]:
    """Numbers of lines to leave out of what is shown of a file after the change.

    `changed` are the lines of its hunks and `of_hunks` their words; `near` are lines that must stay whatever they are: functions that
    call or are called by the changed ones, or share what is changed.
    """
    telling = {n for f in facts.functions if _only_tells(f, lines) for n in _lines(f)}
    kept = {*changed, *(n for n in near if n not in telling)}
    found: set[int] = set()
    for run in (*_comments(facts, lines, changed), *_imports(facts, lines, of_hunks), *_bodies(facts, lines, kept)):
        found.update(run)
    return frozenset((*_long_runs(sorted(n for n in found if n not in kept), lines), *_told(changed, lines)))


def bare_lines(facts: SyntaxFacts, lines: Sequence[str]) -> frozenset[int]:
    """Of a file that is shown for its code: the lines of its licence, its documentation and its imports."""
    if not facts.functions:
        return frozenset()
    runs = (*_comments(facts, lines, ()), *_imports(facts, lines, frozenset()))
    return frozenset(_long_runs(sorted({number for run in runs for number in run}), lines))


def _comments(facts: SyntaxFacts, lines: Sequence[str], changed: Collection[int]) -> Iterator[range]:
    """The licence, and documentation that does not stand in the hunks or above a function that changes."""
    heads = {f.span.first_line for f in facts.functions if not set(_lines(f)).isdisjoint(changed)}
    top, licence = 1, list[range]()
    for comment in sorted(facts.comments, key=lambda item: item.span.first_line):
        span = range(comment.span.first_line, comment.span.last_line + 1)
        is_top = top <= span.start and not any(lines[number - 1].strip() for number in range(top, span.start))
        if is_top:  # a licence, also one in single lines
            top = span.stop
            licence += [span]
        elif len(span) >= _DOC and heads.isdisjoint(range(span.stop, span.stop + _DOC)):
            yield span
    if any(_LICENCE.search("\n".join(lines[n - 1] for n in span)) for span in licence):
        yield from licence


def is_of_language(path: str) -> bool:
    """Whether an import says nothing of what streams here: lists, durations, files."""
    return _OF_LANGUAGE.match(path) is not None


def _imports(facts: SyntaxFacts, lines: Sequence[str], of_hunks: frozenset[str]) -> Iterator[range]:
    """Imports of what the hunks don't name, unless they tell which library streams here."""
    for item in facts.imports:
        is_named = item.alias in of_hunks or item.path.endswith(".*") or _LIBRARY.search(item.path) is not None
        if is_of_language(item.path) or not is_named:
            yield range(item.span.first_line, item.span.last_line + 1)
    if facts.imports:
        first = facts.imports[0].span.first_line
        yield from (range(n, n + 1) for n in range(1, first) if lines[n - 1].startswith("package "))


def _bodies(facts: SyntaxFacts, lines: Sequence[str], kept: Collection[int]) -> Iterator[range]:
    """What stands behind the head of a function that can be left out."""
    for function in facts.functions:
        own = _lines(function)
        if (
            function.is_lambda
            or function.parent is not None
            or own.stop - 1 > len(lines)
            or any(number in kept for number in own)
        ):
            continue
        owner = facts.types[function.type].name if function.type is not None else ""
        body = "\n".join(lines[n - 1] for n in own)
        if _only_tells(function, lines):
            yield range(behind_head(own, lines), own.stop)
            continue
        if function.name == owner or _LIFE.match(function.name) or _STREAMS.search(body) or _is_marked(function):
            continue
        yield range(behind_head(own, lines), own.stop)


def _is_marked(function: Function) -> bool:
    """Whether an annotation makes more of it than a method: a bean, a handler, a schedule."""
    return any(annotation.simple_name not in _PLAIN for annotation in function.annotations)


def _only_tells(function: Function, lines: Sequence[str]) -> bool:
    """Whether it is there for whoever watches: metrics, a text of an object, a comparison."""
    own = _lines(function)
    return bool(_TELLS.match(function.name)) and not any(_STEP.search(lines[n - 1]) for n in own if n <= len(lines))


def _lines(function: Function) -> range:
    return range(function.span.first_line, function.span.last_line + 1)


def behind_head(own: range, lines: Sequence[str]) -> int:
    """The line behind the head of a function."""
    for number in own[:_HEAD]:
        if lines[number - 1].rstrip().endswith(_OPENED):
            return number + 1
    return own.start + 1


def _told(changed: Collection[int], lines: Sequence[str]) -> Iterator[int]:
    """Long runs that stand in the diff as they are after the change."""
    run: list[int] = []
    for number in range(1, len(lines) + 2):
        if number in changed:
            run.append(number)
            continue
        yield from run if len(run) >= _TOLD else ()
        run = []


def _long_runs(numbers: Sequence[int], lines: Sequence[str]) -> Iterator[int]:
    """Runs that are worth the words that they are gone; blank lines between two of them go with them."""
    run: list[int] = []
    for number in numbers:
        between = range(run[-1] + 1, number) if run else ()
        if run and any(lines[n - 1].strip() for n in between):
            yield from run if len(run) >= _LEAST else ()
            run = []
            between = ()
        run += [*between, number]
    yield from run if len(run) >= _LEAST else ()
