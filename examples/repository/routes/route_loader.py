"""Learns from each scan which hub follows which, and keeps it in a database."""

import json
import logging
from collections.abc import Callable

from confluent_kafka import Consumer, KafkaException, Message

log = logging.getLogger(__name__)


def consumer(bootstrap_servers: str) -> Consumer:
    return Consumer(
        {
            "bootstrap.servers": bootstrap_servers,
            "group.id": "route-loader",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
        }
    )


def store_hop(database, message: Message) -> None:
    """Idempotent: the scan's id is the primary key."""
    scan = json.loads(message.value())
    database.upsert("hops", scan["scanId"], scan["parcelId"], scan["hub"], scan["scannedAt"])


def run(source: Consumer, database, stopping: Callable[[], bool]) -> None:
    source.subscribe(["parcel.scans"])
    try:
        while not stopping():
            message = source.poll(1.0)
            if message is None:
                continue
            if message.error():
                raise KafkaException(message.error())
            store_hop(database, message)
            source.commit(message=message, asynchronous=False)
            log.debug("stored hop at offset %d", message.offset())
    finally:
        source.close()
