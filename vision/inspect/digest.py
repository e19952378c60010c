"""Hashes as they stand in programs and records."""

import hashlib


def digest_of(data: bytes) -> str:
    """``sha256:`` and the hash in hex."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
