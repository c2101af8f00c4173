"""Prints a new label whenever a parcel changes its position."""

import asyncio
import json

from aiokafka import AIOKafkaConsumer


async def print_label(printer, value: bytes) -> None:
    """Idempotent: the printer replaces a label of the same parcel."""
    position = json.loads(value)
    await printer.replace(position["parcelId"], position["hub"])


async def run(bootstrap_servers: str, printer) -> None:
    consumer = AIOKafkaConsumer(
        "parcel.positions",
        bootstrap_servers=bootstrap_servers,
        group_id="label-worker",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    await consumer.start()
    try:
        async for record in consumer:
            await print_label(printer, record.value)
            await consumer.commit()
    finally:
        await consumer.stop()


def main(bootstrap_servers: str, printer) -> None:
    asyncio.run(run(bootstrap_servers, printer))
