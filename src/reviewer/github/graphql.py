"""Questions in GraphQL. They go by POST but only read, so they are repeated as every read is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reviewer.core.problem import OutageError
from reviewer.github.limits import graphql_limit
from reviewer.github.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`data` may be there in part: `errors` then say what is missing. Both are empty when GitHub left them out."""

    data: Mapping[str, Any]
    errors: tuple[Mapping[str, Any], ...]

    @property
    def kinds(self) -> frozenset[str]:
        """GitHub's types of the errors; "" for an error without one, as timeouts and faults of the query are."""
        kinds = (error.get("type") for error in self.errors)
        return frozenset(kind if isinstance(kind, str) else "" for kind in kinds)

    @property
    def words(self) -> str:
        """What the errors say, for a person."""
        return "; ".join(str(error.get("message", "")) for error in self.errors)[:300]


def ask(session: Session, query: str, variables: Mapping[str, Any], what: str, *, tries: int | None = None) -> Answer:
    """The answer, also one in part. OutageError and ReviewError as of every read; a limit told in a 200 counts as one."""
    return _ask(session, query, variables, what, tries, is_partial=True)


def whole_answer(session: Session, query: str, variables: Mapping[str, Any], what: str) -> Mapping[str, Any]:
    """The whole `data` of a query. An answer with errors is none, and is asked for again."""
    return _ask(session, query, variables, what, None, is_partial=False).data


def _ask(
    session: Session, query: str, variables: Mapping[str, Any], what: str, tries: int | None, *, is_partial: bool
) -> Answer:
    asked = {"query": query, "variables": dict(variables)}

    def send() -> tuple[Mapping[str, Any], Any]:
        headers, data = session.asking.requestJsonAndCheck("POST", session.asking.graphql_url, input=asked)
        if limit := graphql_limit(headers, data):
            raise limit
        if not is_partial and (failed := _answer(data)).errors:
            raise OutageError(f"GitHub's GraphQL failed ({failed.words}).")
        return headers, data

    return _answer(session.repeated(send, what, fits=_is_answer if is_partial else _is_whole, tries=tries)[1])


def _is_answer(data: Any) -> bool:
    return isinstance(data, dict) and (isinstance(data.get("data"), dict) or bool(data.get("errors")))


def _is_whole(data: Any) -> bool:
    return isinstance(data, dict) and isinstance(data.get("data"), dict) and not data.get("errors")


def _answer(data: Any) -> Answer:
    content, errors = (data.get("data"), data.get("errors")) if isinstance(data, dict) else (None, None)
    return Answer(
        data=content if isinstance(content, dict) else {},
        errors=tuple(error for error in errors if isinstance(error, dict)) if isinstance(errors, list) else (),
    )
