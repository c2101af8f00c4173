"""A failure as a value. No findings because of a failure must never look like no findings."""

from __future__ import annotations

from reviewer.core.value import value


@value()
class Problem:
    """What went wrong in a step of the review.

    `step` is the part that failed (`diff`, `facts`, `rule`, `model`, `publish` …), `subject` what it worked on
    (a file, a rule, a request) and `message` says what happened and, where something can be done, what.
    """

    step: str
    subject: str
    message: str


class ReviewError(Exception):
    """The review cannot be done and the user can do something about it. Ends with exit code 2."""


class OutageError(ReviewError):
    """A service that the run depends on (GitHub, the model) failed. In the action this ends green unless required."""
