"""The values of a batch by characteristic: each becomes one row."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from hub.projection.sender import Sender
from hub.store.core.instant import to_micros
from hub.store.core.value_body import GOOD, Doubt, Narrow, body_at, narrow
from hub.store.writing.rows import Row
from traceability.record.production import MeasuredValue, MeasurementsRecord

_Name = tuple[str, str, int]
"""Characteristic, unit of measure and decimals."""


class _Cells(NamedTuple):
    """Values with their items in the records numbered ``records``; None: one in each record."""

    records: list[int] | None
    items: Narrow
    values: Sequence[MeasuredValue]


def column_rows(batch_id: int, sender: Sender, stated: Sequence[tuple[int, MeasurementsRecord]]) -> Iterator[Row]:
    """One row for each characteristic in each unit and resolution; ``stated`` are lines with their records, rising."""
    every_line = [line for line, _ in stated]
    every_time = [to_micros(record.event_time) for _, record in stated]
    all_lines = narrow(every_line)
    whole = (min(every_time), max(every_time)) if every_time else (0, 0)
    for number, (name, cells) in enumerate(_columns([record.values for _, record in stated])):
        characteristic, uom, decimals = name
        lines, span = all_lines, whole
        if cells.records is not None:
            lines = narrow([every_line[record] for record in cells.records])
            times = [every_time[record] for record in cells.records]
            span = min(times), max(times)
        numbers = [value.value or 0 for value in cells.values]
        yield (
            "value_column",
            {
                "batch_id": batch_id,
                "number": number,
                "plant": sender.plant,
                "characteristic": characteristic,
                "uom": uom,
                "decimals": decimals,
                "n": len(numbers),
                "earliest": span[0],
                "latest": span[1],
                "body": body_at(lines, cells.items, numbers, _doubts(cells.values)),
            },
        )


def _columns(stated: Sequence[tuple[MeasuredValue, ...]]) -> Iterator[tuple[_Name, _Cells]]:
    """The values of each column in the order of the records, columns in that of their first values."""
    flat = [value for values in stated for value in values]
    names = [(value.characteristic, value.uom, value.decimals) for value in flat]
    width = len(flat) // len(stated) if stated else 0
    if width and len(set(names[:width])) == width and names == names[:width] * len(stated) and _even(stated):
        for item, name in enumerate(names[:width]):
            yield name, _Cells(None, (item, 0, 0, b""), flat[item::width])
        return
    yield from _one_by_one(stated)


def _even(stated: Sequence[tuple[MeasuredValue, ...]]) -> bool:
    return len(set(map(len, stated))) == 1


def _one_by_one(stated: Sequence[tuple[MeasuredValue, ...]]) -> Iterator[tuple[_Name, _Cells]]:
    columns: defaultdict[_Name, list[tuple[int, int, MeasuredValue]]] = defaultdict(list)
    for number, values in enumerate(stated):
        for item, value in enumerate(values):
            columns[value.characteristic, value.uom, value.decimals].append((number, item, value))
    for name, cells in columns.items():
        numbers, items, values = zip(*cells, strict=True)
        yield name, _Cells(list(numbers), narrow(items), values)


def _doubts(values: Iterable[MeasuredValue]) -> Iterator[Doubt]:
    for index, value in enumerate(values):
        if value.value is None or value.raw is not None or value.status != GOOD:
            yield Doubt(index, str(value.status), value.raw, value.value is None)
