"""Ways into the fakes of the clouds, and how a test asks there."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from typing import Any

from fakes.claude import FakeBedrock, FakeVertex
from fakes.claude.bedrock import ACCESS_KEY, BEARER, REGION, SECRET_KEY, SESSION_TOKEN
from fakes.claude.vertex import PROJECT, TOKEN
from fakes.loopback import Call

from reviewer.core.problem import Problem
from reviewer.model.access import Access, Bedrock, Vertex
from reviewer.model.anthropic import ClaudeReviewer
from reviewer.model.ceiling import Ceiling
from reviewer.model.fan_out import FanOut, Limits, fan_out
from reviewer.model.port import Exchange, ModelRequest
from reviewer.model.reply import Reply as Answered
from reviewer.model.reply import parse_reply

EMPTY: dict[str, Any] = {"findings": [], "verdicts": [], "needs": []}
REQUEST = ModelRequest(system_blocks=("You review. " * 300, "Risks."), user="unit u1", schema_name="review")
SECRETS = (BEARER, SECRET_KEY, SESSION_TOKEN, ACCESS_KEY, TOKEN, "PRIVATE KEY", "hush")
#: The variables that a workflow or a user sets.
KEYS = {
    "AWS_REGION": REGION, "AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY, "AWS_SESSION_TOKEN": SESSION_TOKEN,
}  # fmt: skip
BEARERS = {"AWS_REGION": REGION, "AWS_BEARER_TOKEN_BEDROCK": BEARER}


def keys(url: str, region: str = REGION) -> Bedrock:
    return Bedrock(
        region=region, base_url=url, access_key=ACCESS_KEY, secret_key=SECRET_KEY, session_token=SESSION_TOKEN
    )  # fmt: skip


def bearer(url: str, region: str = REGION) -> Bedrock:
    return Bedrock(region=region, base_url=url, bearer=BEARER)


def google(server: FakeVertex, credentials: str | None = None, project: str = PROJECT) -> Vertex:
    info = json.loads(credentials or server.service_account())
    return Vertex(region=server.region, project=project, base_url=f"{server.url}/v1", credentials=info)


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A cloud and a way in."""

    server: FakeBedrock | FakeVertex
    access: Access

    @property
    def asked(self) -> list[Call]:
        """Requests for an answer, without those for a token."""
        return [call for call in self.server.requests if call.path.startswith(("/model/", "/v1/"))]


def reviewer(access: Access, *, seconds: float = 30.0, retries: int = 0, model: str = "sonnet") -> ClaudeReviewer:
    return ClaudeReviewer(
        access=access, model=model, deadline=time.monotonic() + seconds, clock=time.monotonic, max_output_tokens=2_000,
        max_retries=retries,
    )  # fmt: skip


def ask(access: Access, **options: Any) -> Exchange:
    with reviewer(access, **options) as claude:
        return claude.review(REQUEST, lambda: None)


def said(exchange: Exchange) -> str:
    assert isinstance(exchange.result, Problem), exchange.result
    assert not any(secret in exchange.result.message for secret in SECRETS), exchange.result.message
    return exchange.result.message


def run(access: Access, *names: str, ceiling: float | None = None, **options: Any) -> FanOut[Answered]:
    with reviewer(access, **options) as claude:
        limits = Limits(
            deadline=time.monotonic() + 30, clock=time.monotonic, model=claude.model, max_output_tokens=2_000,
            has_list_price=claude.has_list_price, ceiling=Ceiling(ceiling) if ceiling is not None else None, workers=1,
        )  # fmt: skip
        requests = {name: replace(REQUEST, user=f"unit {name}.") for name in names or ("u1",)}
        return fan_out(requests, claude, parse_reply, limits)
