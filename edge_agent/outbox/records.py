"""Numbering records and keeping their lines until they are sealed."""

import sqlite3
from collections.abc import Callable, Sequence
from zlib import crc32

import msgspec

from traceability.batch.limits import DEFAULT_LIMITS
from traceability.errors import LimitExceeded
from traceability.record.base import Record
from traceability.record.codec import encode_record

Salt = Callable[[], str]
"""Gives 16 new random bytes in hex."""

UNNUMBERED = 0
UNSALTED = ""
"""What a record carries before the outbox numbers it; no reader accepts either."""


def append_records(connection: sqlite3.Connection, records: Sequence[Record], salt: Salt) -> int:
    """Number, salt, encode and store ``records``; the sequence of the last one."""
    count = len(records)
    ((following,),) = connection.execute(
        "UPDATE chain SET next_record = next_record + ? RETURNING next_record", (count,)
    )
    lines = [
        (seq, limited_line(msgspec.structs.replace(record, seq=seq, salt=salt())))
        for seq, record in enumerate(records, start=following - count)
    ]
    connection.executemany(
        "INSERT INTO record (seq, line, crc) VALUES (?, ?, ?)", [(seq, line, crc32(line)) for seq, line in lines]
    )
    return int(following) - 1


def limited_line(record: Record) -> bytes:
    """The record as a line; LimitExceeded when no hub would take it."""
    line = encode_record(record)
    if len(line) > DEFAULT_LIMITS.line:
        raise LimitExceeded(f"the record has {len(line)} bytes, at most {DEFAULT_LIMITS.line} can be sent")
    return line
