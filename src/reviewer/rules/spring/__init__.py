"""Risks of Spring for Apache Kafka."""
