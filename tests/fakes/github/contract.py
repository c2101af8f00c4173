"""Requests and answers held against GitHub's published OpenAPI description (see openapi/, MIT licence beside it)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

from fakes.loopback import Call, Reply

DESCRIPTION = Path(__file__).parent / "openapi" / "api.github.com.json"
#: Parameters whose value may hold slashes, which the description writes as one path segment.
_TAILS = ("contents", "compare", "commits")


@dataclass(slots=True)
class _Request:
    """The request in the form openapi-core reads. The host is the description's, so that one load serves every server."""

    host_url: str
    method: str
    path: str
    content_type: str
    body: bytes | None
    parameters: RequestParameters


@dataclass(frozen=True, slots=True)
class _Response:
    status_code: int
    content_type: str
    headers: Headers
    data: bytes | None


#: Fields of review comments that GitHub sends as null (outdated, on a file, single-line) though described otherwise.
_REALLY_NULLABLE = ("line", "original_line", "original_position", "position", "start_side")


@cache
def _description() -> OpenAPI:
    described = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    for name in ("pull-request-review-comment", "review-comment"):
        properties = described["components"]["schemas"][name]["properties"]
        for field in _REALLY_NULLABLE:
            if "$ref" in properties.get(field, {"$ref": ""}):
                continue
            properties[field]["nullable"] = True
            if "enum" in properties[field]:
                properties[field]["enum"].append(None)
    # The repository of a head is null once the fork is deleted.
    head = described["components"]["schemas"]["pull-request"]["properties"]["head"]["properties"]
    head["repo"] = {"$ref": "#/components/schemas/nullable-repository"}
    # A directory is answered as a list, which has no `type` to tell the kinds apart by.
    contents = described["paths"]["/repos/{owner}/{repo}/contents/{path}"]["get"]["responses"]["200"]
    del contents["content"]["application/json"]["schema"]["discriminator"]
    return OpenAPI.from_dict(described)


def request_violations(call: Call) -> list[str]:
    """What in `call` GitHub's description doesn't allow; an unknown address is the fake's 404 and not a violation."""
    return [_words(error) for error in _description().iter_request_errors(_request(call))]


def response_violations(call: Call, reply: Reply) -> list[str]:
    """What in our own JSON answer GitHub would not send: a bug of the fake. Undescribed error statuses are not checked."""
    if "json" not in reply.headers.get("content-type", ""):
        return []
    response = _Response(reply.status, "application/json", Headers(dict(reply.headers)), reply.body)
    errors = list(_description().iter_response_errors(_request(call), response))
    if reply.status >= 400:
        errors = [error for error in errors if "Unknown response" not in str(error)]
    return [_words(error) for error in errors]


def _request(call: Call) -> _Request:
    media = call.headers.get("content-type", "application/json").split(";")[0]
    parameters = RequestParameters(
        query=ImmutableMultiDict(dict(call.query)), header=Headers(dict(call.headers)), cookie=ImmutableMultiDict()
    )
    body = call.body or None
    return _Request("https://api.github.com", call.method.lower(), _one_segment(call.path), media, body, parameters)


def _one_segment(path: str) -> str:
    """`path` with the tail that may hold slashes encoded: openapi-core matches one segment per parameter."""
    parts = path.split("/", 5)
    if len(parts) == 6 and parts[4] in _TAILS:
        parts[5] = quote(parts[5], safe="")
    return "/".join(parts)


def _words(error: Exception) -> str:
    """The reasons without the values around them, which fill screens."""
    found: list[str] = []
    at: BaseException | None = error
    while at is not None and not found:
        reasons = getattr(at, "schema_errors", None) or ()
        found = [f"{'.'.join(map(str, one.absolute_path))}: {one.message[-200:]}" for one in reasons]
        at = at.__cause__
    return "; ".join(found) or f"{type(error).__name__}: {error} {error.__cause__ or ''}".strip()
