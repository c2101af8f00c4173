"""The model's part of a review, put together from context, model and verify."""
