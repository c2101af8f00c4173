from kafka import ConsumerRebalanceListener, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata


class Rebalance(ConsumerRebalanceListener):
    def __init__(self, worker):
        self.worker = worker

    def on_partitions_revoked(self, revoked):
        self.worker.flush(revoked)
        self.worker.consumer.commit()

    def on_partitions_assigned(self, assigned):
        pass


def run(store):
    consumer = KafkaConsumer(group_id="billing", enable_auto_commit=False, max_poll_records=50, bootstrap_servers="kafka:9092")
    consumer.subscribe(["orders"], listener=Rebalance(store))
    while True:
        for partition, records in consumer.poll(timeout_ms=1000).items():
            for record in records:
                store.save(record.value)
            consumer.commit_async({partition: OffsetAndMetadata(records[-1].offset + 1, "", -1)})
            consumer.commit({TopicPartition("orders", 0): OffsetAndMetadata(record.offset, None)})
        consumer.pause(partition)


def copy(values, store):
    producer = KafkaProducer(bootstrap_servers="kafka:9092", transactional_id="billing-1")
    producer.init_transactions()
    producer.begin_transaction()
    for value in values:
        producer.send("invoices", value=value, key=value.key).add_errback(store.failed)
    producer.send_offsets_to_transaction(store.offsets, "billing")
    producer.commit_transaction()
    producer.close(timeout=10)
