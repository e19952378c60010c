"""The evidence: batches, the log over them, who wrote them, and what was set aside."""
