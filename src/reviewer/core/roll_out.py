"""How a change gets onto a running system: what has to be done in which order, and the way back."""

from __future__ import annotations

from enum import StrEnum

from reviewer.core.value import value


class RollOutKind(StrEnum):
    """What the steps are about."""

    SAVEPOINT = "savepoint"
    RESET = "reset"
    NEW_NAME = "new-name"
    DEPLOY_ORDER = "deploy-order"
    DRAIN = "drain"
    SCHEMA_STEP = "schema-step"
    TOPIC_CHANGE = "topic-change"


@value()
class RollOut:
    """A checklist for one subject (a job, application, group, topic …). `steps` are in order, commands in backticks, the way back last.

    `finding` is the id of the finding that it belongs to, None where the change is no danger but needs an order. Nothing of it is
    ever run by us.
    """

    kind: RollOutKind
    subject: str
    steps: tuple[str, ...]
    finding: str | None = None
