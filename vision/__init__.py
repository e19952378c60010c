"""Pictures to symbols. Knows no GS1 and no unit."""
