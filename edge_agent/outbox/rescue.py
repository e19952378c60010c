"""A new file from a broken one: what is taken over, what is declared lost, and what the next chain says of it.

The old chain is ended where it stood, as its row, its mark and its last whole batch know. From it are taken over:

- batches that are whole, to be sent as they are (or kept for a hub that asks again);
- the lines of records that were in no batch, to be sealed as the old chain's last batches (``closing``), unless the
  file has forgotten batches (it went back behind its mark): then they were sealed once already, and are lost here;
- records that waited without a number, to be numbered in the new chain: no batch ever held them.

Every other number of the old chain that no receipt covers is declared lost, in ranges. De-duplication keys, attempts,
holds, lots and states are taken over as far as they can be read; first-pass counts begin anew with the new chain.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from zlib import crc32

import msgspec

from edge_agent.outbox.chain import Chain, Identity, check_identity
from edge_agent.outbox.damage import NEW, OutboxDamaged, aside_name, put_aside
from edge_agent.outbox.former import FormerChain, keep_former
from edge_agent.outbox.losses import note_loss
from edge_agent.outbox.mark import Mark, read_mark
from edge_agent.outbox.old_chain import OldChain, old_chain
from edge_agent.outbox.places import placed_anew
from edge_agent.outbox.ranks import Rank
from edge_agent.outbox.records import UNNUMBERED, UNSALTED
from edge_agent.outbox.salvage import (
    KeptBatch,
    Row,
    former_lines,
    open_broken,
    readable_rows,
    waiting_rows,
    whole_batches,
    whole_lines,
    without_body,
)
from edge_agent.outbox.schema import micros, open_file
from edge_agent.outbox.tables import TABLES
from edge_agent.outbox.waiting import measure_waiting, waiting_sizes
from traceability.encoding import sha256, tagged
from traceability.record.production import DataLossRecord

_OF_THE_CHAIN = {"chain", "record", "batch", "first_pass", "former_chain", "former_record", "waiting", "waiting_size"}
_RANGES = 100


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """What is declared lost: ``count`` of ``stream``, from number ``first`` to ``last`` where numbered."""

    stream: str
    count: int
    reason: str
    first: int | None = None
    last: int | None = None


class Rescue(msgspec.Struct, frozen=True, kw_only=True):
    """What the chain after a broken file begins with, and what people are told of it."""

    reason: str
    cites: str | None = None
    lost: tuple[Lost, ...] = ()
    batches: int = 0
    records: int = 0

    @property
    def told(self) -> str:
        """The losses in one sentence."""
        if not self.lost:
            return "nothing that was stored is lost"
        return "; ".join(_spoken(entry) for entry in self.lost)[:2000]


def rescue(path: Path, identity: Identity, damage: OutboxDamaged, now: datetime) -> Rescue:
    """Make a new file of what can be read, and put the broken one aside; what was found."""
    mark, broken, aside = read_mark(path), open_broken(path), aside_name(path, now)
    draft = Path(f"{path}{NEW}")
    for left in (draft, Path(f"{draft}-wal"), Path(f"{draft}-shm")):
        left.unlink(missing_ok=True)
    new = open_file(draft)
    try:
        new.execute("BEGIN IMMEDIATE")
        taken = _take_over(broken, new, mark, identity, now)
        reason = f"the outbox file was broken ({damage.what[:500]}); it was put aside and a new chain begun"
        found = _end_old(new, taken, mark, reason, now)
        new.execute(
            "INSERT INTO rescue (at, reason, aside, told, pending) VALUES (?, ?, ?, ?, 1)",
            (micros(now), found.reason, aside.name, msgspec.json.encode(found).decode()),
        )
        new.execute("COMMIT")
    finally:
        new.close()
        if broken is not None:
            broken.close()
    put_aside(path, aside)
    return found


def pending_rescue(connection: sqlite3.Connection) -> Rescue | None:
    """What the next chain must begin with, if it comes after a broken file."""
    row = connection.execute("SELECT told FROM rescue WHERE pending ORDER BY id DESC LIMIT 1").fetchone()
    return None if row is None else msgspec.json.decode(row[0], type=Rescue)


def loss_records(found: Rescue, chain: str, now: datetime) -> list[DataLossRecord]:
    """The declarations of what is lost, for the chain that follows."""
    return [
        DataLossRecord(
            id=f"rescue:{chain}:{number}", seq=UNNUMBERED, salt=UNSALTED, event_time=now, stream=entry.stream,
            count=entry.count, reason=entry.reason, first=entry.first, last=entry.last,
        )
        for number, entry in enumerate(found.lost, start=1)
    ]  # fmt: skip


class _Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a broken file and its mark tell of the chain that was in force, and what of it is whole."""

    old: OldChain | None
    formers: list[FormerChain] = []
    batches: list[KeptBatch] = []
    lines: dict[int, bytes] = {}
    earlier: Rescue | None = None


