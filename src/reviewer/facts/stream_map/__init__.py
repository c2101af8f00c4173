"""From streaming facts to the map of what streams where: one resolver for `map` and `review`."""
