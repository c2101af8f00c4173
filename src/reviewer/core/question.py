"""What is grave if it is so, and hinges on one thing that nobody could see: it is asked, neither posted on a line nor dropped."""

from __future__ import annotations

from reviewer.core.finding import Category, Severity
from reviewer.core.span import Span
from reviewer.core.value import value


@value()
class Question:
    """`if_so` are the events that follow when the answer is yes; `settle` says what would decide it.

    `id` is the fingerprint of the finding that it would be.
    """

    id: str
    rule_id: str | None
    category: Category
    severity: Severity
    span: Span
    title: str
    question: str
    if_so: tuple[str, ...]
    settle: str
