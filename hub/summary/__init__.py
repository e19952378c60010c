"""The whole hub in figures: what arrived, what it makes, and whether it is complete."""
