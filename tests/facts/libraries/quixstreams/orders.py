import logging
import os
from datetime import timedelta

from quixstreams import Application, State
from quixstreams.models import TopicConfig

log = logging.getLogger(__name__)

app = Application(
    broker_address=os.environ["BROKER"],
    consumer_group="billing",
    auto_offset_reset="earliest",
    processing_guarantee="at-least-once",
    commit_interval=1.0,
    use_changelog_topics=False,
    producer_extra_config={"enable.idempotence": False, "linger.ms": 20},
    on_processing_error=lambda error, row, logger: True,
)

orders = app.topic("orders", value_deserializer="json")
invoices = app.topic("invoices", config=TopicConfig(num_partitions=6, replication_factor=1))


def save(order: dict) -> dict:
    try:
        store.save(order)
    except Exception:
        log.exception("not saved")
    return order


def count(order: dict, state: State) -> None:
    state.set("count", state.get("count", 0) + 1)


def main():
    sdf = app.dataframe(orders)
    sdf = sdf.apply(save)
    sdf.update(count, stateful=True)
    sdf = sdf.filter(lambda order: order["amount"] > 0)
    sdf["total"] = sdf["amount"] * 2
    sdf.to_topic(invoices, key=lambda order: order["id"])
    sdf.group_by("customer").tumbling_window(timedelta(hours=1), grace_ms=0, name="per-hour").sum().final().to_topic(orders)
    app.run()


def chained():
    return app.dataframe(app.topic("refunds")).apply(lambda refund: store.refund(refund)).to_topic(invoices)


def seed(rows):
    with app.get_producer() as producer:
        for row in rows:
            producer.produce(topic="orders", key=row.id, value=row.text)
        producer.produce("orders", row.text, row.id, on_delivery=told)


def drain():
    consumer = app.get_consumer(auto_commit_enable=False)
    consumer.subscribe(["orders"])
    while True:
        message = consumer.poll(1.0)
        if message is not None:
            store.save(message.value())
            consumer.store_offsets(message=message)
