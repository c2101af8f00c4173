import asyncio
import logging

import faust

log = logging.getLogger(__name__)

app = faust.App(
    "billing",
    broker="kafka://kafka:9092",
    producer_acks=1,
    processing_guarantee="at_least_once",
    consumer_auto_offset_reset="latest",
    broker_max_poll_records=50,
    broker_commit_interval=10.0,
    topic_replication_factor=1,
)

orders_topic = app.topic("orders", value_type=bytes, partitions=8)
invoices_topic = app.topic("invoices")
totals = app.Table("totals", default=int, partitions=8)
seen = app.SetGlobalTable(name="seen")


@app.agent(orders_topic, concurrency=4)
async def bill(orders):
    async for order in orders.group_by(lambda order: order["customer"]):
        try:
            await store.save(order)
        except Exception:
            log.exception("not saved")
        totals[order["customer"]] += order["amount"]
        await invoices_topic.send(key=order["id"], value=order)
        await (await invoices_topic.send(key=order["id"], value=order))
        await app.send("audit", order["id"], order)
        invoices_topic.send_soon(value=order)


@app.agent("refunds", sink=[invoices_topic])
async def refund(stream):
    async for event in stream.noack().events():
        asyncio.create_task(store.refund(event.value))
        await event.forward("refunds-done")
        event.ack()


@app.agent(orders_topic)
async def in_batches(stream):
    async for batch in stream.take(100, within=5):
        await store.save_all(batch)


@app.task
async def replay():
    async for order in orders_topic.stream():
        await store.compare(order)


@app.timer(interval=60.0)
async def tick():
    await invoices_topic.send(value="tick")
