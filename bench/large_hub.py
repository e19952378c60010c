"""A hub that holds millions of units: one day of ten plants through the real ingest, then the same day again and again.

The first day is signed, verified, projected and rolled up like any other. Further days are copies of its rows in the
store, moved on by whole days, with names and log positions of their own, longer spans rolled up by the hub's own code.
Digests and receipts of the copies are not true, so the log can't be verified; what pages read is as ingest leaves it.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from large_results import tables_with_rows
from large_tallies import copy_tallies, multiply_totals
from sqlalchemy import String, Table, func, insert, literal, select, text
from sqlalchemy.types import JSON

from hub.composition import create_hub
from hub.entry.master import add_agent, add_organisation, add_plant
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.rollup.hours import HOURS_A_DAY
from hub.rollup.keep import close
from hub.rollup.sample import of_lot
from hub.store.core.database import Writing
from hub.store.ledger.log_nodes import insert_nodes, node_source
from hub.store.rollup.body import Kept, Unsummed, body_of, kept_in, unsummed
from hub.store.rollup.queries import HOUR, StreamRow, streams_by_id
from hub.store.tables.every import batch, first_pass_hour, rollup, rollup_stream
from traceability.batch.header import FORMAT_VERSION, Header
from traceability.batch.open import compress, open_batch
from traceability.batch.seal import records_root, seal_batch
from traceability.encoding import sha256, tagged, to_base64
from traceability.identifier.item import lot_uri, part_uri, unit_uri
from traceability.measurement import Characteristic
from traceability.merkle import appended_nodes, leaf_hash
from traceability.record.base import Record
from traceability.record.codec import encode_record, plan_id
from traceability.record.master import ControlPlan, ControlPlanRecord, Operation
from traceability.record.production import (
    AssociationRecord,
    Component,
    MeasuredValue,
    MeasurementsRecord,
    UnitResultRecord,
)
from traceability.signing import Ed25519Signer
from traceability.unit import Environment, Verdict

PLANTS, A_DAY, A_BATCH, VALUES = 10, 2_000, 200, 10
GTINS = tuple(f"0950600013{number}" for number in ("4352", "4369", "4376", "4383", "4390", "4406"))
BARS = "09506000134406"
DEFECTS = ("chatter marks", "seal not seated", "burr", "scratch")
DAY = timedelta(days=1)
_MICROSECONDS_A_DAY = 86_400_000_000
_MARKS = ("S00000-", "L00000-", "r00000-")
"""How names of the first day begin; those of other days have their number there."""


def plant_name(number: int) -> str:
    """The id of a plant."""
    return f"group-{number}.plant"


def serial(number: int, day: int) -> str:
    """The serial of a unit of a day."""
    return f"S{day:05d}-{number:06d}"


def unit_name(plant: int, day: int, number: int) -> str:
    """The identity of a unit."""
    return unit_uri(GTINS[plant % 5], f"P{plant}{serial(number, day)}")


def lot_name(plant: int, day: int) -> str:
    """The identity of the lot from which a plant made a day's units."""
    return lot_uri(BARS, f"P{plant}L{day:05d}-1")


def make_hub(folder: Path, units: int, now: datetime) -> Hub:
    """A hub with ``units`` of ten plants, as many whole days as that takes, the last one yesterday; 0: none at all."""
    days = max(1, round(units / (PLANTS * A_DAY))) if units else 0
    begin = datetime(now.year, now.month, now.day, tzinfo=UTC) - days * DAY
    hub = create_hub(folder, origin="bench/log", environment=Environment.TEST)
    signers = [Ed25519Signer.from_seed(sha256(plant_name(number).encode())) for number in range(PLANTS)]
    for number, signer in enumerate(signers):
        add_organisation(hub, f"group-{number}", f"Group {number}", f"集团{number}")
        add_plant(
            hub, plant_name(number), organisation=f"group-{number}", name=f"Plant {number}", name_zh=f"{number}厂"
        )
        add_agent(hub, f"group-{number}.line-1", plant=plant_name(number), public_key=to_base64(signer.public_key))
    plans = [plan_of(number) for number in range(PLANTS)]
    chains = [Chain(number, signer) for number, signer in enumerate(signers)]
    for chain, plan in zip(chains, plans, strict=True):
        chain.send(hub, [ControlPlanRecord(id=plan_id(plan), plan=plan, **chain.stamp(begin))])
    if not days:
        return hub
    with hub.store.reading() as connection:
        first = connection.execute(select(func.max(batch.c.id))).scalar_one() + 1
    before = chains[0].seq
    for at in range(0, A_DAY, A_BATCH):
        for chain, plan in zip(chains, plans, strict=True):
            chain.send(hub, list(records_of(chain, plan, range(at, at + A_BATCH), begin)))
    Copying(hub, first, chains[0].seq - before).copy(days)
    return hub


