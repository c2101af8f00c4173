"""Asking Claude: what is sent, what it may cost, what comes back."""
