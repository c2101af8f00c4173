"""Streaming facts: syntax facts read with the knowledge of the client libraries."""
