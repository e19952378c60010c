"""The values of a batch by characteristic: each becomes one row."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from hub.projection.sender import Sender
from hub.store.instant import to_micros
from hub.store.rows import Row
from hub.store.value_body import GOOD, Doubt, to_body
from traceability.record.production import MeasuredValue, MeasurementsRecord

_Cells = list[tuple[int, int, int, MeasuredValue]]
"""Line, event time, item and value."""


def column_rows(batch_id: int, sender: Sender, stated: Iterable[tuple[int, MeasurementsRecord]]) -> Iterator[Row]:
    """One row for each characteristic in each unit and resolution; ``stated`` are lines with their records, rising."""
    columns: defaultdict[tuple[str, str, int], _Cells] = defaultdict(list)
    for line, record in stated:
        at = to_micros(record.event_time)
        for item, value in enumerate(record.values):
            columns[value.characteristic, value.uom, value.decimals].append((line, at, item, value))
    for number, ((characteristic, uom, decimals), cells) in enumerate(columns.items()):
        lines, times, items, values = zip(*cells, strict=True)
        yield (
            "value_column",
            {
                "batch_id": batch_id,
                "number": number,
                "plant": sender.plant,
                "characteristic": characteristic,
                "uom": uom,
                "decimals": decimals,
                "n": len(cells),
                "earliest": min(times),
                "latest": max(times),
                "body": to_body(lines, items, [value.value or 0 for value in values], _doubts(values)),
            },
        )


def _doubts(values: Iterable[MeasuredValue]) -> Iterator[Doubt]:
    for index, value in enumerate(values):
        if value.value is None or value.raw is not None or value.status != GOOD:
            yield Doubt(index, str(value.status), value.raw, value.value is None)
