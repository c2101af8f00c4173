"""A Claude on loopback that says what a test scripted and refuses what the real API refuses; also as the clouds offer it."""

from fakes.claude.answers import Answer, asks_for, is_second_opinion, user_text
from fakes.claude.bedrock import FakeBedrock
from fakes.claude.server import KEY, FakeClaude
from fakes.claude.vertex import FakeVertex

__all__ = ["KEY", "Answer", "FakeBedrock", "FakeClaude", "FakeVertex", "asks_for", "is_second_opinion", "user_text"]
