"""The ledger: batches as they were signed, and the transparency log over their headers. Append-only."""
