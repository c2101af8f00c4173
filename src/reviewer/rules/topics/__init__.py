"""Risks of topics and brokers."""
