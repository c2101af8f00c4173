import logging

from billing.app import billing_app, dead_letters

log = logging.getLogger(__name__)


@billing_app.agent("orders", concurrency=2)
async def bill(orders):
    async for order in orders:
        try:
            await store.save(order)
        except ConnectionError:
            await dead_letters.send(value=order)


async def told(channel, order):
    await channel.send(value=order)
