"""AWS's own parts of a call to Bedrock: the signature of a request (SigV4), and the frames of a streamed answer."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from binascii import crc32
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from struct import pack
from typing import Any
from urllib.parse import quote

from fakes.claude.errors import ApiError
from fakes.loopback import Call

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/(?P<day>\d{8})/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request, "
    r"SignedHeaders=(?P<signed>[^,]+), Signature=(?P<signature>[0-9a-f]{64})"
)
_SKEW = timedelta(minutes=5)
_MUST_BE_SIGNED = {"host", "x-amz-date"}


def check_signature(call: Call, *, access_key: str, secret_key: str, session_token: str, region: str) -> None:
    """ApiError 403 in AWS's words, unless the request is signed with these keys for Bedrock in this region, now."""
    found = _AUTHORIZATION.fullmatch(call.headers.get("authorization", ""))
    if found is None:
        raise ApiError(403, "Missing Authentication Token")
    if found["key"] != access_key or call.headers.get("x-amz-security-token", "") != session_token:
        raise ApiError(403, "The security token included in the request is invalid.")
    stamp = call.headers.get("x-amz-date", "")
    if abs(datetime.now(UTC) - datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)) > _SKEW:
        raise ApiError(403, f"Signature expired: {stamp} is now earlier than it may be.")
    if (found["region"], found["service"]) != (region, "bedrock"):
        raise ApiError(
            403, f"Credential should be scoped to a valid region and correct service: '{region}', 'bedrock'."
        )
    names = found["signed"].split(";")
    if not set(names) >= _MUST_BE_SIGNED | ({"x-amz-security-token"} if session_token else set()):
        raise ApiError(403, "'Host' or a header of AWS must be a 'SignedHeader' in the AWS Authorization.")
    canonical = _canonical(call, names)
    scope = f"{found['day']}/{region}/bedrock/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = f"AWS4{secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    if not hmac.compare_digest(hmac.digest(key, text.encode(), "sha256").hex(), found["signature"]):
        raise ApiError(
            403,
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and "
            f"signing method.\n\nThe Canonical String for this request should have been\n'{canonical}'",
        )


def _canonical(call: Call, names: list[str]) -> str:
    """The request as it is signed. The path is encoded once more: only S3 signs it as it is sent."""
    headers = "".join(f"{name}:{' '.join(call.headers.get(name, '').split())}\n" for name in names)
    return "\n".join(
        (call.method, quote(call.raw_path, safe="/~"), "", headers, ";".join(names), hashlib.sha256(call.body).hexdigest())
    )  # fmt: skip


def chunk(event: Mapping[str, Any]) -> bytes:
    """An event of the Messages API, in the frame that Bedrock sends it in."""
    payload = {"bytes": base64.b64encode(json.dumps(event).encode()).decode(), "p": "abcdefgh"}
    headers = {":event-type": "chunk", ":content-type": "application/json", ":message-type": "event"}
    return _frame(headers, json.dumps(payload).encode())


def exception(kind: str, message: str) -> bytes:
    """A frame that ends the answer with an error."""
    headers = {":exception-type": kind, ":content-type": "application/json", ":message-type": "exception"}
    return _frame(headers, json.dumps({"message": message}).encode())


def _frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    encoded = b"".join(
        pack("!B", len(name)) + name.encode() + pack("!BH", 7, len(value)) + value.encode() for name, value in headers.items()
    )  # fmt: skip
    prelude = pack("!II", 16 + len(encoded) + len(payload), len(encoded))
    message = prelude + pack("!I", crc32(prelude)) + encoded + payload
    return message + pack("!I", crc32(message))
