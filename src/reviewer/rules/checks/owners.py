"""Questions about several settings of one client: what stands beside each other, wherever the prefix puts it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from reviewer.core.value import value
from reviewer.facts.owners import belongs
from reviewer.facts.streaming.config import key_of
from reviewer.facts.streaming.model import FactSet, FileFacts, Setting
from reviewer.rules.checks.strength import number, plain

_TAKES_BACK = frozenset({"remove", "Remove", "pop", "delete", "unset"})
_INNER = re.compile(r"\.(properties|configuration|config|configs|kafka\.properties)(?=@|$)")


@value()
class Owned:
    """The settings of one client by key; a key that is written with two values is left out."""

    file: FileFacts
    name: str
    settings: Mapping[str, Setting]

    def number(self, key: str) -> int | None:
        """A known whole number, else None."""
        setting = self.settings.get(key)
        return number(setting.value) if setting is not None else None

    def text(self, key: str) -> str:
        """A known value in lower case; "" when it is not there or unknown."""
        setting = self.settings.get(key)
        return (plain(setting.value) or "") if setting is not None else ""


def owned(facts: FactSet, *keys: str, of: str = "") -> Iterator[Owned]:
    """The owners, in each changed file, that have settings of some keys; `of` is a client kind (any without it)."""
    for file in facts.files:
        found: dict[str, dict[str, list[Setting]]] = {}
        for setting in file.settings:
            if setting.key in keys and (not of or belongs(file, setting, of)) and not _is_taken_back(file, setting):
                found.setdefault(owner(setting), {}).setdefault(setting.key, []).append(setting)
        for name, by_key in found.items():
            sure = {key: known[-1] for key, known in by_key.items() if len({s.value for s in known}) == 1}
            yield Owned(file=file, name=name, settings=sure)


def _is_taken_back(file: FileFacts, setting: Setting) -> bool:
    """Code that goes on to remove the key, under a condition or not: `config.remove("session.timeout.ms")`."""
    return setting.in_code and any(
        call.name in _TAKES_BACK
        and call.span.first_line > setting.span.first_line
        and (key := call.argument(0)) is not None
        and (key_of(key, file.names, call.function) or ("",))[0] == setting.key
        for call in file.syntax.calls
    )


def owner(setting: Setting) -> str:
    """Whose it is: the scope without the inner `properties` that frameworks have for keys they do not know."""
    return _INNER.sub("", setting.scope)


def may_be_idempotent(file: FileFacts) -> bool:
    """Whether idempotence is asked about or switched on somewhere in the file."""
    on = any(s.key == "enable.idempotence" and not s.value.is_explicit("false") for s in file.settings)
    return on or any("Idempotent" in block.detail for block in file.syntax.blocks)
