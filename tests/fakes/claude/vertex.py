"""Claude as Google Cloud offers it: the model in the path, tokens of Google, Google's errors; and where such tokens are fetched."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from fakes.claude.errors import ApiError
from fakes.claude.models import MODELS
from fakes.claude.server import FakeClaude, body_of
from fakes.loopback import Call, Reply, json_reply

TOKEN = "ya29.fake-token-for-tests"
PROJECT, REGION = "acme-reviews", "global"
ACCOUNT = "reviewer@acme-reviews.iam.gserviceaccount.com"
#: Whom a service account's assertion is for, wherever it is sent.
_AUDIENCE = "https://oauth2.googleapis.com/token"
_IMPERSONATE = f"/v1/projects/-/serviceAccounts/{ACCOUNT}:generateAccessToken"
SUBJECT_TOKEN = "oidc-fake-token-of-the-workflow"
_PATH = re.compile(
    r"/v1/projects/(?P<project>[^/]+)/locations/(?P<region>[^/]+)/publishers/anthropic/models/(?P<model>[^/:]+):(?P<verb>\w+)"
)
_VERSIONS = ("vertex-2023-10-16", "2026-10-21")
_FOREIGN = frozenset({"model", "service_tier", "inference_geo", "speed", "container", "diagnostics"})
_STATES = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED",
}  # fmt: skip


class FakeVertex(FakeClaude):
    """A project of Google Cloud with Claude in one location; `key` is the token that it lets in and that it gives out.

    `/token` is where a service account fetches it, `/sts` and the account's own page where a workflow's identity does.
    """

    route = "POST /v1/projects/*"
    id_header = "x-vertex-ai-request-id"

    def __init__(self, *, key: str = TOKEN, region: str = REGION) -> None:
        self.region = region
        self.given_out: list[str] = []
        super().__init__(key=key)

    def _error(self, status: int, message: str, request_id: str, headers: Mapping[str, str]) -> Reply:
        error = {"code": status, "message": message, "status": _STATES.get(status, "UNKNOWN")}
        return json_reply({"error": error}, status, {self.id_header: request_id, **headers})

    def _routed(self, call: Call) -> Reply:
        if call.path in ("/token", "/sts", "/oidc", _IMPERSONATE):
            return self._token(call)
        self._check_door(call)
        found = _PATH.fullmatch(call.path)
        if call.method != "POST" or found is None or found["verb"] not in ("rawPredict", "streamRawPredict"):
            raise ApiError(404, "Not found")
        if found["project"] != PROJECT:
            raise ApiError(
                403, f"Permission 'aiplatform.endpoints.predict' denied on resource of project {found['project']}."
            )
        if found["region"] != self.region or found["model"] not in MODELS:
            raise ApiError(404, f"Publisher Model `publishers/anthropic/models/{found['model']}` was not found.")
        body = body_of(call)
        for name in body:
            if name in _FOREIGN:
                raise ApiError(400, f"{name}: Extra inputs are not permitted")
        if body.pop("anthropic_version", None) not in _VERSIONS:
            raise ApiError(400, "anthropic_version: Field required")
        if bool(body.get("stream")) != (found["verb"] == "streamRawPredict"):
            raise ApiError(400, "stream: does not fit the method")
        return self._message({**body, "model": found["model"]})

    def _check_door(self, call: Call) -> None:
        if call.headers.get("authorization") != f"Bearer {self.key}":
            raise ApiError(401, "Request had invalid authentication credentials. Expected OAuth 2 access token.")

    def _token(self, call: Call) -> Reply:
        if call.path == "/oidc":
            if call.headers.get("authorization") != "Bearer request-token":
                raise ApiError(401, "Unauthorized")
            return json_reply({"value": SUBJECT_TOKEN})
        if call.path == _IMPERSONATE:
            if call.headers.get("authorization") != "Bearer federated":
                raise ApiError(401, "Unauthorized")
            self.given_out.append("impersonated")
            return json_reply({"accessToken": self.key, "expireTime": "2999-01-01T00:00:00Z"})
        asked = {name: values[0] for name, values in parse_qs(call.body.decode()).items()}
        if call.path == "/sts":
            if asked.get("subject_token") != SUBJECT_TOKEN:
                return json_reply(
                    {"error": "invalid_grant", "error_description": "The subject token is not valid."}, 400
                )
            return json_reply({"access_token": "federated", "token_type": "Bearer", "expires_in": 3600,
                               "issued_token_type": "urn:ietf:params:oauth:token-type:access_token"})  # fmt: skip
        try:
            claims = jwt.decode(asked.get("assertion", ""), _key().public_key(), ["RS256"], audience=_AUDIENCE)
        except jwt.PyJWTError:
            return json_reply({"error": "invalid_grant", "error_description": "Invalid JWT Signature."}, 400)
        self.given_out.append(claims["iss"])
        return json_reply({"access_token": self.key, "token_type": "Bearer", "expires_in": 3599})

    def service_account(self) -> str:
        """A credentials file with a key, as Google gives it out."""
        form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        key = _key().private_bytes(serialization.Encoding.PEM, *form).decode()
        content = {
            "type": "service_account", "project_id": PROJECT, "private_key_id": "1", "private_key": key, "client_email": ACCOUNT,
            "client_id": "1", "token_uri": f"{self.url}/token",
        }  # fmt: skip
        return json.dumps(content)

    def workload_identity(self, **changes: Any) -> str:
        """A credentials file without a key, as the `auth` action of Google writes it in a workflow."""
        content = {
            "type": "external_account", "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/g",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "token_url": f"{self.url}/sts",
            "service_account_impersonation_url": f"{self.url}{_IMPERSONATE}",
            "credential_source": {
                "url": f"{self.url}/oidc", "headers": {"Authorization": "Bearer request-token"},
                "format": {"type": "json", "subject_token_field_name": "value"},
            },
        }  # fmt: skip
        return json.dumps({**content, **changes})


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
