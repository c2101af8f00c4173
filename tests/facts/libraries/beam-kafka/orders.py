import apache_beam as beam
from apache_beam.io.kafka import ReadFromKafka, WriteToKafka

COMMON = {"bootstrap.servers": "kafka:9092"}


def run(options):
    with beam.Pipeline(options=options) as pipeline:
        (
            pipeline
            | "Orders"
            >> ReadFromKafka(
                consumer_config={**COMMON, "group.id": "billing", "enable.auto.commit": "true"},
                topics=["orders"],
                commit_offset_in_finalize=False,
            )
            | beam.Map(bill)
            | "Invoices" >> WriteToKafka({**COMMON, "acks": "1"}, topic="invoices")
        )
