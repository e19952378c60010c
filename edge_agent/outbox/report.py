"""What the outbox holds, for ``status``; readable beside a running agent."""

import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from edge_agent.alarm.facts import Alarm
from edge_agent.outbox.alarms import open_alarms
from edge_agent.outbox.chain import Chain, find_chain
from edge_agent.outbox.decisions import DecisionCount, decision_counts
from edge_agent.outbox.first_pass import OperationCounts, operation_counts
from edge_agent.outbox.former import named_place
from edge_agent.outbox.losses import LossCount, loss_counts
from edge_agent.outbox.picture_queue import PictureCounts, picture_counts
from edge_agent.outbox.quota import used_bytes
from edge_agent.outbox.rescue import Rescue
from edge_agent.outbox.schema import instant, micros, open_for_reading
from edge_agent.outbox.waiting import WaitingSize, waiting_sizes


class LastReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """The newest receipt: its batch, when it came, and the envelope the hub signed."""

    seq: int
    at: datetime
    envelope: str


class UplinkNote(msgspec.Struct, frozen=True, kw_only=True):
    """What the uplink last said about itself, and since when it is so."""

    state: str
    since: datetime
    detail: str


class RescueNote(msgspec.Struct, frozen=True, kw_only=True):
    """A broken file that was put aside as ``aside``: when, why, and what is declared lost."""

    at: datetime
    aside: str
    reason: str
    lost: str


class Space(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes: what the file holds, what of it waits for the hub in batches, and what waits by class."""

    used: int
    unsent: int
    waiting: list[WaitingSize]


class OutboxReport(msgspec.Struct, frozen=True, kw_only=True):
    """Depths and positions; ``chain`` is None before the first start."""

    chain: Chain | None
    unsealed_records: int
    unsent_batches: int
    kept_batches: int
    last_receipt: LastReceipt | None
    operations: list[OperationCounts]
    uplink: UplinkNote | None
    decisions: list[DecisionCount]
    space: Space | None = None
    losses: list[LossCount] = []
    rescues: list[RescueNote] = []
    alarms: list[Alarm] = []
    pictures: PictureCounts = PictureCounts()


def read_report(path: Path) -> OutboxReport:
    """The report of the outbox file at ``path``, from one consistent view of it."""
    connection = open_for_reading(path)
    try:
        connection.execute("BEGIN")
        return report(connection)
    finally:
        connection.close()


def report(connection: sqlite3.Connection) -> OutboxReport:
    """The report of an open outbox."""
    return OutboxReport(
        chain=find_chain(connection),
        unsealed_records=_count(connection, "record"),
        unsent_batches=_count(connection, "batch WHERE receipt IS NULL"),
        kept_batches=_count(connection, "batch WHERE acknowledged_at IS NOT NULL"),
        last_receipt=_last_receipt(connection),
        operations=operation_counts(connection),
        uplink=_uplink(connection),
        decisions=decision_counts(connection) if _has(connection, "decision") else [],
        alarms=open_alarms(connection) if _has(connection, "alarm") else [],
        pictures=picture_counts(connection) if _has(connection, "picture_file") else PictureCounts(),
        **_newer(connection),
    )


def note_uplink(connection: sqlite3.Connection, state: str, detail: str, now: datetime) -> None:
    """Keep what the uplink says about itself."""
    connection.execute(
        "INSERT OR REPLACE INTO uplink (id, state, since, detail) VALUES (1, ?, ?, ?)", (state, micros(now), detail)
    )


def _count(connection: sqlite3.Connection, what: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {what}").fetchone()[0])  # noqa: S608 - constants of this file


def _has(connection: sqlite3.Connection, table: str) -> bool:
    """False for a file of an earlier version that this one has not opened for writing yet."""
    return bool(_count(connection, f"sqlite_master WHERE type = 'table' AND name = '{table}'"))


def _newer(connection: sqlite3.Connection) -> dict[str, Any]:
    if not _has(connection, "rescue"):
        return {}
    unsent = connection.execute(
        "SELECT coalesce(sum(length(body)), 0) FROM batch INDEXED BY batch_unsent_size WHERE receipt IS NULL"
    )
    space = Space(used=used_bytes(connection), unsent=int(unsent.fetchone()[0]), waiting=waiting_sizes(connection))
    return {"space": space, "losses": loss_counts(connection), "rescues": _rescues(connection)}


def _rescues(connection: sqlite3.Connection) -> list[RescueNote]:
    rows = connection.execute("SELECT at, aside, reason, told FROM rescue ORDER BY id DESC LIMIT 10")
    return [
        RescueNote(at=instant(at), aside=aside or "", reason=reason, lost=msgspec.json.decode(told, type=Rescue).told)
        for at, aside, reason, told in rows
    ]


_IN_FLIGHT = 32
"""Receipts of batches in flight together come in any order; more than ever are in flight."""


def _last_receipt(connection: sqlite3.Connection) -> LastReceipt | None:
    row = connection.execute(
        "SELECT * FROM (SELECT seq, acknowledged_at, receipt FROM batch WHERE acknowledged_at IS NOT NULL"
        " ORDER BY acknowledged_at DESC LIMIT ?) ORDER BY seq DESC LIMIT 1",
        (_IN_FLIGHT,),
    ).fetchone()
    if row is None:
        return None
    name = named_place(connection, row[0]) if _has(connection, "former_chain") else None
    seq = row[0] if name is None else name[1]
    return LastReceipt(seq=seq, at=instant(row[1]), envelope=row[2].decode())


def _uplink(connection: sqlite3.Connection) -> UplinkNote | None:
    row = connection.execute("SELECT state, since, detail FROM uplink").fetchone()
    return None if row is None else UplinkNote(state=row[0], since=instant(row[1]), detail=row[2])
