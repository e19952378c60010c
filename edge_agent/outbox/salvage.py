"""Reading what can be read of a broken file: around the pages that cannot, row by row, and never changing it.

A row counts only when it is whole: a batch by its checksum, its header's hash and its Merkle root, a record's line by
its checksum and its number. What an earlier version stored without checksums must at least be a record.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import msgspec

from edge_agent.outbox.damage import UNREADABLE
from edge_agent.outbox.tables import TABLES
from traceability.batch.header import Header
from traceability.batch.open import OpenedBatch, open_batch
from traceability.batch.seal import records_root
from traceability.errors import ZhuoyueError
from traceability.record.codec import decode_record

_LAST = 2**63 - 1
Row = dict[str, Any]


class KeptBatch(msgspec.Struct, frozen=True, kw_only=True):
    """A batch that is whole; ``place`` is its row's key, ``receipt`` empty when the hub will never take it."""

    place: int
    header: Header
    hash: str
    sealed_at: int
    body: bytes
    receipt: bytes | None
    acknowledged_at: int | None

    @property
    def through(self) -> int:
        """The sequence of its last record."""
        return self.header.first_record + self.header.records - 1


def open_broken(path: Path) -> sqlite3.Connection | None:
    """A connection that only reads; None when not even the list of tables can be read."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        connection.text_factory = bytes
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except UNREADABLE:
        return None
    return connection


def readable_rows(connection: sqlite3.Connection, table: str, wanted: tuple[str, ...] | None = None) -> Iterator[Row]:
    """Every row that can be read, as far as its texts are texts; columns the file does not have are left out."""
    kinds = TABLES[table][0]
    try:
        there = [row[1].decode() for row in connection.execute(f"PRAGMA table_info({table})")]
    except UNREADABLE:
        return
    names = [name for name in there if name in kinds and (wanted is None or name in wanted)]
    if not names:
        return
    columns = ", ".join(f'"{name}"' for name in names)
    gaps: list[tuple[int, int]] = []
    for values in _both_ways(connection, f"SELECT rowid, {columns} FROM {table}", gaps):  # noqa: S608 - names of ``tables``
        try:
            yield {
                name: value.decode() if kinds[name] is str and isinstance(value, bytes) else value
                for name, value in zip(names, values[1:], strict=True)
            }
        except UnicodeDecodeError:
            continue


def whole_batches(connection: sqlite3.Connection) -> Iterator[KeptBatch]:
    """The batches whose bytes are as they were sealed."""
    for row in readable_rows(connection, "batch"):
        opened = _opened(row)
        if opened is not None:
            yield KeptBatch(
                place=row["seq"],
                header=opened.header,
                hash=opened.hash,
                sealed_at=row["sealed_at"],
                body=row["body"],
                receipt=row.get("receipt"),
                acknowledged_at=row.get("acknowledged_at"),
            )


def without_body(batch: KeptBatch) -> KeptBatch:
    """What is known of a batch; the bytes of all of them would fill the memory."""
    return msgspec.structs.replace(batch, body=b"")


def whole_lines(connection: sqlite3.Connection) -> dict[int, bytes]:
    """The lines of records that are in no batch yet, by their sequence."""
    return {
        row["seq"]: row["line"] for row in readable_rows(connection, "record") if _is_line(row, numbered=row["seq"])
    }


def waiting_rows(connection: sqlite3.Connection) -> Iterator[Row]:
    """The records that wait without a number."""
    return (row for row in readable_rows(connection, "waiting") if _is_line(row, numbered=1))


def former_lines(connection: sqlite3.Connection) -> Iterator[Row]:
    """The lines of ended chains that were salvaged before and are not sealed yet."""
    return (row for row in readable_rows(connection, "former_record") if _is_line(row, numbered=row["seq"]))


def _both_ways(connection: sqlite3.Connection, query: str, gaps: list[tuple[int, int]]) -> Iterator[tuple[Any, ...]]:
    """Upwards, leaping over what cannot be read by growing steps; then down into each gap from its upper end."""
    at, step, gap = -1, 1, None
    while at < _LAST:
        try:
            for row in connection.execute(f"{query} WHERE rowid > ? ORDER BY rowid", (at,)):
                if gap is not None:
                    gaps.append((gap, row[0]))
                at, step, gap = row[0], 1, None
                yield row
            break
        except UNREADABLE:
            gap = at if gap is None else gap
            at, step = min(at + step, _LAST), step * 2
    if gap is not None:
        gaps.append((gap, _LAST))
    for low, high in gaps:
        yield from _downwards(connection, query, low, high)


def _downwards(connection: sqlite3.Connection, query: str, low: int, high: int) -> Iterator[tuple[Any, ...]]:
    at, step = high, 1
    while at > low:
        try:
            for row in connection.execute(f"{query} WHERE rowid > ? AND rowid < ? ORDER BY rowid DESC", (low, at)):
                at, step = row[0], 1
                yield row
            return
        except UNREADABLE:
            at, step = at - step, step * 2


def _opened(row: Row) -> OpenedBatch | None:
    try:
        if row.get("crc") is not None and crc32(row["body"]) != row["crc"]:
            return None
        opened = open_batch(row["body"])
        whole = opened.hash == row["hash"] and opened.header.root == records_root(opened.lines)
    except (ZhuoyueError, TypeError, KeyError):
        return None
    return opened if whole and opened.header.records == len(opened.lines) else None


def _is_line(row: Row, *, numbered: int) -> bool:
    line = row.get("line")
    if not isinstance(line, bytes) or (row.get("crc") is not None and crc32(line) != row["crc"]):
        return False
    try:
        return decode_record(line).seq == numbered
    except ZhuoyueError:
        return False
