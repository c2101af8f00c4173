"""Client libraries as data."""
