"""Claude as Amazon Bedrock offers it: InvokeModelWithResponseStream, signed requests, AWS's errors and frames."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from fakes.claude import answers, aws
from fakes.claude.answers import Answer
from fakes.claude.errors import ApiError
from fakes.claude.models import MODELS
from fakes.claude.server import FakeClaude, body_of
from fakes.loopback import Call, Reply, json_reply

ACCESS_KEY, SECRET_KEY, SESSION_TOKEN = "AKIAFAKEFORTESTS", "aws-fake-secret-for-tests", "aws-fake-session-for-tests"
BEARER = "bedrock-api-key-fake-for-tests"
REGION = "eu-west-1"
#: What a model before Claude 4.7 is called here, and what the fake lets answer in its place.
OLD_MODEL = "anthropic.claude-sonnet-4-5-20250929-v1:0"
_STAND_IN = "claude-sonnet-5-5"
_PATH = re.compile(r"/model/(?P<model>[^/]+)/(?P<verb>invoke|invoke-with-response-stream)")
_PROFILE = re.compile(r"(?P<where>global|us|eu|jp|au)\.(?P<base>anthropic\..+)")
_OLD_VERSION, _NEW_VERSION = "bedrock-2023-05-31", "2026-10-21"
#: In the URL, of the endpoints of Anthropic alone, or of a feature that Bedrock does not have.
_FOREIGN = frozenset(
    {
        "model",
        "stream",
        "service_tier",
        "inference_geo",
        "speed",
        "container",
        "diagnostics",
        "cache_control",
        "metadata",
    }
)
_TYPES = {
    400: "ValidationException", 403: "AccessDeniedException", 404: "ResourceNotFoundException", 408: "ModelTimeoutException",
    424: "ModelErrorException", 429: "ThrottlingException", 500: "InternalServerException", 503: "ServiceUnavailableException",
}  # fmt: skip


class FakeBedrock(FakeClaude):
    """A Bedrock of one region. `key` is its bearer token; the pair of keys belongs to a session.

    `prompts` are the bodies with the `model` that stood in the path.
    """

    route = "POST /model/*"
    id_header = "x-amzn-requestid"

    def __init__(self, *, key: str = BEARER, region: str = REGION) -> None:
        self.region = region
        self.secret_key, self.session_token = SECRET_KEY, SESSION_TOKEN
        super().__init__(key=key)

    def _error(self, status: int, message: str, request_id: str, headers: Mapping[str, str]) -> Reply:
        kind = _TYPES.get(status, "InternalServerException")
        return json_reply(
            {"message": message}, status, {"x-amzn-errortype": kind, self.id_header: request_id, **headers}
        )

    def _routed(self, call: Call) -> Reply:
        self._check_door(call)
        found = _PATH.fullmatch(call.raw_path)
        if call.method != "POST" or found is None:
            raise ApiError(404, "UnknownOperationException")
        body = body_of(call)
        for name in body:
            if name in _FOREIGN:
                raise ApiError(400, f"{name}: Extra inputs are not permitted")
        model = self._model(
            unquote(found["model"]), body.pop("anthropic_version", None), body.get("output_config") or {}
        )
        body.pop("anthropic_beta", None)
        return self._message({**body, "model": model, "stream": found["verb"] == "invoke-with-response-stream"})

    def _model(self, name: str, version: object, config: Mapping[str, Any]) -> str:
        profile = _PROFILE.fullmatch(name.rpartition("/")[2])
        base = profile["base"] if profile is not None else name
        is_old = base == OLD_MODEL
        model = base.removeprefix("anthropic.")
        if not is_old and (model == base or model not in MODELS):
            raise ApiError(400, "The provided model identifier is invalid.")
        if profile is None:
            raise ApiError(
                400,
                f"Invocation of model ID {name} with on-demand throughput isn't supported. Retry your request with the ID or ARN "
                "of an inference profile that contains this model.",
            )
        if version not in ((_OLD_VERSION,) if is_old else (_OLD_VERSION, _NEW_VERSION)):
            raise ApiError(400, "anthropic_version: Field required" if version is None else "Invalid API version")
        if not is_old and "format" in config:
            raise ApiError(400, "output_config.format: Extra inputs are not permitted")
        if is_old and "effort" in config:
            raise ApiError(400, "This model does not support the effort parameter.")
        return _STAND_IN if is_old else model

    def _check_door(self, call: Call) -> None:
        scheme, _, bearer = call.headers.get("authorization", "").partition(" ")
        if scheme == "Bearer":
            if bearer != self.key:
                raise ApiError(403, "Authentication failed: Please make sure your API Key is valid.")
            return
        aws.check_signature(
            call, access_key=ACCESS_KEY, secret_key=self.secret_key, session_token=self.session_token, region=self.region
        )  # fmt: skip

    def _sent(self, answer: Answer, whole: Mapping[str, Any]) -> Reply:
        headers = {"content-type": "application/vnd.amazon.eventstream"}
        return Reply(headers=headers, chunks=_framed(answers.stream(answer, whole)))


def _framed(events: Iterator[bytes]) -> Iterator[bytes]:
    """The same events in AWS's frames; there are no pings, and an error is a frame of its own kind."""
    for raw in events:
        data = json.loads(raw.decode().split("data: ", 1)[1])
        if data["type"] == "error":
            yield aws.exception("modelStreamErrorException", data["error"]["message"])
            return
        if data["type"] != "ping":
            yield aws.chunk(data)
