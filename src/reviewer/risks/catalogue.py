"""All sections of the catalogue, and who answers for each danger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from reviewer.risks.clients import CONSUMERS, FRAMEWORKS, PRODUCERS
from reviewer.risks.events import EVENTS
from reviewer.risks.flink import DATASTREAM, PATTERNS, SQL
from reviewer.risks.performance import PERFORMANCE
from reviewer.risks.risk import Risk
from reviewer.risks.streams import STREAMS
from reviewer.risks.surroundings import BLIND_SPOTS, CONNECT, OPERATIONS, SCHEMAS, TOPICS

SECTIONS = (
    CONSUMERS, FRAMEWORKS, PRODUCERS, STREAMS, DATASTREAM, SQL, PATTERNS, CONNECT, SCHEMAS, TOPICS, OPERATIONS, BLIND_SPOTS,
    EVENTS, PERFORMANCE,
)  # fmt: skip


class Checks(Protocol):
    """A rule, as far as the catalogue is concerned."""

    @property
    def id(self) -> str:
        """The rule's id."""

    @property
    def covers(self) -> tuple[str, ...]:
        """The dangers that it checks beside the one of its own id."""


def all_risks() -> tuple[Risk, ...]:
    """Every danger, in the order of the page."""
    return tuple(risk for section in SECTIONS for risk in section.risks)


def risk_by_id(identity: str) -> Risk | None:
    """The danger with an id."""
    return next((risk for risk in all_risks() if risk.id == identity), None)


def checks(rules: Iterable[Checks]) -> Mapping[str, tuple[str, ...]]:
    """The ids of the rules that check a danger, by its id: the one of its name first."""
    known = {rule.id: rule.covers for rule in rules}
    names = {*known, *(name for covers in known.values() for name in covers)}
    return {
        name: (*([name] if name in known else []), *sorted(rule for rule, covers in known.items() if name in covers))
        for name in names
    }  # fmt: skip
