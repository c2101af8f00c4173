import functools
import logging

from arroyo.backends.abstract import Producer
from arroyo.backends.kafka import (
    KafkaConsumer,
    KafkaPayload,
    KafkaProducer,
    build_kafka_consumer_configuration,
)
from arroyo.commit import ONCE_PER_SECOND
from arroyo.dlq import DlqPolicy
from arroyo.processing.processor import StreamProcessor
from arroyo.processing.strategies import (
    CommitOffsets,
    FilterStep,
    ProcessingStrategy,
    ProcessingStrategyFactory,
    Reduce,
    RunTask,
    RunTaskInThreads,
)
from arroyo.types import Message, Topic

log = logging.getLogger(__name__)

producer = KafkaProducer({"bootstrap.servers": "kafka:9092", "acks": "1"})
invoices = Topic("invoices")


def save(message: Message[KafkaPayload]) -> str:
    try:
        store.save(message.payload.value)
    except Exception:
        log.exception("not saved")
    return message.payload.key


def bill(rate, message):
    producer.produce(invoices, KafkaPayload(message.payload.key, message.payload.value, []))
    producer.produce(Topic("audit"), KafkaPayload(key=None, value=b"billed", headers=[])).result()
    return message.payload


class Orders(ProcessingStrategyFactory[KafkaPayload]):
    def create_with_partitions(self, commit, partitions):
        def add(batch, value):
            batch.append(value.payload)
            return batch

        billed = RunTaskInThreads(
            processing_function=functools.partial(bill, 3),
            concurrency=4,
            max_pending_futures=10,
            next_step=CommitOffsets(commit),
        )
        collected = Reduce(100, 5.0, add, list, billed)
        saved = RunTask(save, collected)
        return FilterStep(self.__wanted, saved, commit_policy=ONCE_PER_SECOND)

    def __wanted(self, message):
        return message.payload.value is not None


class Copies(ProcessingStrategy[KafkaPayload]):
    def __init__(self, producer: Producer[KafkaPayload], topic: Topic):
        self.__producer = producer
        self.__topic = topic

    def submit(self, message: Message[KafkaPayload]) -> None:
        self.__queue.append((message, [self.__producer.produce(self.__topic, message.payload)]))


class Forward(ProcessingStrategy[KafkaPayload]):
    def __init__(self, commit, next_step):
        self.__commit = commit
        self.__next_step = next_step

    def submit(self, message: Message[KafkaPayload]) -> None:
        self.__commit(message.committable)
        store.forward(message.payload)
        self.__next_step.submit(message)

    def poll(self) -> None:
        self.__next_step.poll()


def main(settings):
    consumer = KafkaConsumer(
        build_kafka_consumer_configuration(
            {"bootstrap.servers": "kafka:9092"},
            group_id="billing",
            auto_offset_reset="latest",
            enable_auto_commit=True,
        )
    )
    StreamProcessor(
        consumer=consumer,
        topic=Topic("orders"),
        processor_factory=Orders(),
        commit_policy=ONCE_PER_SECOND,
        dlq_policy=DlqPolicy(producer, None, None),
        join_timeout=10.0,
    ).run()
