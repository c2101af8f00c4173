"""Credentials as the clouds' own libraries want them. Those are extras of the package and imported only when a request is sent.

A credentials file of Google says where a token is fetched, so it is checked before anything of it is used: a file that was slipped in
could otherwise send what it reads to anybody. Sources that start a program are not supported.
"""

from __future__ import annotations

import functools
import ipaddress
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from reviewer.model.access import Access, Bedrock, Vertex

_SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
_SECONDS = 20.0  # for one request for a token
_MAX_BYTES = 1_000_000
_ADDRESSES = frozenset({"token_uri", "token_url", "token_info_url", "revoke_url", "service_account_impersonation_url"})
GOOGLE_TYPES = (
    "service_account", "external_account", "authorized_user", "impersonated_service_account",
    "external_account_authorized_user",
)  # fmt: skip


class NoAccessError(Exception):
    """There are no usable credentials. The message names no secret and says what to do."""


def read_google(path: str) -> dict[str, Any]:
    """The content of a credentials file. NoAccessError says what is wrong with it, without showing anything of it."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        info = json.loads(data) if len(data) <= _MAX_BYTES else None
    except (OSError, ValueError, RecursionError) as error:
        raise NoAccessError(f"the credentials file of Google can't be read ({type(error).__name__})") from error
    if not isinstance(info, dict) or info.get("type") not in GOOGLE_TYPES:
        raise NoAccessError(f"the credentials file of Google is of no type that is known ({', '.join(GOOGLE_TYPES)})")
    _check_addresses(info)
    source = info.get("credential_source")
    if isinstance(source, dict) and "executable" in source:
        raise NoAccessError("the credentials file of Google wants to start a program, which is not done")
    return info


def _check_addresses(info: Mapping[str, Any]) -> None:
    """Tokens are fetched from Google only (or from this machine, as in a test)."""
    for name, value in info.items():
        if isinstance(value, dict):
            _check_addresses(value)
        elif name in _ADDRESSES and not (isinstance(value, str) and _is_googles(value)):
            raise NoAccessError(
                f"the credentials file of Google has a {name} that is not an https address of googleapis.com"
            )


def _is_googles(address: str) -> bool:
    parts = urlsplit(address)
    host = parts.hostname or ""
    try:
        is_here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_here = False
    return is_here or (parts.scheme == "https" and host.endswith(".googleapis.com"))


def aws(access: Bedrock) -> tuple[str | None, str | None, str | None]:
    """Access key, secret key and session token; nothing with a bearer token. A profile is looked up once, for the whole run."""
    try:
        import boto3
        from botocore.exceptions import BotoCoreError
    except ImportError as error:
        raise NoAccessError(
            "the provider bedrock needs a part of the package: install stream-review[bedrock]"
        ) from error
    if access.bearer:
        return None, None, None
    if access.access_key:
        return access.access_key, access.secret_key, access.session_token or None
    try:
        found = boto3.Session(profile_name=access.profile, region_name=access.region).get_credentials()
        frozen = found.get_frozen_credentials() if found is not None else None
    except BotoCoreError as error:
        raise NoAccessError(f"AWS gives no credentials for the profile: {error}") from error
    if frozen is None or not frozen.access_key or not frozen.secret_key:
        raise NoAccessError("AWS gives no credentials for the profile; log in, or check AWS_PROFILE")
    return str(frozen.access_key), str(frozen.secret_key), frozen.token


def google(access: Vertex) -> Any:
    """Credentials of google-auth with a token that was just fetched."""
    try:
        from google.auth.exceptions import GoogleAuthError
    except ImportError as error:
        raise NoAccessError("the provider vertex needs a part of the package: install stream-review[vertex]") from error
    try:
        credentials = _loader(access.credentials["type"])(dict(access.credentials), scopes=list(_SCOPES))
        credentials.refresh(_token_request())
    except (GoogleAuthError, ValueError, KeyError, TypeError, AttributeError) as error:
        # A file that lacks a field ends as any of these; the message of a service's refusal comes first in its arguments.
        said = str(error.args[0]) if error.args else ""
        raise NoAccessError(
            f"Google gives no token for the credentials file ({type(error).__name__}: {said})"
        ) from error
    return credentials


def _loader(kind: str) -> Callable[..., Any]:
    """The loader of one type: that of all types would also start programs."""
    if kind == "service_account":
        from google.oauth2 import service_account

        return service_account.Credentials.from_service_account_info
    if kind == "external_account":
        from google.auth import identity_pool

        return identity_pool.Credentials.from_info
    if kind == "authorized_user":
        from google.oauth2 import credentials

        return credentials.Credentials.from_authorized_user_info
    if kind == "impersonated_service_account":
        from google.auth import impersonated_credentials

        return impersonated_credentials.Credentials.from_impersonated_service_account_info
    from google.auth import external_account_authorized_user

    return external_account_authorized_user.Credentials.from_info


def _token_request() -> Callable[..., Any]:
    """How google-auth sends a request: for a limited time, and without following a redirect."""
    import requests
    from google.auth.transport.requests import Request

    session = requests.Session()
    session.max_redirects = 0
    return functools.partial(Request(session), timeout=_SECONDS)


def library_errors(access: Access) -> tuple[type[Exception], ...]:
    """What the cloud's library raises while the SDK signs a request, renews a token or takes an answer apart."""
    if access.provider == "bedrock":
        from botocore.eventstream import ParserError
        from botocore.exceptions import BotoCoreError

        return (BotoCoreError, ParserError)
    if access.provider == "vertex":
        from google.auth.exceptions import GoogleAuthError

        return (GoogleAuthError,)
    return ()
