"""Pages for auditors and for who shares: what was read, what was changed, how the log stands, and who may see what."""