def plan_of(plant: int) -> ControlPlan:
    """Two operations, ten characteristics, two of them key ones."""
    limits: dict[str, Any] = {"lsl": Decimal("2.4700"), "target": Decimal("2.5000"), "usl": Decimal("2.5300")}
    return ControlPlan(
        part=part_uri(GTINS[plant % 5]), plant=plant_name(plant), revision="1", name=f"Part {plant}",
        name_zh=f"零件{plant}",
        operations=(Operation(id="OP10", name="Machining", name_zh="加工", final=True),),
        characteristics=tuple(
            Characteristic(id=f"c{one}", name=f"Size {one}", operation="OP10", uom="mm", decimals=4, key=one < 2,
                           **limits)
            for one in range(VALUES)
        ),
    )  # fmt: skip


class Chain:
    """One agent's chain of batches."""

    def __init__(self, plant: int, signer: Ed25519Signer) -> None:
        self.plant, self._signer = plant, signer
        self.author, self._chain = f"group-{plant}.line-1", f"{plant:032x}"
        self._batch, self.seq, self._prev = 1, 1, None
        self.dice = random.Random(plant)

    def stamp(self, at: datetime) -> dict[str, Any]:
        """What every record carries."""
        self.seq += 1
        return {"seq": self.seq - 1, "salt": self.dice.randbytes(16).hex(), "event_time": at}

    def send(self, hub: Hub, records: list[Record]) -> None:
        """Seal a batch and have it taken."""
        lines = [encode_record(record) for record in records]
        header = Header(
            format=FORMAT_VERSION, author=self.author, environment=Environment.TEST, chain=self._chain,
            seq=self._batch, prev=self._prev, sealed_at=records[-1].event_time, first_record=records[0].seq,
            records=len(lines), root=records_root(lines), config=tagged(sha256(b"configuration")),
        )  # fmt: skip
        sealed = seal_batch(header, lines, self._signer)
        self._prev, self._batch = open_batch(sealed).hash, self._batch + 1
        ingest(hub, compress(sealed), compressed=True)


def records_of(chain: Chain, plan: ControlPlan, numbers: range, begin: datetime) -> Iterator[Record]:
    """A result, what was measured, and what went in, of each unit; one of fifty fails."""
    for number in numbers:
        at = begin + number * DAY / A_DAY
        unit, name = unit_name(chain.plant, 0, number), f"P{chain.plant}r00000-{number:06d}"
        fails = chain.dice.random() < 0.02
        yield UnitResultRecord(
            id=name, unit=unit, part=plan.part, operation="OP10", work_cell=f"{plan.plant}/cell-{number % 2}",
            verdict=Verdict.NOT_OK if fails else Verdict.OK, attempt=1, cycle=number, source_time=at,
            defect=chain.dice.choice(DEFECTS) if fails else None, plan=plan_id(plan), **chain.stamp(at),
        )  # fmt: skip
        values = tuple(
            MeasuredValue(characteristic=f"c{one}", value=round(chain.dice.gauss(25_000, 60)), decimals=4, uom="mm")
            for one in range(VALUES)
        )
        yield MeasurementsRecord(
            id=name, unit=unit, operation="OP10", values=values, plan=plan_id(plan), **chain.stamp(at)
        )
        inside = [Component(item=lot_name(chain.plant, 0), position="bar")]
        if chain.plant == PLANTS - 1:
            inside.append(Component(item=unit_name(0, 0, number), position="core"))
        yield AssociationRecord(
            id=name, parent=unit, operation="OP10", components=tuple(inside), **chain.stamp(at)
        )  # fmt: skip


