"""A claim about a setting must not contradict what the code plainly says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Finding
from reviewer.core.span import Side
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FileFacts, Known, Value

# The values of these keys form small sets, so that "acks=1" can be told from "acks is weak".
_KEYS = {
    "acks": r"0|1|-1|all",
    "enable.idempotence": r"true|false",
    "enable.auto.commit": r"true|false",
    "auto.offset.reset": r"earliest|latest|none",
    "isolation.level": r"read_committed|read_uncommitted",
    "processing.guarantee": r"at_least_once|exactly_once(?:_v2|_beta)?",
}
_CLAIM = r"(?<![\w.-]){key}\s*(?:=|:|is set to)\s*[\"'`]?({values})(?![\w.-])"


def check(finding: Finding, delta: Delta) -> str | None:
    """The reason to withhold a finding, or None.

    Deliberately narrow, a true finding weighs more than a false one: the finding stands on the code after the change, its title
    and reason name exactly one value of a key, every client of that file that has the key sets it, visibly, to one other
    value, and nothing in any changed file, on either side, has the value that is claimed. Facts that are defaults or unknown
    contradict nothing.
    """
    file = delta.after.file(finding.span.path)
    if finding.span.side is not Side.AFTER or file is None:
        return None
    text = " ".join((finding.title, finding.why, *finding.scenario))
    for key, values in _KEYS.items():
        pattern = _CLAIM.format(key=re.escape(key), values=values)
        claimed = {match.lower() for match in re.findall(pattern, text, re.IGNORECASE)}
        said = {value.text.lower() for value in _values(file, key) if value.known is Known.EXPLICIT}
        if len(claimed) != 1 or len(said) != 1 or claimed == said or not _all_explicit(file, key):
            continue
        value = next(iter(claimed))
        if not _same_value(value, next(iter(said))) and not _is_anywhere(delta, key, value):
            return f"it speaks of {key}={value}, but {file.path} sets {key}={next(iter(said))}"
    return None


def _all_explicit(file: FileFacts, key: str) -> bool:
    return all(value.known is Known.EXPLICIT for value in _values(file, key))


def _values(file: FileFacts, key: str) -> Iterator[Value]:
    """What the clients of a file have for a key; clients that do not know the key are left out."""
    for client in file.clients:
        value = client.value(key)
        if value.text or value.known is not Known.UNKNOWN or (key == "acks" and client.kind == "producer"):
            yield value


def _same_value(one: str, other: str) -> bool:
    return {one, other} <= {"all", "-1"}


def _is_anywhere(delta: Delta, key: str, value: str) -> bool:
    """Whether any changed file has the claimed value, or one that is not known."""
    for facts in (*delta.before.everything(), *delta.after.everything()):
        for setting in facts.settings:
            if setting.key.endswith(key) and (
                setting.value.known is Known.UNKNOWN or setting.value.text.lower() == value
            ):
                return True
        if any(found.known is not Known.EXPLICIT or found.text.lower() == value for found in _values(facts, key)):
            return True
    return False
