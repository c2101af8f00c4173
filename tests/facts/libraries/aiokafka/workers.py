import asyncio

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.structs import OffsetAndMetadata


class Rebalance(ConsumerRebalanceListener):
    def __init__(self, consumer, buffers):
        self.consumer = consumer
        self.buffers = buffers

    async def on_partitions_revoked(self, revoked):
        for partition in revoked:
            self.buffers.pop(partition, None)
        await self.consumer.commit()

    async def on_partitions_assigned(self, assigned):
        await self.consumer.seek_to_beginning(*assigned)


async def in_batches(store):
    consumer = AIOKafkaConsumer(group_id="billing", enable_auto_commit=False, max_poll_records=200)
    consumer.subscribe(["orders"], listener=Rebalance(consumer, {}))
    await consumer.start()
    try:
        while True:
            batches = await consumer.getmany(timeout_ms=1000)
            for partition, messages in batches.items():
                await store.save_all(messages)
                await consumer.commit({partition: messages[-1].offset + 1})
            for message in messages:
                await consumer.commit({TopicPartition(message.topic, message.partition): OffsetAndMetadata(message.offset, "")})
            consumer.pause(*batches)
    finally:
        await consumer.stop()


async def exactly_once(consumer):
    producer = AIOKafkaProducer(transactional_id="billing-1")
    await producer.start()
    async with producer.transaction():
        message = await consumer.getone()
        sent = await producer.send("invoices", message.value, message.key)
        await sent
        batch = producer.create_batch()
        await producer.send_batch(batch, "audit", partition=0)
        await producer.send_offsets_to_transaction({TopicPartition("orders", 0): message.offset + 1}, "billing")
    await asyncio.gather(*[await producer.send("audit", value) for value in store])
    await producer.stop()
