"""Rate limits: how long GitHub wants us to wait. https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api"""

from __future__ import annotations

from datetime import UTC, datetime

from github import GithubException

#: Without a header GitHub asks for at least a minute.
_UNTOLD = 60.0


def rate_limit_wait(error: object, now: float) -> float | None:
    """Seconds to wait before the next request, or None when the error is no rate limit. `now` is seconds since 1970."""
    if not isinstance(error, GithubException) or error.status not in (403, 429):
        return None
    headers = {name.lower(): str(value) for name, value in (error.headers or {}).items()}
    message = str(error.data.get("message", "")).lower() if isinstance(error.data, dict) else ""
    if "retry-after" in headers:
        return _seconds(headers["retry-after"], _UNTOLD)
    if headers.get("x-ratelimit-remaining") == "0":
        # The reset is given in whole seconds: one more, so as not to come too early.
        return max(1.0, _seconds(headers.get("x-ratelimit-reset", ""), now + _UNTOLD) - now + 1)
    if error.status == 429 or "rate limit" in message or "abuse detection" in message:
        return _UNTOLD
    return None


def until_words(wait: float, now: float) -> str:
    """When the wait is over, for a person."""
    return f"after {datetime.fromtimestamp(now + wait, UTC):%H:%M:%S} UTC"


def _seconds(text: str, otherwise: float) -> float:
    return float(text) if text.isascii() and text.isdigit() else otherwise
