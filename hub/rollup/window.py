"""Any period of a characteristic from its roll-ups: the longest ones that fit, hours at the edges."""

from collections.abc import Collection, Sequence

import msgspec

from hub.rollup.add_up import add_up
from hub.rollup.hours import cover
from hub.rollup.in_uom import in_uom
from hub.store.core.database import Reading
from hub.store.rollup.queries import Range, StreamRow, packed_between, streams_of
from traceability.measurement import Characteristic
from traceability.quality.rollup import Rollup, pooled


class Narrowing(msgspec.Struct, frozen=True, kw_only=True):
    """Which of a characteristic's values; None: all."""

    part: str | None = None
    operation: str | None = None
    work_cell: str | None = None
    work_cells: tuple[str, ...] | None = None
    """Any of these."""
    lot: str | None = None

    def takes(self, stream: StreamRow) -> bool:
        """Whether the stream's values are meant."""
        stated = ((self.part, stream.part), (self.operation, stream.operation), (self.work_cell, stream.work_cell))
        among = self.work_cells is None or stream.work_cell in self.work_cells
        return among and all(wanted is None or wanted == found for wanted, found in stated)


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """What roll-ups say of a period: the values together, how many could not be used, and from which batches."""

    rollup: Rollup
    left_out: int
    first_batch: int | None
    last_batch: int | None
    work_cells: tuple[str, ...]


def period(
    connection: Reading, plant: str, characteristic: Characteristic, hours: Range, narrowing: Narrowing
) -> Period:
    """All values of a characteristic in ``hours``; those in a unit that does not convert are left out and counted."""
    found = streams_of(connection, plant, [characteristic.id], lot=narrowing.lot or "")
    streams = [stream for stream in found if narrowing.takes(stream)]
    return of_streams(connection, streams, characteristic, hours)


def of_streams(
    connection: Reading, streams: Sequence[StreamRow], characteristic: Characteristic, hours: Range
) -> Period:
    """The same, of given streams."""
    merged: list[Rollup] = []
    left_out, batches = 0, set[int]()
    cells: set[str] = set()
    for stream in streams:
        rows = packed_between(connection, stream.id, cover(*hours, stream.last_hour))
        if not rows:
            continue
        whole = add_up([row.rollup for row in rows])
        batches |= {row.first_batch for row in rows} | {row.last_batch for row in rows}
        cells.add(stream.work_cell)
        left_out += sum(row.left_out for row in rows)
        told = in_uom(whole, stream.uom, characteristic.uom)
        if told is not None:
            merged.append(told)
        else:
            left_out += whole.sums.n
    return Period(
        rollup=pooled(merged) if merged else Rollup(decimals=characteristic.decimals),
        left_out=left_out,
        first_batch=min(batches, default=None),
        last_batch=max(batches, default=None),
        work_cells=tuple(sorted(cells)),
    )


def lots_with_values(connection: Reading, plant: str, characteristics: Collection[str]) -> tuple[str, ...]:
    """Lots that measured units of a plant contain."""
    return tuple(sorted({stream.lot for stream in streams_of(connection, plant, characteristics, lot=None)}))
