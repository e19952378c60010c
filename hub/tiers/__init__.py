"""Tiers: what is old moves into files of a cold folder and back, and is read from either place alike."""
