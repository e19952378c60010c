"""Improvement: what follows from a set of changes, its two views (PDCA and 8D), and the verdict of a check."""
