"""From samples to measurements and cycles: resolved points in, typed data out; no I/O but through a driver."""
