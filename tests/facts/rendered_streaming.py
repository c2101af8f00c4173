"""Streaming facts as short lines that a person can check against the source beside them."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.span import Span
from reviewer.facts.streaming.model import Client, FileFacts, Handling, Known, Operator, Send, Setting, Topic, Value
from reviewer.facts.syntax import Expression


def rendered(facts: FileFacts) -> str:
    """One fact per line; lines as `@first-last`, what is not known as `?`."""
    return "\n".join((*_clients(facts), *_effects(facts), *_structure(facts))) + "\n"


def _clients(facts: FileFacts) -> Iterator[str]:
    yield f"libraries {' '.join(sorted(facts.libraries))}"
    for client in facts.clients:
        yield _client(client)
        yield from (f"  {_setting(setting)}" for setting in client.settings)
    for setting in facts.settings:
        yield f"setting {_setting(setting)} in {setting.scope}"


def _effects(facts: FileFacts) -> Iterator[str]:
    for operation in facts.operations:
        yield f"{operation.role.value} {operation.call.name} on {operation.holder} ({operation.client}) {_lines(operation.call.name_span)}"
    yield from (_send(send) for send in facts.sends)
    for handling in facts.handlings:
        yield _handling(handling)
        yield from (f"  {part.name} {_value(part.value)} {_lines(part.span)}" for part in handling.parts)
        yield from (
            f"  stage {stage.kind} {stage.call.name} {_lines(stage.call.name_span)}" for stage in handling.stages
        )
    yield from _delivery(facts)
    for handoff in facts.handoffs:
        yield f"handoff {handoff.construct} {handoff.call.name} {'joined' if handoff.joined else 'not joined'} {_lines(handoff.call.name_span)}"


def _delivery(facts: FileFacts) -> Iterator[str]:
    for change in facts.rebalances:
        used = "used" if change.uses_partitions else "not used"
        yield f"rebalance {change.event} {change.name} partitions {change.partitions or 'none'} {used} {_lines(change.span)}"
        for effect in change.effects:
            of = "of these" if effect.of_partitions else "of all"
            yield f"  {effect.what} {effect.call.name} on {effect.on} {of} {_lines(effect.call.name_span)}"
    for hook in facts.hooks:
        yield f"hook {hook.event} {hook.name} {_lines(hook.span)}"
    for step in facts.transactions:
        path = f" in {step.path}{f' {step.caught}' if step.caught else ''}" if step.path else ""
        yield f"transaction {step.step} {step.call.name}{path}{' in a loop' if step.in_loop else ''} {_lines(step.call.name_span)}"
    for position in facts.positions:
        yield f"position {_text(position.offset)} advance {_value(position.advance)} {_lines(position.call.name_span)}"


def _structure(facts: FileFacts) -> Iterator[str]:
    yield from (_operator(operator) for operator in facts.operators)
    for state in facts.states:
        yield f"state {state.kind} {_value(state.name)} of {state.owner} <{', '.join(state.types)}> {_lines(state.call.span)}"
    for builder in facts.builders:
        yield f"builder {builder.kind} {builder.holder} {' '.join(f'{m}({a})' for m, a, _ in builder.steps)} {_lines(builder.call.name_span)}"
        if not builder.steps:  # those of Flink stand beside the samples of dataflow
            yield from (f"  {part.name} {_value(part.value)} {_lines(part.span)}" for part in builder.parts)
            yield from (f"  {_setting(setting)}" for setting in builder.settings)
    yield from (_topic(topic) for topic in facts.topics)
    for store in facts.stores:
        yield f"store {store.kind or '?'} {_value(store.name)} {_lines(store.call.name_span)}"


def _client(client: Client) -> str:
    version = f" {client.version}" if client.version else ""
    known = " (others may flow in)" if client.open_config else ""
    return f"client {client.kind} of {client.library}{version} in {client.holder or 'nothing'}{known} {_lines(client.call.name_span)}"


def _setting(setting: Setting) -> str:
    whose = f" of {setting.client}" if setting.client else ""
    return f"{setting.key}{whose} = {_value(setting.value)} {_lines(setting.span)}"


def _send(send: Send) -> str:
    parts = (
        (name, value) for name, value in (("topic", send.topic), ("key", send.key), ("value", send.value)) if value
    )
    told = " ".join(f"{name} {_text(value)}" for name, value in parts)
    unknown = "" if send.key_known else " (record not known)"
    callback = f" callback {_text(send.callback)}" if send.callback else ""
    return f"record {told}{unknown}{callback} {'handled' if send.handled else 'not handled'} {_lines(send.operation.call.name_span)}"


def _handling(handling: Handling) -> str:
    records = " ".join(sorted(handling.records)) or "?"
    return f"handling {handling.kind} {handling.name} records {records} auto-commit {_value(handling.auto_commit)} group {_value(handling.group)} {_lines(handling.span)}"


def _operator(operator: Operator) -> str:
    uid = f" uid {operator.uid}" if operator.uid else ""
    name = f" name {operator.name}" if operator.name else ""
    return f"operator {operator.position} {operator.op}{uid}{name}{' stateful' if operator.stateful else ''} in {operator.root} {_lines(operator.call.name_span)}"


def _topic(topic: Topic) -> str:
    settings = " ".join(f"{setting.key}={_value(setting.value)}" for setting in topic.settings)
    return f"topic {topic.name}{'' if topic.is_literal else '?'} partitions {topic.partitions} replication {topic.replication} {settings} {_lines(topic.span)}"


def _value(value: Value) -> str:
    if value.known is Known.UNKNOWN:
        return f"?{value.text}"
    return f"{value.text} (default)" if value.known is Known.DEFAULT else value.text


def _text(expression: Expression) -> str:
    return expression.text if len(expression.text) < 60 else f"{expression.text[:57]}..."


def _lines(span: Span) -> str:
    one = span.first_line == span.last_line
    return f"@{span.first_line}" if one else f"@{span.first_line}-{span.last_line}"
