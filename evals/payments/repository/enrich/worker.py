import asyncio
import json

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer


async def run(lookup):
    consumer = AIOKafkaConsumer(
        "payments",
        bootstrap_servers="kafka:9092",
        group_id="enrich",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    producer = AIOKafkaProducer(bootstrap_servers="kafka:9092", acks="all")
    await consumer.start()
    await producer.start()
    try:
        async for message in consumer:
            payment = json.loads(message.value)
            payment["country"] = await lookup(payment["iban"])
            await producer.send_and_wait("payments-enriched", json.dumps(payment).encode(), key=message.key)
            await consumer.commit()
    finally:
        await producer.stop()
        await consumer.stop()


if __name__ == "__main__":
    asyncio.run(run(None))
