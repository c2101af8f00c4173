"""Checks between a finding and the reader: each keeps it, weakens it, or withholds it with the reason."""
