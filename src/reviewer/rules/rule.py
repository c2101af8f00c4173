"""What a rule is: one danger, its page and the functions that see it.

The page is the docstring of the rule's module: the title (the danger in the reader's words), a sentence about what the rule sees, then
What it catches / Why it hurts in production / What to do / Trade-off (where the fix costs something: what, and when the cheaper choice is
legitimate) / What it cannot see / Examples (see `examples.py`) / References.
The module ends with one constant `RULE`; what the file's name, its folder or its page says already is not said again there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import KW_ONLY, dataclass

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.core.value import value
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FactSet
from reviewer.rules.technologies import TECHNOLOGIES

_REFERENCE = re.compile(r"(?m)^- (https://\S+)$")


@value()
class Hit:
    """A rule's observation.

    `subject` identifies what it is about, stable under moved lines (`OrderConsumer.run/commitSync`): the engine reports
    a state hit only when the other version has no hit with the same subject, and the fingerprint is built from it.
    `scenario` is the sequence of events, one per step, ending in the damage. `severity`, `confidence` and `category` override the
    rule's own. `fix` is specific to the code at hand. `replace` is (old, new) text inside the span's single line: when the old
    text stands there exactly once, the engine makes a suggestion of it (`suggestion.py`). `evidence` are further spans worth quoting; the span itself is always quoted.
    Hits that a change brings with the same `group` (not empty) become one finding, on the first of their lines; it `stands_for_more`,
    and no edit of its one line would cure it.
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
    category: Category | None = None
    stands_for_more: bool = False


Inspect = Callable[[FactSet], Iterable[Hit]]
Compare = Callable[[Delta], Iterable[Hit]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One danger: `RULE = Rule(__name__, __doc__, …)`.

    `inspect(facts)` yields the hits of one version of the code; the engine reports those that the change introduces.
    `compare(delta)` yields hits that only the difference shows. At least one of the two is given. `only` names the
    technologies of the folder that the rule is about, when it is not about all of them. `covers` are dangers of the catalogue
    (`reviewer.risks`) that it checks beside the one of its own id. With `put_back` a line that the change replaced is cured by
    its old text: the engine suggests it where `replace` says nothing.
    """

    module: str
    page: str | None
    _: KW_ONLY
    category: Category
    severity: Severity
    confidence: Confidence
    only: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    put_back: bool = False
    inspect: Inspect | None = None
    compare: Compare | None = None

    @property
    def id(self) -> str:
        """The file's name: what users write to ignore, configure or look up the rule."""
        return self.module.rpartition(".")[2].replace("_", "-")

    @property
    def folder(self) -> str:
        """The folder that the rule lies in."""
        return self.module.split(".")[-2]

    @property
    def title(self) -> str:
        """The first line of the page, without its full stop; the id where Python was told to drop docstrings."""
        return (self.page or "").split("\n", 1)[0].rstrip(".") or self.id

    @property
    def text(self) -> str:
        """The page without its title."""
        return (self.page or "").partition("\n")[2].strip()

    @property
    def summary(self) -> str:
        """What the rule sees, in a sentence: what follows the title, or the title itself where nothing does."""
        first = self.text.split("\n", 1)[0]
        return first if first and not first.startswith("#") else self.title

    @property
    def references(self) -> tuple[str, ...]:
        """The links of the page's last section."""
        return tuple(_REFERENCE.findall((self.page or "").partition("\n## References\n")[2]))

    @property
    def trade_off(self) -> str | None:
        """What the fix costs and when the cheaper choice is legitimate, as one line; None where it costs nothing worth a word."""
        _, found, rest = (self.page or "").partition("\n## Trade-off\n")
        return " ".join(rest.partition("\n## ")[0].split()) if found else None

    @property
    def technologies(self) -> tuple[str, ...]:
        """What the rule is about, in the words of the briefs."""
        return self.only or TECHNOLOGIES[self.folder].names
