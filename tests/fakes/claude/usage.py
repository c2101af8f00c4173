"""Token counts and the prompt cache, deterministic: the same text always counts the same."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fakes.claude.models import Model
from fakes.claude.rules import blocks

CHARACTERS_PER_TOKEN = 3
#: What the API adds around a request with a schema; small, but it shows that counts are not just text length.
OVERHEAD = 8


def count(text: str) -> int:
    """Tokens of `text`, one for each begun group of three characters."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def block_text(block: Mapping[str, Any]) -> str:
    """The block as it counts and as it is cached: without its cache mark, keys in a fixed order."""
    if block.get("type") == "text":
        return str(block["text"])
    return json.dumps({key: value for key, value in block.items() if key != "cache_control"}, sort_keys=True)


def prompt_tokens(body: Mapping[str, Any]) -> int:
    """Input tokens of a request, cached or not."""
    schema = (body.get("output_config") or {}).get("format")
    extra = count(json.dumps(schema)) if schema else 0
    return OVERHEAD + extra + sum(count(block_text(block)) for block in blocks(body))


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefix:
    """Everything up to one breakpoint: its identity, its tokens, its lifetime (`5m` or `1h`)."""

    key: str
    tokens: int
    lifetime: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """How the input tokens of a request split up."""

    fresh: int
    written: int = 0
    read: int = 0
    lifetime: str = "5m"

    def as_usage(self) -> dict[str, Any]:
        """The input half of the API's `usage`."""
        written = {f"ephemeral_{name}_input_tokens": 0 for name in ("5m", "1h")}
        written[f"ephemeral_{self.lifetime}_input_tokens"] = self.written
        return {
            "input_tokens": self.fresh,
            "cache_creation_input_tokens": self.written,
            "cache_read_input_tokens": self.read,
            "cache_creation": written,
            "service_tier": "standard",
        }


@dataclass(slots=True)
class PromptCache:
    """Prefixes that requests have written; they never expire within a test."""

    _known: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def account(self, body: Mapping[str, Any], model: Model) -> Input:
        """What this request reads and writes. It becomes readable with this call: make it when the answer begins."""
        total = prompt_tokens(body)
        marked = [prefix for prefix in prefixes(body) if prefix.tokens >= model.cache_minimum]
        if not marked:
            return Input(fresh=total)
        with self._lock:
            read = max((prefix.tokens for prefix in marked if prefix.key in self._known), default=0)
            self._known.update(prefix.key for prefix in marked)
        last = marked[-1]
        written = last.tokens - read
        return Input(fresh=total - last.tokens, written=written, read=read, lifetime=last.lifetime)


def prefixes(body: Mapping[str, Any]) -> list[Prefix]:
    """One prefix for each cache breakpoint, shortest first; a top-level mark stands on the last block."""
    form = json.dumps((body.get("output_config") or {}).get("format"), sort_keys=True)  # another form is another prefix
    digest = hashlib.sha256(f"{body['model']}:{form}".encode())
    found, tokens = [], 0
    listed = list(blocks(body))
    for number, block in enumerate(listed):
        text = block_text(block)
        digest.update(f"{len(text)}:{text}".encode())
        tokens += count(text)
        control = block.get("cache_control")
        if number == len(listed) - 1:
            control = control or body.get("cache_control")
        if control:
            found.append(Prefix(key=digest.hexdigest(), tokens=tokens, lifetime=control.get("ttl", "5m")))
    return found
