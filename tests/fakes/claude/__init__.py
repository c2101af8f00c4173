"""A Claude on loopback that says what a test scripted and refuses what the real API refuses."""

from fakes.claude.answers import Answer, asks_for
from fakes.claude.server import KEY, FakeClaude

__all__ = ["KEY", "Answer", "FakeClaude", "asks_for"]
