"""What rules are composed of: questions that several of them ask, and the words apart from the logic."""
