"""What is known of a value in the code."""

from __future__ import annotations

from enum import StrEnum

from reviewer.core.value import value


class Known(StrEnum):
    """How a value is known. Unknown is not false: a rule must say what it does with it (usually: stay silent)."""

    EXPLICIT = "explicit"
    DEFAULT = "default"
    UNKNOWN = "unknown"


@value()
class Value:
    """A resolved value. `text` is lower-level text (unquoted); for UNKNOWN it is the expression as written."""

    known: Known
    text: str

    def is_explicit(self, *texts: str) -> bool:
        """Whether it is written in the code and equals one of the texts, ignoring case."""
        return self.known is Known.EXPLICIT and self.text.lower() in texts

    def is_known(self, *texts: str) -> bool:
        """Whether it is explicit or the version's default and equals one of the texts, ignoring case."""
        return self.known is not Known.UNKNOWN and self.text.lower() in texts


UNKNOWN = Value(known=Known.UNKNOWN, text="")
