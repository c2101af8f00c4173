"""Risks of schemas."""
