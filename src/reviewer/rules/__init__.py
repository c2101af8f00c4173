"""The knowledge: one file per risk."""
