"""What Kafka Streams code says beyond its operators: the objects that configure them, stores, the Processor API."""
