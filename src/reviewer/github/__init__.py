"""The only HTTP to GitHub."""
