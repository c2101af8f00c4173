"""Flink SQL and ksqlDB statements, in files and in strings."""
