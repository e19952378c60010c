"""Who takes part and who was heard of last: organisations, plants, agents."""
