"""Links as arrays in memory: what a large recall walks over. Built from the store, and never the truth."""
