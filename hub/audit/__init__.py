"""Verification of what the hub holds, from scratch."""
