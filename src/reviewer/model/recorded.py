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
_TASK = re.compile(r"^task: (\S+)$", re.MULTILINE)
_UNCACHED = ("sweep", "comparison")  # asked once

#: The form of an answer to a request, as a closed JSON schema.
SchemaOf = Callable[[ModelRequest], Mapping[str, Any]]


@dataclass(slots=True)
class RecordedReviewer:
    """Answers of one case, in `folder`; `root` is the whole recording. Safe to call from several threads.

    With `schema_of` a request that has no answer is written down; without it nothing is written. Either way it is a Problem, and
    `waiting` names it. Costs are estimates from the length of the texts, as they would be billed with the shared part in the cache, without
    thinking.
    """

    root: Path
    folder: Path
    model: str
    schema_of: SchemaOf | None = None
    waiting: list[Path] = field(default_factory=list)
    outdated: int = 0
    answered: int = 0
    _cached: set[str] = field(default_factory=set)
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
            self.outdated += _instructions(asked) != _told(request)
            text = answer.read_text(encoding="utf-8")
            return Exchange(result=text, usage=estimated(request, text, self.model, self._cached))

    def _write(self, asked: Path, request: ModelRequest, schema: Mapping[str, Any]) -> None:
        instructions = self.root / "instructions" / f"{_shared(request)}.md"
        for path, text in ((instructions, "\n\n".join(request.system_blocks)), (asked, _page(request, schema))):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def _page(request: ModelRequest, schema: Mapping[str, Any]) -> str:
    form = json.dumps(schema, ensure_ascii=False, sort_keys=True)
    shared, task = _told(request)
    words = "\n\n".join(text for text in (request.user, request.more, request.last) if text)
    return (
        f"instructions: {shared}\n{f'task: {task}' if task else ''}\n\nRead instructions/{shared}.md first. The answer is one JSON object of"
        f" this schema, in the file of the same name that ends in .answer.json:\n\n{form}\n\n===== request =====\n{words}"
    )


def _asked(request: ModelRequest) -> str:
    """What is asked about, without how to answer."""
    return "\n\n".join(text for text in (request.user, request.more, request.behind) if text)


def _shared(request: ModelRequest) -> str:
    return _digest("\n".join(request.system_blocks))


def _told(request: ModelRequest) -> tuple[str, str]:
    """The digests of the instructions: those that requests share, and those of a task of its own ("" without one)."""
    return _shared(request), _digest(request.task) if request.task else ""


def _instructions(asked: Path) -> tuple[str, str]:
    """The digests of the instructions under which an answer was given; empty when nothing tells."""
    head = asked.read_text(encoding="utf-8").partition("\n===== request =====\n")[0] if asked.is_file() else ""
    shared, task = _MARK.search(head), _TASK.search(head)
    return shared.group(1) if shared else "", task.group(1) if task else ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def estimated(request: ModelRequest, answer: str, model: str, cached: set[str]) -> Usage:
    """What the request would have been billed: the shared part read from the cache, the answer without thinking.

    Of the rest, what ends in a mark is written to the cache by the first request of a run that has it and read by those after it;
    `cached` has the prefixes of the run, and gets those of this request. What stands behind the last mark is paid in full.
    """
    read, written, fresh = sum(map(_tokens, request.system_blocks)), 0, _tokens(request.last)
    prefix = "\n".join(request.system_blocks)
    for text, is_marked in ((request.user, request.schema_name not in _UNCACHED), (request.more, request.keeps_more)):
        prefix = f"{prefix}\n{text}"
        if not is_marked:
            fresh += _tokens(text)
        elif prefix in cached:
            read += _tokens(text)
        else:
            written += _tokens(text)
            cached.add(prefix)
    usage = Usage(
        requests=1,
        cache_read_tokens=read,
        cache_write_tokens=written,
        input_tokens=fresh,
        output_tokens=_tokens(answer),
    )
    return replace(usage, cost_usd=models.cost(usage, model))


def _tokens(text: str) -> int:
    return -(-len(text) // _CHARS_PER_TOKEN)
