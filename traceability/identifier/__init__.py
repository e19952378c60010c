"""Identities of parts, lots and units, and the strict reading of codes into exactly one of them."""
