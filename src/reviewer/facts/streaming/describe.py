"""The streaming facts of a file as short lines: what the model is told beside the diff."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.span import Side
from reviewer.facts.delta import Delta
from reviewer.facts.keys.lookup import known_key
from reviewer.facts.streaming.model import FileFacts, Known, Value
from reviewer.facts.streaming.moved_defaults import moved_defaults

_LIMIT = 60  # lines per file and side


def describe(delta: Delta, path: str) -> tuple[str, ...]:
    """Facts that are the same on both sides once, others marked `before:` or `after:`."""
    change = delta.change_set.file(path)
    if change is None:
        return ()
    before = delta.before.file(change.path_on(Side.BEFORE))
    after = delta.after.file(change.path_on(Side.AFTER))
    old = list(dict.fromkeys(_lines(before))) if before is not None else []
    new = list(dict.fromkeys(_lines(after))) if after is not None else []
    if before is not None and after is not None:
        new += [
            f"default of {moved.key} {moved.before} -> {moved.after} by {moved.coordinate} ({moved.product} {moved.versions[0]} -> {moved.versions[1]})"
            for moved in moved_defaults(before, after)
        ]
    both = [f"{path}: {line}" for line in new if line in old]
    gone = [f"{path}, before: {line}" for line in old if line not in new]
    added = [f"{path}, after: {line}" for line in new if line not in old]
    lines = (*gone, *added, *both)
    rest = len(lines) - 2 * _LIMIT
    return lines if rest <= 0 else (*lines[: 2 * _LIMIT], f"{path}: [cut: {rest} facts more]")


def _lines(facts: FileFacts) -> Iterator[str]:
    for client in facts.clients:
        version = f" {client.version}" if client.version else ""
        keys = ("acks", "enable.idempotence", "enable.auto.commit", "auto.offset.reset", "group.id", "transactional.id")
        values = ", ".join(f"{key}={_value(client.value(key))}" for key in keys if client.value(key).text)
        yield f"{client.kind} of {client.library}{version} in {facts.function_name(client.call.function)}: {values or 'configuration unknown'}"
    for handling in facts.handlings:
        said = "".join(f", {part.name}={_value(part.value)}" for part in handling.parts)
        steps = f", stages {' '.join(f'{s.call.name}:{s.kind}' for s in handling.stages)}" if handling.stages else ""
        yield f"records are handled in {handling.name} ({handling.kind}, {handling.library}), auto commit {_value(handling.auto_commit)}{said}{steps}"
    for operation in facts.operations:
        through = f", through {operation.through.shown}" if operation.through is not None else ""
        yield f"{operation.role.value} by {operation.holder}.{operation.call.name}() in {facts.function_name(operation.call.function)}{through}"
    for send in facts.sends:
        key = send.key.text if send.key is not None else "none" if send.key_known else "unknown"
        topic = send.topic.text if send.topic is not None else "unknown"
        outcome = "told elsewhere" if send.reports_by == "elsewhere" else "used" if send.handled else "dropped"
        yield f"send to {topic}, key {key}, result {outcome}"
    yield from _delivery(facts)
    for operator in facts.operators:
        uid = f", uid {operator.uid}" if operator.uid else ", no uid" if operator.framework == "flink" else ""
        yield f"{operator.framework} operator {operator.op} in {operator.root}{uid}{', stateful' if operator.stateful else ''}"
    for state in facts.states:
        yield f"{state.kind} state {_value(state.name)} of {state.owner}: {', '.join(state.types)}"
    for declared in facts.topics:
        shown = "".join(f", {setting.key}={_value(setting.value)}" for setting in declared.settings[:12])
        yield f"topic {declared.name}: partitions {declared.partitions}, replicas {declared.replication}{shown}"
    for connector in facts.connectors:
        shown = ", ".join(f"{s.key}={_value(s.value)}" for s in connector.settings[:12] if known_key(s.key) is not None)
        yield f"connector {connector.name} of {connector.connector_class}: {shown or 'no setting known'}"


def _delivery(facts: FileFacts) -> Iterator[str]:
    for change in facts.rebalances:
        done = ", ".join(f"{e.what} {e.on} ({'these' if e.of_partitions else 'all'})" for e in change.effects[:12])
        unread = "" if change.uses_partitions else f", {change.partitions or 'its partitions'} not read"
        yield f"partitions {change.event} in {change.name}{unread}: {done or 'nothing understood'}"
    for step in facts.transactions:
        path = f" in {step.path} {step.caught}".rstrip() if step.path else ""
        yield f"transaction {step.step} by {step.call.name}() in {facts.function_name(step.call.function)}{path}"
    for position in facts.positions:
        ahead = {"1": "behind the record", "0": "the record's own"}.get(position.advance.text, "unknown")
        yield f"offset for a commit {position.offset.text}: {ahead}"
    for builder in facts.builders:
        if builder.library == "spring-kafka" and len(builder.parts) > 1:
            said = ", ".join(f"{part.name}={_value(part.value)}" for part in builder.parts)
            yield f"{builder.kind}: {said}"


def _value(value: Value) -> str:
    return f"{value.text} ({value.known.value})" if value.known is not Known.EXPLICIT else value.text