def _take_over(
    broken: sqlite3.Connection | None, new: sqlite3.Connection, mark: Mark | None, identity: Identity, now: datetime
) -> _Found:
    """Copy what is whole."""
    if broken is None:
        return _Found(old=old_chain(None, mark, [], [], {}))
    row = _chain_row(broken)
    if row is not None:
        check_identity(row, identity, "outbox")
    formers = list(_formers(broken))
    whole = [without_body(entry) for entry in whole_batches(broken) if entry.header.author == identity.author]
    old = old_chain(row, mark, whole, formers, _counts(broken))
    placed = placed_anew(formers, whole, None if old is None else old.chain)
    old = None if old is None else msgspec.structs.replace(old, base=placed.end)
    formers, batches = placed.formers, placed.batches
    for former in formers:
        keep_former(new, former, now)
    places = {before.place: after.place for before, after in zip(whole, batches, strict=True)}
    _copy_batches(broken, new, places)
    _copy(broken, new, now)
    lines = {} if old is None else old.sealable(whole_lines(broken))
    return _Found(old=old, formers=formers, batches=batches, lines=lines, earlier=_earlier(broken))


def _end_old(new: sqlite3.Connection, found: _Found, mark: Mark | None, reason: str, now: datetime) -> Rescue:
    """End the old chain in the new file; what is to be said of it."""
    earlier = found.earlier or Rescue(reason="")
    if found.old is None and found.earlier is not None:
        return msgspec.structs.replace(earlier, reason=f"{reason}; before that, {earlier.reason}")
    if found.old is None:
        lost = [Lost(stream="outbox", count=0, reason="which records were not sent, and how many, is not known")]
    else:
        keep_former(new, found.old.ended(), now)
        rows = [(found.old.chain, seq, line, crc32(line)) for seq, line in found.lines.items()]
        new.executemany("INSERT INTO former_record (chain, seq, line, crc) VALUES (?, ?, ?, ?)", rows)
        lost = list(_lost(found.old.chain, found.old.missing(found.batches, found.lines)))
        if found.old.open_end:
            following = max([found.old.next_record, *(seq + 1 for seq in found.lines)])
            unknown = "how many records followed, if any, cannot be read from the broken outbox file"
            lost.append(Lost(stream=f"chain:{found.old.chain}", count=0, first=following, reason=unknown))
    return Rescue(
        reason=reason,
        cites=_cited(mark, found.batches),
        lost=(*earlier.lost, *lost, *_lost_batches(found.formers, found.batches, mark)),
        batches=len([entry for entry in found.batches if entry.receipt is None]),
        records=len(found.lines),
    )


def _earlier(broken: sqlite3.Connection) -> Rescue | None:
    """What an earlier rescue left to be said, when the chain after it never began."""
    for row in readable_rows(broken, "rescue"):
        if row.get("pending"):
            try:
                return msgspec.json.decode(row["told"], type=Rescue)
            except msgspec.DecodeError:
                return None
    return None


def _chain_row(broken: sqlite3.Connection) -> Chain | None:
    for found in readable_rows(broken, "chain", Chain.__struct_fields__):
        try:
            return msgspec.convert(found, Chain)
        except msgspec.ValidationError:
            continue
    return None


def _formers(broken: sqlite3.Connection) -> Iterator[FormerChain]:
    for found in readable_rows(broken, "former_chain", FormerChain.__struct_fields__):
        try:
            yield msgspec.convert(found, FormerChain)
        except msgspec.ValidationError:
            continue


def _counts(broken: sqlite3.Connection) -> dict[int, int]:
    found = readable_rows(broken, "batch", ("seq", "records"))
    return {row["seq"]: row["records"] for row in found if isinstance(row["records"], int)}