class Copying:
    """The rows from batch ``first`` on are those of one day, ``records`` of each chain."""

    def __init__(self, hub: Hub, first: int, records: int) -> None:
        self._hub, self._first, self._records = hub, first, records
        with hub.store.reading() as connection:
            self._after = connection.execute(select(func.max(batch.c.id))).scalar_one() + 1
        self._batches = self._after - first

    def copy(self, days: int) -> None:
        """Days 1 to before ``days``."""
        with self._hub.store.reading() as connection:
            filled = [each for each in (batch, *tables_with_rows(connection)) if self._holds(connection, each)]
            streams = [StreamRow(**row) for row in connection.execute(select(rollup_stream)).mappings()]
            hours = connection.execute(select(rollup).where(rollup.c.span == HOUR)).mappings().all()
        spans = [(row, kept_in(row["body"])) for row in hours]
        for day in range(1, days):
            with self._hub.store.writing() as connection:
                for table in filled:
                    self._shift(connection, table, day)
                self._first_passes(connection, day)
                copy_tallies(connection, day, self._batches)
                self._rollups(connection, streams, spans, day)
        with self._hub.store.writing() as connection:
            self._append_leaves(connection, days)
            multiply_totals(connection, days, self._records)
            self._close(connection, streams, days)
            connection.execute(text("ANALYZE"))

    def _append_leaves(self, connection: Writing, days: int) -> None:
        source = node_source(connection)
        for index in range(self._after, self._after + (days - 1) * self._batches):
            insert_nodes(connection, list(appended_nodes(index, leaf_hash(str(index).encode()), source)))

    def _holds(self, connection: Any, table: Table) -> bool:
        return bool(
            connection.execute(select(_log_index(table)).where(_log_index(table) >= self._first).limit(1)).first()
        )

    def _shift(self, connection: Writing, table: Table, day: int) -> None:
        moved = [self._moved(table, column, day) for column in table.columns]
        within = (_log_index(table) >= self._first, _log_index(table) < self._after)
        connection.execute(insert(table).from_select(list(table.columns), select(*moved).where(*within)))

    def _moved(self, table: Table, column: Any, day: int) -> Any:
        later = ("event_time", "source_time", "earliest", "latest", "sealed_at", "record_time")
        steps = dict.fromkeys(later, day * _MICROSECONDS_A_DAY) | {"batch_id": day * self._batches}
        steps |= dict.fromkeys(("first_record", "seq"), day * self._records)
        if table is batch:
            steps |= {"id": day * self._batches, "seq": day * (self._batches // PLANTS)}
            if column.name == "hash":
                return literal(f"sha256:{day:08x}") + func.substr(column, 16)
        if column.name in steps and (table.name, column.name) != ("result_row", "source_time"):  # a difference there
            return column + steps[column.name]
        if isinstance(column.type, String) and not isinstance(column.type, JSON) and column.name not in _UNNAMED:
            for mark in _MARKS:
                column = func.replace(column, mark, f"{mark[0]}{day:05d}-")
        return column

    def _first_passes(self, connection: Writing, day: int) -> None:
        moved = [column + day * HOURS_A_DAY if column.name == "hour" else column for column in first_pass_hour.columns]
        first_day = select(func.min(first_pass_hour.c.hour) + HOURS_A_DAY).scalar_subquery()
        query = select(*moved).where(first_pass_hour.c.hour < first_day)
        connection.execute(insert(first_pass_hour).from_select(list(first_pass_hour.columns), query))

    def _rollups(self, connection: Writing, streams: list[StreamRow], spans: list[Any], day: int) -> None:
        at = {stream.id: stream for stream in streams}
        names = {stream.id: self._of_day(stream, day) for stream in streams}
        connection.execute(
            insert(rollup),
            [
                {
                    **row,
                    "stream": names[row["stream"]],
                    "start": row["start"] + day * HOURS_A_DAY,
                    "first_position": row["first_position"] + day * A_DAY,
                    "first_batch": row["first_batch"] + day * self._batches,
                    "last_batch": row["last_batch"] + day * self._batches,
                    "body": _behind(body, day * A_DAY),
                }
                for row, body in spans
            ],
        )
        new = [_stream_row(of_lot(one, _lot_of_day(one.lot, day)), one, day) for one in at.values() if one.lot]
        connection.execute(insert(rollup_stream), new)

    def _of_day(self, stream: StreamRow, day: int) -> str:
        return of_lot(stream, _lot_of_day(stream.lot, day)).id if stream.lot else stream.id

    def _close(self, connection: Writing, streams: list[StreamRow], days: int) -> None:
        gone = {"position": (days - 1) * A_DAY, "hours": (days - 1) * HOURS_A_DAY}
        connection.execute(text(_MOVE_ON), gone)
        whole = [stream.id for stream in streams if not stream.lot]
        for stream in streams_by_id(connection, whole).values():
            last = stream.last_hour
            close(connection, stream.id, range(last - days * HOURS_A_DAY + 1, last, HOURS_A_DAY), last)


_UNNAMED = frozenset(("hash", "prev", "receipt", "author", "chain", "plan", "verdict", "operation", "plant", "part"))
_MOVE_ON = (
    "UPDATE rollup_stream SET next_position = next_position + :position, last_hour = last_hour + :hours WHERE lot = ''"
)


def _log_index(table: Table) -> Any:
    return table.c.id if table is batch else table.c.batch_id


def _lot_of_day(lot: str, day: int) -> str:
    return lot.replace("L00000-", f"L{day:05d}-")


def _stream_row(new: StreamRow, old: StreamRow, day: int) -> dict[str, Any]:
    moved = {"next_position": old.next_position + day * A_DAY, "last_hour": old.last_hour + day * HOURS_A_DAY}
    return msgspec.structs.asdict(new) | moved


def _behind(found: Kept, behind: int) -> bytes:
    if isinstance(found, Unsummed):
        return body_of(unsummed(found.decimals, found.arrays[0] + behind, found.arrays[1]))
    runs = tuple((start + behind, end + behind, first, last) for start, end, first, last in found.runs)
    return body_of(msgspec.structs.replace(found, runs=runs))
