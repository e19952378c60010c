"""Simulated devices, each a process of its own that speaks its real protocol."""
