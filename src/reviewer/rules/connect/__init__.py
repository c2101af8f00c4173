"""Risks of Kafka Connect."""
