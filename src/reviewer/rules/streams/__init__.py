"""Risks of Kafka Streams."""
