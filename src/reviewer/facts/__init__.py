"""What the code says, before and after the change."""
