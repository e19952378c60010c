"""Rounds, leases and long tasks."""
