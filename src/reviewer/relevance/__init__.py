"""Streaming code or not, hunk by hunk, always with the reason."""
