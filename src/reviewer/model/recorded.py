"""A model whose requests and answers are files, so that a person, or any model, can answer them: for scoring, without cost.

A request is `NAME.request.md`, its answer `NAME.answer.json` beside it; the part that all requests share stands once, in
`instructions/`. The name holds a digest of what is asked about: the names and texts of the data blocks, in whatever order. All else is
instructions: the system part, our own sentences between the blocks, the delimiters' token, the form of the answer. A better sentence
leaves old answers usable, and `outdated` counts them; a line more of code or facts does not. Answers are enough to replay: under which
instructions each was given says its request, or `given` where the request was not kept.
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
ANSWER = ".answer.json"
_CHARS_PER_TOKEN = 3
_UNCACHED = ("sweep", "comparison")  # asked once
_GIVEN = re.compile(r"^given under: (\S+)$", re.MULTILINE)
#: A block of data with its name and token, as `context/delimiter.py` writes it: nothing inside can close it.
_BLOCK = re.compile(r"<data ([\w-]+) token=(\w+)>\n(.*?)\n</data \1 token=\2>", re.DOTALL)

#: The form of an answer to a request, as a closed JSON schema.
SchemaOf = Callable[[ModelRequest], Mapping[str, Any]]


@dataclass(slots=True)
class RecordedReviewer:
    """Answers of one case, in `folder`; `root` is the whole recording. Safe to call from several threads.

    A request that has no answer is written down when `is_open`, else nothing is written. Either way it is a Problem, and `waiting`
    names it. `used` has, by the name of its file, under which instructions each answer was given ("" where nothing tells); `given`
    is what was known of that before. Costs are estimates from the length of the texts, as they would be billed
    with the shared part in the cache, without thinking.
    """

    root: Path
    folder: Path
    model: str
    schema_of: SchemaOf
    is_open: bool = False
    given: Mapping[str, str] = field(default_factory=dict)
    waiting: list[Path] = field(default_factory=list)
    used: dict[str, str] = field(default_factory=dict)
    outdated: int = 0
    _cached: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def review(self, request: ModelRequest, begun: Callable[[], None]) -> Exchange:
        """The answer on file, or a Problem that says where it is to be written."""
        begun()
        name = f"{request.schema_name}-{_digest(_matter(request))}"
        asked, answer = self.folder / f"{name}.request.md", self.folder / f"{name}{ANSWER}"
        with self._lock:
            schema = self.schema_of(request)
            if not answer.is_file():
                # What a later step asks depends on the answers of this one: it is not written down before they are there.
                is_later = any(not path.name.startswith(f"{request.schema_name}-") for path in self.waiting)
                self.waiting += [] if is_later else [asked]
                if self.is_open and not is_later:
                    self._write(asked, request, schema)
                return Exchange(result=Problem(step="model", subject="recording", message=f"{NO_ANSWER}: {answer}"))
            self.used[answer.name] = _given(asked) or self.given.get(answer.name, "")
            self.outdated += self.used[answer.name] != _instructions_of(request, schema)
            text = answer.read_text(encoding="utf-8")
            return Exchange(result=text, usage=estimated(request, text, self.model, self._cached))

    def _write(self, asked: Path, request: ModelRequest, schema: Mapping[str, Any]) -> None:
        shared = _digest("\n".join(request.system_blocks))
        instructions = self.root / "instructions" / f"{shared}.md"
        for path, text in ((instructions, "\n\n".join(request.system_blocks)), (asked, _page(request, shared, schema))):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def _page(request: ModelRequest, shared: str, schema: Mapping[str, Any]) -> str:
    form = json.dumps(schema, ensure_ascii=False, sort_keys=True)
    return (
        f"instructions: {shared}\ngiven under: {_instructions_of(request, schema)}\n\nRead instructions/{shared}.md first. The answer is one"
        f" JSON object of this schema, in the file of the same name that ends in {ANSWER}:\n\n{form}\n\n"
        f"===== request =====\n{_words(request)}"
    )


def _asked(request: ModelRequest) -> str:
    """What is asked about, without how to answer."""
    return "\n\n".join(text for text in (request.user, request.more, request.behind) if text)


def _words(request: ModelRequest) -> str:
    """What stands behind the instructions that requests share."""
    return "\n\n".join(text for text in (request.user, request.more, request.last) if text)


def _matter(request: ModelRequest) -> str:
    """What is asked about: the data blocks, in an order of their own; all of a request that has none."""
    blocks = sorted((match[1], match[3]) for match in _BLOCK.finditer(_asked(request)))
    return json.dumps(blocks) if blocks else _asked(request)


def _instructions_of(request: ModelRequest, schema: Mapping[str, Any]) -> str:
    """A digest of what is not asked about but decides the answer as well."""
    asked = _words(request)
    tokens = {match[2] for match in _BLOCK.finditer(asked)}
    sentences = _BLOCK.sub(lambda match: f"<{match[1]}>", asked)
    for token in tokens:
        sentences = sentences.replace(token, "")
    return _digest(json.dumps([request.system_blocks, sentences, schema], sort_keys=True))


def _given(asked: Path) -> str:
    """The digest of the instructions under which an answer was given, where its request was kept; else empty."""
    found = _GIVEN.search(asked.read_text(encoding="utf-8")) if asked.is_file() else None
    return found.group(1) if found else ""


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
        output_tokens=_tokens(_bare(answer)),
    )
    return replace(usage, cost_usd=models.cost(usage, model))


def _bare(answer: str) -> str:
    """The answer as a model writes it: whoever answers into a file may indent it for reading."""
    try:
        return json.dumps(json.loads(answer), ensure_ascii=False)
    except ValueError:
        return answer


def _tokens(text: str) -> int:
    return -(-len(text) // _CHARS_PER_TOKEN)
