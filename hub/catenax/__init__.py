"""Catena-X: our units, lots and links as aspects, and aspects of partners as records."""
