"""The hub of a supply chain: verified batches in, traces and Levels out."""
