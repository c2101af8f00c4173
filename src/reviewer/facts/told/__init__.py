"""Facts as a reader is told them: each with its line, and where each of its values was said."""
