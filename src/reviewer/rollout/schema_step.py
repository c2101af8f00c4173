"""Schemas: old and new records lie side by side in the topic, old and new versions run side by side in a deploy."""

from __future__ import annotations

from reviewer.core.roll_out import RollOutKind
from reviewer.rollout.recipe import Recipe

_TEST = "Ask the registry before the deploy, with the subject's own mode: `POST /compatibility/subjects/<subject>/versions/latest`."


def _stepped(*steps: str, back: str) -> Recipe:
    return Recipe(kind=RollOutKind.SCHEMA_STEP, about="schema", steps=steps, back=back)


_TWO_STEPS = _stepped(
    "Make it two deploys that each stay readable. First: a default for what is added or will go, an alias for what is renamed, a new field beside the one whose type changes (write both).",
    _TEST,
    "Readers first, when the new schema can read old records (BACKWARD); writers first, when the old one can read new records (FORWARD).",
    "Second, when no record of the old form is left within retention: take the old field out.",
    back="after the first deploy either version reads everything; after the second there is none.",
)
_NUMBERS = _stepped(
    "Give a field that changes its type a new number and keep the old one `reserved`; a new field gets a number that was never used.",
    "Deploy the readers first: they must know a new field, enum value or `oneof` member before it is written.",
    "Then the writers; write the old field as well until every reader has moved.",
    back="readers of both stay; only the writers go back.",
)
_REGISTRY = _stepped(
    "Register the schemas of every writer and reader that runs now, and check them against each other, before the mode is lowered: `PUT /config/<subject>`.",
    "Set the mode for that one subject and back after the one change that needed it; the global mode stays.",
    back="raising the mode again checks only what is registered from then on.",
)

RECIPES = {
    "schema-avro-incompatible-field-change": _TWO_STEPS,
    "schema-avro-enum-or-default-defect": _TWO_STEPS,
    "schema-json-contract-break": _TWO_STEPS,
    "schema-protobuf-unsafe-change": _NUMBERS,
    "schema-registry-compatibility-weakened": _REGISTRY,
    "schema-subject-naming-strategy-changed": _stepped(
        "Register the current schemas under the new subjects first: with `auto.register.schemas=false` the first send fails otherwise.",
        "Set the compatibility mode of the new subjects: it is not copied.",
        "Then deploy the producers; readers find schemas by id and need nothing.",
        back="the old subjects are still there.",
    ),
}
