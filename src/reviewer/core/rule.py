"""What a rule is: one danger, its words, its examples and the functions that see it.

A rule file holds, in this order: a docstring with the five headings (What it catches / Why it hurts in production /
What to do / What it cannot see / References), one constant `RULE`, and the pure function(s) it names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A rule's observation.

    `subject` identifies what it is about, stable under moved lines (`OrderConsumer.run/commitSync`): the engine reports
    a state hit only when the other version has no hit with the same subject, and the fingerprint is built from it.
    `scenario` is the sequence of events, one per step, ending in the damage. `severity` and `confidence` override the
    rule's own. `fix` is specific to the code at hand. `replace` is (old, new) text inside the span's single line: when the old
    text stands there exactly once, the engine makes a suggestion of it. `evidence` are further spans worth quoting; the span itself is always quoted.
    Hits that a change brings with the same `group` (not empty) become one finding, on the first of their lines.
    """

    subject: str
    span: Span
    message: str
    scenario: tuple[str, ...]
    fix: str
    severity: Severity | None = None
    confidence: Confidence | None = None
    replace: tuple[str, str] | None = None
    evidence: tuple[Span, ...] = ()
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A change of one or more files, path -> text. An absent path means that the file does not exist on that side.

    A line that must be hit ends with the marker `! here` behind the language's comment sign (`// ! here`, `# ! here`):
    in `after` when the danger is in the new code, in `before` when it is a removal. Markers are cut off before use.
    JSON has no comments: there the mark is the pair `(path, side, line)` in `marks`.
    """

    title: str
    after: dict[str, str]
    before: dict[str, str]
    marks: tuple[tuple[str, str, int], ...] = ()


class Bad(Example):
    """A change that must be reported, on exactly the marked lines."""


class Good(Example):
    """A change that must stay silent; `title` says why it is fine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One danger.

    `inspect(facts)` yields the hits of one version of the code; the engine reports those that the change introduces.
    `compare(delta)` yields hits that only the difference shows. At least one of the two is given. Their argument types
    are `reviewer.facts.streaming.FactSet` and `reviewer.facts.delta.Delta`; core cannot name them.
    """

    id: str
    title: str
    category: Category
    severity: Severity
    confidence: Confidence
    technologies: tuple[str, ...]
    references: tuple[str, ...]
    bad: tuple[Bad, ...]
    good: tuple[Good, ...]
    inspect: Callable[[Any], Iterable[Hit]] | None = None
    compare: Callable[[Any], Iterable[Hit]] | None = None