def _copy_batches(broken: sqlite3.Connection, new: sqlite3.Connection, places: Mapping[int, int]) -> None:
    """Copy the whole batches that stand at the first places to the second, one at a time."""
    for entry in whole_batches(broken):
        if entry.place in places:
            new.execute(
                "INSERT OR IGNORE INTO batch (seq, hash, records, sealed_at, body, receipt, acknowledged_at, crc)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (places[entry.place], entry.hash, entry.header.records, entry.sealed_at, entry.body, entry.receipt,
                 entry.acknowledged_at, crc32(entry.body)),
            )  # fmt: skip


def _copy(broken: sqlite3.Connection, new: sqlite3.Connection, now: datetime) -> None:
    """Take over what is not part of the chain, row by row as far as each can be read and still makes sense."""
    for table in TABLES.keys() - _OF_THE_CHAIN:
        _insert(new, table, readable_rows(broken, table))
    _insert(new, "former_record", former_lines(broken))
    _insert(new, "waiting", waiting_rows(broken))
    new.execute("UPDATE rescue SET pending = 0")
    before = {row["rank"]: row["records"] for row in readable_rows(broken, "waiting_size")}
    measure_waiting(new)
    after = {size.rank: size.records for size in waiting_sizes(new)}
    for rank in Rank:
        gone = (before.get(int(rank)) or 0) - after.get(int(rank), 0)
        if gone > 0:
            note_loss(new, "outbox", rank, gone, (micros(now), micros(now)))


def _insert(new: sqlite3.Connection, table: str, rows: Iterable[Row]) -> None:
    for row in rows:
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" * len(row))
        try:
            new.execute(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))  # noqa: S608 - names of ``tables``
        except sqlite3.IntegrityError:
            continue  # STRICT: a broken value of another type


def _cited(mark: Mark | None, batches: Iterable[KeptBatch]) -> str | None:
    taken = [entry for entry in batches if entry.receipt and entry.acknowledged_at is not None]
    newest = max(taken, key=lambda entry: (entry.acknowledged_at, entry.place), default=None)
    if mark is not None and mark.receipt is not None:
        return mark.receipt
    return None if newest is None or not newest.receipt else tagged(sha256(newest.receipt))


def _lost(chain: str, runs: list[tuple[int, int]]) -> Iterator[Lost]:
    reason = (
        "could not be read from the line PC's broken outbox file, and no receipt of the hub for them is known here; "
        "the hub may hold some of them"
    )
    for first, last in runs[:_RANGES]:
        yield Lost(stream=f"chain:{chain}", count=last - first + 1, first=first, last=last, reason=reason)
    rest = runs[_RANGES:]
    if rest:
        count = sum(last - first + 1 for first, last in rest)
        yield Lost(stream=f"chain:{chain}", count=count, first=rest[0][0], last=rest[-1][1], reason=reason)


def _lost_batches(formers: Iterable[FormerChain], batches: Iterable[KeptBatch], mark: Mark | None) -> Iterator[Lost]:
    """Batches of chains that had ended before, which can't be read and were not taken as far as is known here."""
    known = None if mark is None or mark.unsent is None else {entry.chain: entry for entry in mark.unsent}
    last_of = {former.chain: former.batches for former in formers} | {
        entry.chain: entry.last for entry in (known or {}).values()
    }
    for chain, last in last_of.items():
        own = [entry.header.seq for entry in batches if entry.header.chain == chain and entry.receipt is None]
        taken = [entry.header.seq for entry in batches if entry.header.chain == chain and entry.receipt is not None]
        if known is None or (mark is not None and mark.chain == chain):
            first = min(own, default=1)
        elif chain in known:
            first = known[chain].first
        else:
            continue  # everything of it had been taken
        gone = sorted({*range(max([first, *(seq + 1 for seq in taken)]), last + 1)} - {*own})
        if gone:
            reason = "sealed batches could not be read from the line PC's broken outbox file; the hub may hold some"
            yield Lost(stream=f"chain:{chain}:batches", count=len(gone), first=gone[0], last=gone[-1], reason=reason)


def _spoken(entry: Lost) -> str:
    if not entry.count:
        return f"of {entry.stream} it is not known how much" + (f" from {entry.first} on" if entry.first else "")
    return f"{entry.count} of {entry.stream}" + (f" ({entry.first} to {entry.last})" if entry.first else "")
