"""Pages of a plant's indicators and of its quality targets."""
