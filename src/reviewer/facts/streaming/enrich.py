"""Adds to a file's facts what jobs and topologies say beyond their operators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reviewer.facts.streaming.flink import cep, connectors, exchange, state
from reviewer.facts.streaming.flink.environment import environment_settings
from reviewer.facts.streaming.flink.windows import windows
from reviewer.facts.streaming.model import FileFacts


def enriched(facts: FileFacts, text: str) -> FileFacts:
    """The facts of a file of code, with windows, patterns, tables, stores and what else its libraries say."""
    if "flink-datastream" in facts.libraries:
        facts = _flink(facts)
    return facts


def _flink(facts: FileFacts) -> FileFacts:
    names = facts.names
    operators = exchange.with_parts(names, facts.operators)
    made = [
        *connectors.with_parts(names, facts.builders, facts.settings),
        *exchange.async_calls(names),
        *connectors.cdc_sources(names),
    ]
    settings = (*facts.settings, *environment_settings(names))
    return replace(
        facts, operators=tuple(operators), states=tuple(state.with_ttl(names, facts.states)), builders=tuple(made),
        settings=tuple(dict.fromkeys(settings)), windows=tuple(windows(names, operators)), patterns=tuple(cep.patterns(names)),
    )  # fmt: skip
