"""Where items were sent, by themselves or inside logistic units, each for the time that it was inside."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

import msgspec

from hub.store.core.database import Reading
from hub.store.trace.shipments import ShipmentRow, any_shipment, packings_of, shipments_of
from hub.trace.naming import Naming
from traceability.genealogy import Link, intervals

MOST_LAYERS = 5
"""A box in a carton on a pallet in a container on a ship; deeper packing is not followed."""


class Shipped(msgspec.Struct, frozen=True):
    """One end's word on a shipment; ``inside`` is the outermost logistic unit that the item travelled in."""

    row: ShipmentRow
    inside: str | None


class _Stay(msgspec.Struct, frozen=True):
    """An item was inside ``container`` from ``begin`` to ``end``; None: still."""

    item: str
    container: str
    begin: datetime | None
    end: datetime | None


def shipped(
    connection: Reading, items: Collection[str], naming: Naming, as_of: datetime | None, log_size: int | None
) -> dict[str, list[Shipped]]:
    """The shipments of each of ``items`` that has any, earliest first."""
    if not any_shipment(connection):
        return {}
    stays = [
        _Stay(naming.canonical_of(name), name, None, None) for name in naming.spellings_of(items)
    ]  # each item is "inside" each of its own names
    found: defaultdict[str, dict[tuple[int, int], Shipped]] = defaultdict(dict)
    for layer in range(MOST_LAYERS + 1):
        by_container: defaultdict[str, list[_Stay]] = defaultdict(list)
        for stay in stays:
            by_container[stay.container].append(stay)
        for row in shipments_of(connection, by_container, log_size):
            for stay in by_container[row.shipped]:
                if _within(row.event_time, stay) and (as_of is None or row.event_time <= as_of):
                    inside = row.shipped if layer else None
                    found[stay.item].setdefault((row.batch_id, row.line), Shipped(row, inside))
        stays = _packed(by_container, intervals(packings_of(connection, by_container, log_size)))
        if not stays:
            break
    return {item: sorted(rows.values(), key=_when) for item, rows in found.items()}


def _packed(by_container: dict[str, list[_Stay]], packings: Collection[Link]) -> list[_Stay]:
    """The stays one layer further out: while the inner one lasted, and the outer one too."""
    outer = []
    for link in packings:
        for stay in by_container[link.child]:
            begin = max((each for each in (stay.begin, link.valid_from) if each is not None), default=None)
            end = min((each for each in (stay.end, link.valid_to) if each is not None), default=None)
            if begin is None or end is None or begin < end:
                outer.append(_Stay(stay.item, link.parent, begin, end))
    return outer


def _within(time: datetime, stay: _Stay) -> bool:
    return (stay.begin is None or stay.begin <= time) and (stay.end is None or time <= stay.end)


def _when(each: Shipped) -> tuple[datetime, str, str, int, int]:
    return each.row.event_time, each.row.step, each.row.author, each.row.batch_id, each.row.line
