"""How strong a guarantee a value is: one table for all keys, from weak to strong. What is not in it can't be compared."""

from __future__ import annotations

from dataclasses import dataclass

from reviewer.facts.streaming.model import Known, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """`steps` are the values from weak to strong, those of one step mean the same, in lower case without the class in front.

    With `numbers` a number is stronger the larger it is; `endless` is the value that means without limit.
    """

    steps: tuple[tuple[str, ...], ...] = ()
    numbers: bool = False
    endless: str = ""

    def of(self, text: str) -> float | None:
        """The rank of a value; None where it has none."""
        plain = text.strip().lower().rsplit(".", 1)[-1].rsplit("::", 1)[-1]
        if self.numbers:
            if plain == self.endless:
                return float("inf")
            return float(plain) if plain.lstrip("-").isdigit() else None
        return next((float(rank) for rank, words in enumerate(self.steps) if plain in words), None)


_OFF_ON = (("false", "0", "off"), ("true", "1", "on"))
_ON_OFF = tuple(reversed(_OFF_ON))
_MORE = Strength(numbers=True)
_MORE_OR_ALL = Strength(numbers=True, endless="-1")

STRENGTHS: dict[str, Strength] = {
    "acks": Strength(steps=(("0", "none", "noresponse"), ("1", "leader", "waitforlocal"), ("all", "-1", "waitforall"))),
    "enable.idempotence": Strength(steps=_OFF_ON),
    "processing.guarantee": Strength(
        steps=(("at_least_once",), ("exactly_once", "exactly_once_beta", "exactly_once_v2"))
    ),
    "delivery.guarantee": Strength(steps=(("none",), ("at_least_once", "at-least-once"), ("exactly_once", "exactly-once"))),
    "isolation.level": Strength(steps=(("read_uncommitted", "0"), ("read_committed", "1"))),
    "auto.offset.reset": Strength(steps=(("latest", "largest", "end"), ("earliest", "smallest", "beginning"), ("none", "error"))),
    "unclean.leader.election.enable": Strength(steps=_ON_OFF),
    "min.insync.replicas": _MORE,
    "default.replication.factor": _MORE,
    "offsets.topic.replication.factor": _MORE,
    "transaction.state.log.replication.factor": _MORE,
    "transaction.state.log.min.isr": _MORE,
    "replication.factor": Strength(numbers=True),
    "retries": _MORE,
    "delivery.timeout.ms": _MORE,
    "retention.ms": _MORE_OR_ALL,
    "retention.bytes": _MORE_OR_ALL,
    "delete.retention.ms": _MORE,
    "min.compaction.lag.ms": _MORE,
    "max.message.bytes": _MORE,
}  # fmt: skip


def is_weaker(key: str, old: Value, new: Value) -> bool:
    """Whether both values are known and the new one guarantees less."""
    strength = STRENGTHS[key]
    if Known.UNKNOWN in (old.known, new.known):
        return False
    before, after = strength.of(old.text), strength.of(new.text)
    return before is not None and after is not None and after < before
