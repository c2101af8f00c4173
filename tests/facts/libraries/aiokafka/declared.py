from typing import Annotated, Optional

from aiokafka import AIOKafkaConsumer

from depot.kinds import ConsumerType, OrdersConsumer


class Stream:
    reader: Optional[AIOKafkaConsumer] = None
    source: Annotated[AIOKafkaConsumer, "lazy"]

    def __init__(self, kind: ConsumerType, orders: OrdersConsumer):
        self.consumer: Optional[ConsumerType] = kind
        self.orders = orders

    async def stop(self):
        await self.reader.commit()
        self.source.pause()
        await self.consumer.commit()
        await self.orders.commit()
