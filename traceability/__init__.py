"""The ground that everything shares: identities, records, batches, proofs and statistics. Pure."""

__version__ = "0.1.0"
