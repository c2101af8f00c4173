"""How a run gets in: who answers, where, and with what. No SDK is needed for these, and no secret stands in their repr."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, ClassVar

from reviewer.core.value import value
from reviewer.model.models import Provider

ANTHROPIC_URL = "https://api.anthropic.com"


@value()
class ApiKey:
    """Anthropic's own API, or a gateway that speaks it."""

    provider: ClassVar[Provider] = "anthropic"
    region: ClassVar[str] = ""
    key: str = field(repr=False)
    base_url: str = ANTHROPIC_URL

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no message may hold."""
        return (self.key,)


@value()
class Bedrock:
    """Amazon Bedrock: a bearer token, or a pair of keys, or (both empty) what boto3 finds for `profile` (None: its default)."""

    provider: ClassVar[Provider] = "bedrock"
    region: str
    base_url: str
    bearer: str = field(default="", repr=False)
    access_key: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    session_token: str = field(default="", repr=False)
    profile: str | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no message may hold; AWS repeats a signed request's headers, the session token among them, in its refusals."""
        return tuple(text for text in (self.bearer, self.secret_key, self.session_token, self.access_key) if text)


@value()
class Vertex:
    """Claude on Google Cloud. `credentials` is the content of a credentials file of Google, checked for where it leads."""

    provider: ClassVar[Provider] = "vertex"
    region: str
    project: str
    base_url: str
    credentials: Mapping[str, Any] = field(repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no message may hold."""
        names = ("private_key", "refresh_token", "client_secret")
        return tuple(text for name in names if isinstance(text := self.credentials.get(name), str) and text)


Access = ApiKey | Bedrock | Vertex


def nobody(provider: Provider) -> Access:
    """What stands for credentials where requests are only shown."""
    if provider == "bedrock":
        return Bedrock(region="", base_url="", bearer="not-needed-to-show")
    if provider == "vertex":
        return Vertex(region="", project="", base_url="", credentials={})
    return ApiKey(key="not-needed-to-show")
