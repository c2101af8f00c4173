"""A model whose requests and answers are files, so that a person, or any model, can answer them: for scoring, without cost.

A request is `NAME.request.md`, its answer `NAME.answer.json` beside it; the part that all requests share stands once, in
`instructions/`. The name holds a digest of what is asked about and not of the instructions: a better sentence in a prompt leaves old
answers usable, and `outdated` counts them.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from reviewer.core.problem import Problem
from reviewer.core.report import Usage
from reviewer.model import models
from reviewer.model.port import Exchange, ModelRequest

NO_ANSWER = "no answer yet"
_CHARS_PER_TOKEN = 3
_MARK = re.compile(r"^instructions: (\S+)$", re.MULTILINE)

#: The form of an answer to a request, as a closed JSON schema.
SchemaOf = Callable[[ModelRequest], Mapping[str, Any]]


@dataclass(slots=True)
class RecordedReviewer:
    """Answers of one case, in `folder`; `root` is the whole recording. Safe to call from several threads.

    With `schema_of` a request that has no answer is written down; without it nothing is written. Either way it is a Problem, and
    `waiting` names it. Costs are estimates from the length of the texts, as if the shared part were cached and without thinking.
    """

    root: Path
    folder: Path
    model: str
    schema_of: SchemaOf | None = None
    waiting: list[Path] = field(default_factory=list)
    outdated: int = 0
    answered: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def review(self, request: ModelRequest, begun: Callable[[], None]) -> Exchange:
        """The answer on file, or a Problem that says where it is to be written."""
        begun()
        name = f"{request.schema_name}-{_digest(_asked(request))}"
        asked, answer = self.folder / f"{name}.request.md", self.folder / f"{name}.answer.json"
        with self._lock:
            if not answer.is_file():
                # What a later step asks depends on the answers of this one: it is not written down before they are there.
                is_later = any(not path.name.startswith(f"{request.schema_name}-") for path in self.waiting)
                self.waiting += [] if is_later else [asked]
                if self.schema_of is not None and not is_later:
                    self._write(asked, request, self.schema_of(request))
                return Exchange(result=Problem(step="model", subject="recording", message=f"{NO_ANSWER}: {answer}"))
            self.answered += 1
            self.outdated += _instructions(asked) != _digest("\n".join(request.system_blocks))
        text = answer.read_text(encoding="utf-8")
        return Exchange(result=text, usage=estimated(request, text, self.model))

    def _write(self, asked: Path, request: ModelRequest, schema: Mapping[str, Any]) -> None:
        shared = _digest("\n".join(request.system_blocks))
        instructions = self.root / "instructions" / f"{shared}.md"
        for path, text in ((instructions, "\n\n".join(request.system_blocks)), (asked, _page(request, shared, schema))):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def _page(request: ModelRequest, shared: str, schema: Mapping[str, Any]) -> str:
    form = json.dumps(schema, ensure_ascii=False, sort_keys=True)
    return (
        f"instructions: {shared}\n\nRead instructions/{shared}.md first. The answer is one JSON object of this schema, in the file of"
        f" the same name that ends in .answer.json:\n\n{form}\n\n===== request =====\n{_asked(request)}"
    )


def _asked(request: ModelRequest) -> str:
    return f"{request.user}\n\n{request.more}" if request.more else request.user


def _instructions(asked: Path) -> str:
    """The digest of the instructions under which an answer was given; empty when nothing tells."""
    found = _MARK.search(asked.read_text(encoding="utf-8")) if asked.is_file() else None
    return found.group(1) if found else ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def estimated(request: ModelRequest, answer: str, model: str) -> Usage:
    """What the request would have used: the shared part read from the cache, the rest sent, the answer without thinking.

    A unit is written to the cache, and read from it when it is asked about again.
    """
    shared, own = sum(map(_tokens, request.system_blocks)), _tokens(request.user)
    is_kept = request.schema_name == "review"
    usage = Usage(
        requests=1, cache_read_tokens=shared + (own if request.more else 0),
        cache_write_tokens=own if is_kept and not request.more else 0,
        input_tokens=_tokens(request.more) + (0 if is_kept else own), output_tokens=_tokens(answer),
    )  # fmt: skip
    return replace(usage, cost_usd=models.cost(usage, model))


def _tokens(text: str) -> int:
    return -(-len(text) // _CHARS_PER_TOKEN)
