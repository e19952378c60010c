"""Checking evidence without hub or network: what was proved, and where a proof fails."""
