"""What stands for a name in other files: constants, keys of configuration, variables of the environment, channels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from reviewer.context.shelf import is_document
from reviewer.core.lazily import lazily
from reviewer.facts.stream_map.constants import constants_over
from reviewer.facts.streaming.model import FileFacts
from reviewer.relevance.decide import may_be_streaming

NAMES = 12  # that are looked up
_TELLING = 6  # characters of a constant that is looked up without its class
_CHANNEL = lazily(r"\bmp\.messaging\.(?:incoming|outgoing)\.([\w-]+)\.topic$")
_IS_GROUP = lazily(r"^spring\.kafka\.consumer\.group-?id$", re.IGNORECASE)
_DEFAULT_GROUP = ("KafkaListener",)  # who does not say a group is in that of the configuration
_CONSTANT = lazily(r"^[A-Za-z_][\w.]{4,}$")


def is_of_use(path: str, text: str, words: Sequence[str]) -> bool:
    """Streaming code and documents; of other code, what may say what a name stands for."""
    if is_document(path) or may_be_streaming(path, text):
        return True
    return any(f'"{word}"' in text or f"'{word}'" in text or _declares(text, word) for word in words)


def _declares(text: str, word: str) -> bool:
    return word in text and re.search(rf"\b(class|object|interface|enum|record) {re.escape(word)}\b", text) is not None


def stand_ins(files: Iterable[FileFacts], names: Sequence[str]) -> list[str]:
    """Constants and keys of configuration whose value is one of the names, or is made with it."""
    wanted = set(names)
    found: list[str] = []
    for facts in files:
        constants = [name for name, text in facts.names.constants.items() if text in wanted and "#" not in name]
        for assignment in facts.syntax.assignments:  # `ORDERS = Param.string("orders-topic", "orders")`
            is_own = assignment.function is None or not assignment.is_declaration  # a static field that a method fills
            made = assignment.value.call if assignment.value is not None and is_own else None
            if made is not None and any(a.value.literal in wanted for a in facts.syntax.calls[made].arguments):
                constants.append(assignment.target)
        found += [name if len(last := name.rpartition(".")[2]) < _TELLING else last for name in constants]
        if facts.syntax.entries:
            variables = constants_over([facts]).environment.items()
            found += [name for name, every in variables if any(one.text in wanted for one in every)]
            found += [m[1] for e in facts.syntax.entries if e.value in wanted and (m := _CHANNEL.search(e.dotted))]
            found += (
                _DEFAULT_GROUP
                if any(e.value in wanted and _IS_GROUP.search(e.dotted) for e in facts.syntax.entries)
                else ()
            )
        found += [e.dotted for e in facts.syntax.entries if e.value in wanted and len(e.keys) > 1]
        found += [e.dotted for e in facts.syntax.entries if e.value in wanted and "." in e.keys[-1]]
    return [word for word in dict.fromkeys(found) if _CONSTANT.match(word) or "." in word or "-" in word][:NAMES]
