"""Risks of Kafka producers and consumers."""
