"""Whose a producer is: the code that makes it must end it, unless somebody else does."""

from __future__ import annotations

import re

from reviewer.facts.streaming.model import Client, FileFacts
from reviewer.facts.streaming.names import bare
from reviewer.facts.syntax import BlockKind, ResultUse

_MANAGED = frozenset(
    {"Bean", "Produces", "Provides", "Singleton", "ApplicationScoped", "fixture", "asynccontextmanager", "contextmanager"}
)  # fmt: skip
#: A `lock (_gate)`, a `with self.lock:` ends nothing that is made in it.
_LOCK = re.compile(r"(?i)(lock|mutex|gate|sync(root)?|monitor|guard|sem(aphore)?)(\(\))?$")


def is_unheard(file: FileFacts, client: Client) -> bool:
    """An asynchronous writer of kafka-go without `Completion`: that nobody hears of any failure is told at its sends, of the same cause."""
    given = client.value("async").is_explicit("true")
    sends = [s for s in file.sends if bare(s.operation.holder) == bare(client.holder)]
    return client.library == "kafka-go" and given and bool(sends) and not any(s.handled for s in sends)


def is_own(file: FileFacts, client: Client) -> bool:
    """Kept here: not returned, not a managed bean, not opened by `with` or try-with-resources, not handed to someone else."""
    call = client.call
    if call.result in (ResultUse.RETURNED, ResultUse.ARGUMENT) or client.library == "spring-kafka":
        return False
    opened = file.syntax.enclosing(call.blocks, BlockKind.WITH)
    if opened is not None and not _LOCK.search(opened.detail):
        return False
    function = file.syntax.functions[call.function] if call.function is not None else None
    if function is not None and any(a.simple_name in _MANAGED for a in function.annotations):
        return False
    holder = bare(client.holder)
    handed = (a.value.text for c in file.syntax.calls for a in c.arguments if c.index != call.index)
    returned = (jump.text for jump in file.syntax.jumps)
    with_blocks = (b.detail for b in file.syntax.blocks if b.kind is BlockKind.WITH)
    return (
        bool(holder)
        and not any(bare(t) == holder for t in (*handed, *returned))
        and not any(holder in d for d in with_blocks)
    )
