"""A reviewer of changes to Kafka, Kafka Streams and Flink code."""
