import logging

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.aio import AIOProducer

log = logging.getLogger(__name__)


class Worker:
    def __init__(self, store, group):
        self.store = store
        self.offsets = {}
        self._consumer = Consumer(
            {
                "bootstrap.servers": "kafka:9092",
                "group.id": group,
                "enable.auto.offset.store": False,
                "auto.offset.reset": "earliest",
                "partition.assignment.strategy": "cooperative-sticky",
            }
        )
        self._producer = Producer({"bootstrap.servers": "kafka:9092", "transactional.id": "billing-1", "acks": "all"})

    def run(self):
        self._consumer.subscribe(["orders"], on_assign=self._assigned, on_revoke=self._revoked, on_lost=lost)
        self._producer.init_transactions()
        try:
            while self.running:
                message = self._consumer.poll(1.0)
                if message is None or message.error():
                    continue
                self.store.save(message.value())
                self._consumer.store_offsets(message)
                self.offsets[message.partition()] = message.offset()
        except KafkaException:
            log.exception("stopped")
            raise
        finally:
            self._consumer.commit(asynchronous=False)
            self._consumer.close()

    def in_transactions(self):
        batch = self._consumer.consume(100, timeout=1.0)
        self._producer.begin_transaction()
        try:
            for message in batch:
                self._producer.produce("invoices", message.value(), message.key())
            self._producer.send_offsets_to_transaction(
                self._consumer.position(self._consumer.assignment()), self._consumer.consumer_group_metadata()
            )
            self._producer.commit_transaction()
        except KafkaException:
            self._producer.abort_transaction()

    def one(self, message):
        self._consumer.commit(offsets=[TopicPartition(message.topic(), message.partition(), message.offset())], asynchronous=True)
        self._consumer.commit(offsets=[TopicPartition(message.topic(), message.partition(), message.offset() + 1)])

    def _assigned(self, consumer, partitions):
        for partition in partitions:
            partition.offset = self.store.position(partition)
        consumer.incremental_assign(partitions)

    def _revoked(self, consumer, partitions):
        self._producer.flush(10)
        consumer.commit(asynchronous=False)
        for partition in partitions:
            self.offsets.pop(partition.partition, None)


def lost(consumer, partitions):
    log.warning("lost %s", partitions)


async def announce(order):
    producer = AIOProducer({"bootstrap.servers": "kafka:9092"})
    await producer.produce("announcements", order.text)
    delivered = await producer.produce("announcements", order.text, order.id)
    await delivered
    await producer.close()


def announce_all(orders):
    producer = Producer({"bootstrap.servers": "kafka:9092"})
    for order in orders:
        producer.produce("announcements", order.text)
        producer.poll(0)
    if producer.flush(10) > 0:
        raise RuntimeError("not all were sent")
