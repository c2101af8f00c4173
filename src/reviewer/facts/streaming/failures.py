"""What the types and comments of a catch say about the failures that it catches."""

from __future__ import annotations

import re

from reviewer.core.lazily import lazily
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.syntax import Block

# Failures of reading a record can't be retried: skipping them with a log line is a decision, not an accident.
_POISON = lazily(
    r"Deserializ|SerializationException|JsonProcessing|JsonParse|JSONDecode|Decode|ParseError|ParseException|Malformed|Validation"
    r"|Invalid|Unsupported|Unknown\w*(Version|Type|Schema|Field|Magic)|Corrupt|IllegalArgument|NumberFormat|ClassCast"
    r"|KeyError|ValueError|TypeError|IndexError|AttributeError"
    r"|Duplicate|Already(Exists|Processed|Handled|Done)|UniqueViolation|UniqueConstraint"  # what was done before
)
_BROAD = lazily(r"^$|(?<!\w)(Exception|Throwable|RuntimeException|BaseException|Error)(?!\w)")
_ON_PURPOSE = lazily(
    r"best.?effort|on purpose|intentional|deliberate|poison|at.?most.?once|log and skip|(not|never|no)( \w+)? (be |get |worth )?retr(y|ied|ying)"
    r"|(fine|safe|ok(ay)?) to (ignore|skip|lose|drop)",
    re.IGNORECASE,
)
_STOPS = lazily(
    r"Wakeup|Interrupted|KeyboardInterrupt|Cancel|StopIteration|TimeoutException|GeneratorExit|AssertionError|RebalanceInProgress|CommitFailed"
)


def is_poison(block: Block) -> bool:
    """Whether no retry can cure what is caught: the record itself is unusable, or its work was done before."""
    return _all_are(_POISON, block)


def stops(block: Block) -> bool:
    """Whether what is caught ends the loop or the process, or only a wait."""
    return _all_are(_STOPS, block)


def is_broad(block: Block) -> bool:
    """Whether anything may be caught, an outage among it."""
    return bool(_BROAD.search(block.detail))


def is_on_purpose(file: FileFacts, block: Block) -> bool:
    """Whether a comment in the catch says that the record may go."""
    inside = [c.text for c in file.syntax.comments if block.span.contains(c.span)]
    return bool(_ON_PURPOSE.search(" ".join(inside)))


def _all_are(pattern: re.Pattern[str], block: Block) -> bool:
    """Whether every caught type is of a sort: `ValueError | OperationalError` still swallows an outage."""
    types = re.findall(r"[\w.]*[A-Za-z]\w*", block.detail)
    return bool(types) and all(pattern.search(name) for name in types)
