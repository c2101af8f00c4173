"""Identities that offsets, state or open transactions hang on, under another name."""

from __future__ import annotations

from reviewer.core.roll_out import RollOutKind
from reviewer.rollout.recipe import Recipe


def _renamed(about: str, *steps: str, back: str) -> Recipe:
    return Recipe(kind=RollOutKind.NEW_NAME, about=about, steps=steps, back=back)


GROUP = _renamed(
    "group",
    "Stop the consumers of the old group, and keep where they were: `kafka-consumer-groups --bootstrap-server <servers> --group <old-group> --all-topics --reset-offsets --to-current --export --dry-run > offsets.csv`.",
    "Before the new version starts, give its group these offsets: `kafka-consumer-groups --bootstrap-server <servers> --group {group} --reset-offsets --from-file offsets.csv --execute`.",
    "Start the new version; both groups at once handle every record twice.",
    "When it has caught up, delete the old group and its ACLs: its lag alarms go on otherwise.",
    back="stop the new version, set the old group's offsets to the new one's the same way, start the old version.",
)

RECIPES = {
    "kafka-consumer-group-id-changed": GROUP,
    "kstreams-application-id-changed": _renamed(
        "application",
        "Stop all instances of the old id: both at once write every result twice.",
        "The new id has no offsets, stores or internal topics. To go on where the old one was, copy its offsets (`kafka-consumer-groups --bootstrap-server <servers> --group {application} --reset-offsets …`); its stores start empty all the same.",
        "To have full stores it reads its input from the start: see that the input holds it, and that readers of the output bear everything again.",
        "When it is live delete what the old id left: `kafka-streams-application-reset --bootstrap-server <servers> --application-id <old-id>`.",
        back="until then the old id's state is complete: stop the new one and start the old one.",
    ),
    "kafka-producer-transactional-id-wrong": _renamed(
        "identity",
        "Stop the old instances cleanly and wait until they are gone: the new id does not fence them.",
        "See that nothing is open under the old id: `kafka-transactions --bootstrap-server <servers> list`; abort what is (`kafka-transactions abort`), or wait for `transaction.timeout.ms`.",
        "Start the new version. Ids must differ between instances and stay the same over restarts.",
        back="the same in the other direction: stop, see that nothing is open, start the old version.",
    ),
    "connect-connector-identity-changed": _renamed(
        "connector",
        "Stop the old connector (`PUT /connectors/<old-name>/stop`) and read its offsets (`GET /connectors/<old-name>/offsets`).",
        "Create the new one stopped (`initial_state: STOPPED`), give it these offsets (`PATCH /connectors/{connector}/offsets`), then resume it.",
        "Delete the old one only when the new one runs: a source under a new name without offsets takes its snapshot again.",
        back="stop the new one, give the old one its offsets the same way, resume it.",
    ),
}
