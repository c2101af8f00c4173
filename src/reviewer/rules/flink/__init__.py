"""Risks of Flink."""
