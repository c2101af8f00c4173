"""The container's entry point: from the runner's words to a review that is published."""
