"""What the model is shown, and why: review units, the code around them, and their text."""
