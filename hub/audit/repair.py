"""Which byte was changed, found by trying: the one change that makes the batch again what its author signed.

A Merkle root says of no line that it is the wrong one. But one changed byte can be looked for: put back what it may
have been, and compare with the signed root. In a known line every value of every byte is tried. Without one, those
that faults and people make: each flipped bit, and each other digit where a digit stands. A root that fits again is
proof (SHA-256), not a guess. Nothing is written back.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence

from traceability.merkle import all_nodes, inclusion_path, leaf_hash, root_from_path

MOST_TRIES = 3_000_000
"""Of one batch: some tens of seconds."""

_PAYLOAD = re.compile(rb'"payload":"([A-Za-z0-9+/=]*)"')
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_DIGITS = frozenset(b"0123456789")
_NEWLINE = 0x0A


def find_changed_byte(
    lines: Sequence[bytes], root: bytes, line: int | None = None, most: int = MOST_TRIES
) -> tuple[int, int] | None:
    """(line, byte in it) from 0, whose change made ``lines`` differ from ``root``; None when no one byte did.

    ``line`` says which one it is, when that is known. Also None after ``most`` tries.
    """
    leaves = [leaf_hash(one) for one in lines]
    nodes = all_nodes(leaves)
    tried = 0
    if most <= 0:
        return None
    for index in range(len(lines)) if line is None else (line,):
        path = inclusion_path(index, len(lines), lambda level, at: nodes[level, at])
        values = _likely if line is None else _every
        for byte, leaf in _altered(lines[index], values):
            if root_from_path(leaf, index, len(lines), path) == root:
                return index, byte
            tried += 1
            if tried >= most:
                return None
    return None


def find_changed_header_byte(envelope: bytes, digest: bytes) -> int | None:
    """The byte of a header's envelope whose change made its payload differ from ``digest``, its hash in the log."""
    payload = _PAYLOAD.search(envelope)
    if payload is None:
        return None
    text = bytearray(payload[1])
    for place, byte in enumerate(payload[1]):
        for value in _BASE64:
            text[place] = value
            if value != byte and _decoded_hash(text) == digest:
                return payload.start(1) + place
        text[place] = byte
    return None


def _decoded_hash(text: bytes | bytearray) -> bytes:
    try:
        return hashlib.sha256(base64.b64decode(text, validate=True)).digest()
    except binascii.Error:
        return b""


def _altered(line: bytes, values: Callable[[int], Iterator[int]]) -> Iterator[tuple[int, bytes]]:
    """Leaf hashes of the line with one byte changed, with the place of that byte."""
    begun = hashlib.sha256(b"\x00")
    for place, byte in enumerate(line):
        rest = line[place + 1 :]
        for value in values(byte):
            digest = begun.copy()
            digest.update(bytes((value,)) + rest)
            yield place, digest.digest()
        begun.update(line[place : place + 1])


def _likely(byte: int) -> Iterator[int]:
    flipped = {byte ^ (1 << bit) for bit in range(8)}
    if byte in _DIGITS:
        flipped |= _DIGITS - {byte}
    yield from sorted(flipped - {_NEWLINE})


def _every(byte: int) -> Iterator[int]:
    yield from (value for value in range(256) if value not in (byte, _NEWLINE))
