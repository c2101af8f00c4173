from quixstreams import Application
from quixstreams.sources import Source


class Orders(Source):
    def run(self):
        for order in store.orders():
            event = self.serialize(key=order.id, value=order)
            self.produce(key=event.key, value=event.value)


def cents(amount):
    return int(amount * 100)


def merged(left, right):
    return {**left, **right}


def main():
    app = Application(broker_address="kafka:9092", consumer_group="billing", auto_offset_reset="latest")
    totals = app.topic(name="totals")
    orders = app.dataframe(source=Orders(name="orders"))
    orders["cents"] = orders["amount"].apply(cents)
    sdf = app.dataframe(topic=app.topic("refunds"))
    sdf["cents"] = sdf["amount"].apply(cents)
    sdf.join_asof(orders, on_merge=merged).to_topic(totals)
    app.run()
