"""Affected items as a table for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator

from hub.recall.views import Affected
from hub.tabular.harmless import BOM, harmless

COLUMNS = (
    "item", "kind", "label", "part", "part_name", "depth", "effect", "finished", "organisation", "plant", "customer",
    "customer_name", "site", "shipment", "step", "time", "logistic_unit", "records",
)  # fmt: skip


def csv_lines(items: Iterable[Affected]) -> Iterator[str]:
    """A byte order mark and a header (so that spreadsheets read Chinese names right), then a line an item."""
    yield BOM + _line(COLUMNS)
    for item in items:
        yield _line(_columns(item))


def _columns(item: Affected) -> tuple[object, ...]:
    last = item.shipped[-1] if item.shipped else None
    return (
        item.item,
        item.kind,
        item.label,
        item.part.id,
        item.part.name,
        item.depth,
        "certain" if item.certain else "potential",
        "yes" if item.finished else "no",
        item.organisation.id if item.organisation else "",
        item.plant.id if item.plant else "",
        last.party.id if last else "",
        last.party.name if last else "",
        last.site.id if last and last.site else "",
        last.shipment if last else "",
        last.step if last else "",
        last.event_time.isoformat() if last else "",
        (last.inside or "") if last else "",
        "missing" if item.missing else "",
    )


def _line(columns: Iterable[object]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(harmless(str(column)) for column in columns)
    return text.getvalue()
