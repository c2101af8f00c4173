"""Streaming through the repository's own code: a class in another file holds the client, and this file calls that class."""
