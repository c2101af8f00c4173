"""Alpakka: what `application.conf` says under the section that a client is made of is the client's."""

from __future__ import annotations

import pytest
from rules.examples import delta_between

from reviewer.facts.streaming.model import Client

CONF = """billing { kafka-clients { group.id = "billing", auto.offset.reset = "latest" } }
akka.kafka.consumer.kafka-clients.enable.auto.commit = true
akka.kafka.producer { kafka-clients { acks = "1" } }
"""
CODE = """package bills
import akka.kafka.{{ConsumerSettings, ProducerSettings}}
object Main {{
  val section = system.settings.config.getConfig("billing")
  val made = {}
}}
"""
CONFIGURATION, MAIN = "app/src/main/resources/application.conf", "app/src/main/scala/Main.scala"


def client(made: str) -> Client:
    files = {CONFIGURATION: CONF}
    facts = delta_between(files, {**files, MAIN: CODE.format(made)}).after.file(MAIN)
    assert facts is not None
    (found,) = facts.clients
    return found


@pytest.mark.parametrize(
    ("made", "settings"),
    [
        ('ConsumerSettings(system.settings.config.getConfig("billing"), k, v)', {"group.id": "billing", "auto.offset.reset": "latest"}),
        ("ConsumerSettings(section, k, v)", {"group.id": "billing", "auto.offset.reset": "latest"}),
        ('ConsumerSettings(section, k, v).withGroupId("audit")', {"group.id": "audit", "auto.offset.reset": "latest"}),
        ("ConsumerSettings(system, k, v)", {"enable.auto.commit": "true"}),
        ("ProducerSettings(system, k, v)", {"acks": "1"}),
        ("ConsumerSettings(given, k, v)", {}),
    ],
)  # fmt: skip
def test_a_client_has_what_its_section_says(made: str, settings: dict[str, str]) -> None:
    assert {s.key: s.value.text for s in client(made).settings} == settings
