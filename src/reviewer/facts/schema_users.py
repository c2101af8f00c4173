"""The code beside a change that uses the types of a changed schema: it shows whether the schema is streamed, and to which topic."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from itertools import islice

from reviewer.core.change import ChangeSet
from reviewer.core.lazily import lazily
from reviewer.core.span import Side
from reviewer.facts.lookup import Looked, Looking
from reviewer.facts.workers import Job, Key
from reviewer.files import FileKind, kind_of

_SCHEMAS = (".proto", ".avsc", ".avdl", ".schema.json")
_CODE = lazily(r"\.(java|kts?|scala|groovy|py|go|tsx?|jsx?|[mc][jt]s|cs|rs)$")
_GENERATED = lazily(r"_pb2(_grpc)?\.py$|\.pb\.\w+$|_pb\.(js|ts)$|(^|/)(generated|node_modules|vendor|build|target)/")
_DECLARED = lazily(
    r"^\s*(?:message|record|error)\s+([A-Z]\w*)|\"type\"\s*:\s*\"record\"[^{}]{0,300}?\"name\"\s*:\s*\"([A-Z]\w*)\""
    r"|\"name\"\s*:\s*\"([A-Z]\w*)\"[^{}\[\]]{0,300}?\"type\"\s*:\s*\"record\"|\"title\"\s*:\s*\"([A-Z]\w*)\"",
    re.MULTILINE,
)
STREAMS = lazily(r"kafka|flink|sarama|redpanda|faust|@app\.agent|quixstreams|streamiz", re.IGNORECASE)
_LIKELY = lazily(r"consum|produc|listen|handl|stream|topolog|publish|sink|source|event", re.IGNORECASE)
_NAMES = 20
_FILES = 10
_READ = 60  # files that are looked at for a streaming library


def schema_user_jobs(looking: Looking, known: Container[Key]) -> Looked:
    """A few files of streaming code that name a type of a schema that the change modifies; none where the reader can't search."""
    side, names = Side.AFTER, list(dict.fromkeys(_types(looking.change_set)))[:_NAMES]
    found, unsearched = looking.holding(names, sought="the code that uses the changed schemas", subject="schemas")
    paths = [path for path in found if is_code(path) and (path, side) not in known]
    paths.sort(key=lambda p: (_LIKELY.search(p.rsplit("/", 1)[-1]) is None, p.count("/"), p))
    jobs = (Job(path=p, text=text, side=side) for p, text in looking.texts(paths[:_READ]) if STREAMS.search(text))
    return list(islice(jobs, _FILES)), unsearched


def is_code(path: str) -> bool:
    """Whether it is code of production."""
    return bool(_CODE.search(path)) and not _GENERATED.search(path) and kind_of(path) is not FileKind.TEST


def _types(change_set: ChangeSet) -> Iterator[str]:
    for change in change_set.files:
        if change.path.endswith(_SCHEMAS) and change.before is not None and change.after is not None:
            for match in _DECLARED.finditer(change.after):
                yield next(name for name in match.groups() if name)
