"""Master data as it was valid at a time."""
