"""How GitHub says no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

DOCS = "https://docs.github.com/rest"


class Refusal(Exception):
    """An error answer: HTTP status, message, and the `errors` list where GitHub sends one."""

    def __init__(self, status: int, message: str, errors: Sequence[str | Mapping[str, str]] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.payload: dict[str, object] = {"message": message, "documentation_url": DOCS, "status": str(status)}
        if errors is not None:
            self.payload["errors"] = list(errors)


def bad_credentials() -> Refusal:
    return Refusal(401, "Bad credentials")


def unauthenticated() -> Refusal:
    return Refusal(401, "Requires authentication")


def not_accessible() -> Refusal:
    return Refusal(403, "Resource not accessible by integration")


def not_found() -> Refusal:
    return Refusal(404, "Not Found")


def empty_repository() -> Refusal:
    """Wherever a commit is wanted and there is none yet."""
    return Refusal(409, "Git Repository is empty.")


def unprocessable(*errors: str) -> Refusal:
    """The form of the review endpoints: sentences, without a word on which comment is meant."""
    return Refusal(422, "Unprocessable Entity", list(errors))


def invalid(resource: str, field: str, message: str, code: str = "custom") -> Refusal:
    """The form of most other endpoints: one object per error."""
    error = {"resource": resource, "code": code, "field": field, "message": message}
    return Refusal(422, "Validation Failed", [error])


def without_hunk(resource: str, field: str, message: str) -> Refusal:
    """What the comment endpoint answers for a file of which GitHub shows no lines: the hunk to be kept with it is missing."""
    blank = {"resource": resource, "code": "missing_field", "field": "pull_request_review_thread.diff_hunk"}
    error = {"resource": resource, "code": "custom", "field": field, "message": message}
    return Refusal(422, "Validation Failed", [error, blank])
