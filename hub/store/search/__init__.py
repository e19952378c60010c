"""Finding an item by a piece of its number."""
