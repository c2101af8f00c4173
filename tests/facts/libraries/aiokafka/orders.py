import asyncio

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer


async def run(store):
    producer = AIOKafkaProducer(bootstrap_servers="a:9092", acks="all", enable_idempotence=True)
    consumer = AIOKafkaConsumer("orders", group_id="billing", enable_auto_commit=False)
    await producer.start()
    await consumer.start()
    async for message in consumer:
        order = decode(message.value)
        asyncio.create_task(store.save(order))
        await consumer.commit()
        await producer.send("audit", message.value)
        await producer.send_and_wait("invoices", value=order.total, key=order.id)
    await producer.stop()
