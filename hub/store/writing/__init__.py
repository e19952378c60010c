"""Rows written and cleared, by the quickest way that each database has."""
