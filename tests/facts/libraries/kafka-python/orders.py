import os

from kafka import KafkaConsumer, KafkaProducer

producer = KafkaProducer(bootstrap_servers="a:9092", acks=1, retries=int(os.environ["RETRIES"]))


def run(store):
    consumer = KafkaConsumer("orders", group_id="billing", auto_offset_reset="earliest")
    for message in consumer:
        store.save(message.value)
        producer.send("audit", message.value).get(timeout=30)
        producer.send("invoices", value=message.value, key=message.key)
