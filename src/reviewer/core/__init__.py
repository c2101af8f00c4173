"""The nouns of a review. Standard library only."""
