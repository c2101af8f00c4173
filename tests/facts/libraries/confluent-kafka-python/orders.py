from confluent_kafka import Consumer, Producer

COMMON = {"bootstrap.servers": "a:9092"}
producer = Producer({**COMMON, "acks": "1", "linger.ms": 5})


def publish(order):
    producer.produce("orders", key=order.id, value=order.body)
    producer.produce("audit", order.body, on_delivery=lambda error, message: check(error))
    producer.poll(0)
    producer.flush(10)


def run(store):
    consumer = Consumer({**COMMON, "group.id": "billing", "enable.auto.commit": False})
    consumer.subscribe(["orders"])
    while True:
        message = consumer.poll(1.0)
        if message is None:
            continue
        try:
            store.save(message.value())
        except ConnectionError:
            continue
        consumer.commit(message)
