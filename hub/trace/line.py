"""From rows to what people see of codes read, holds and refusals."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import TypeVar

from hub.page_paths import has_page, item_path
from hub.store.core.database import Reading
from hub.store.production.line import (
    CodesRow,
    HoldRow,
    RefusalRow,
    codes_of_units,
    holds_about,
    open_holds,
    refusals_of_units,
)
from hub.trace.catalogue import item_label
from hub.trace.known import NOW, Moment
from hub.trace.line_views import CodesView, HoldView, OpenHolds, RefusalView
from hub.trace.pointer import Pointer
from hub.trace.results import symbol_view
from traceability.identifier.item import parse_item
from traceability.record.production import HoldState

MOST_HOLDS = 100
Row = TypeVar("Row", CodesRow, HoldRow, RefusalRow)


def unit_codes(connection: Reading, units: Collection[str], moment: Moment = NOW) -> tuple[CodesView, ...]:
    """What readers read of a unit, under any of its names, earliest first."""
    rows = sorted(_by(codes_of_units(connection, units), moment), key=lambda row: (row.event_time, row.batch_id))
    return tuple(
        CodesView(
            operation=row.operation,
            reader=row.reader,
            event_time=row.event_time,
            symbols=tuple(symbol_view(symbol) for symbol in row.symbols),
            reason=row.reason,
            pointer=Pointer(row.batch_id, row.line),
        )
        for row in rows
    )


def holds_on(connection: Reading, items: Collection[str], moment: Moment = NOW) -> tuple[HoldView, ...]:
    """The holds on units and lots, latest first."""
    return _holds(_by(holds_about(connection, items), moment))


def unit_refusals(connection: Reading, units: Collection[str], moment: Moment = NOW) -> tuple[RefusalView, ...]:
    """Where the interlock did not clear a unit, earliest first."""
    rows = sorted(_by(refusals_of_units(connection, units), moment), key=lambda row: (row.event_time, row.batch_id))
    return tuple(
        RefusalView(
            operation=row.operation,
            work_cell=row.work_cell,
            code=row.code,
            reason=row.reason,
            event_time=row.event_time,
            pointer=Pointer(row.batch_id, row.line),
        )
        for row in rows
    )


def plant_holds(connection: Reading, plant: str, most: int = MOST_HOLDS) -> OpenHolds:
    """The holds of a plant's lines that nobody has released."""
    rows = open_holds(connection, plant, most + 1)
    return OpenHolds(holds=_holds(rows[:most]), truncated=len(rows) > most)


def _by(rows: Iterable[Row], moment: Moment) -> list[Row]:
    """The rows that the hub knew, of what had happened, at the moment."""
    return [
        row
        for row in rows
        if (moment.log_size is None or row.batch_id < moment.log_size)
        and (moment.as_of is None or row.event_time <= moment.as_of)
    ]


def _holds(rows: Iterable[HoldRow]) -> tuple[HoldView, ...]:
    told: defaultdict[tuple[str, str], dict[HoldState, HoldRow]] = defaultdict(dict)
    for row in sorted(rows, key=lambda row: (row.event_time, row.batch_id, row.line)):
        told[row.author, row.hold_id].setdefault(row.state, row)
    latest = sorted(told.values(), key=lambda states: min(row.event_time for row in states.values()), reverse=True)
    return tuple(_hold(states.get(HoldState.PLACED), states.get(HoldState.RELEASED)) for states in latest)


def _hold(placed: HoldRow | None, released: HoldRow | None) -> HoldView:
    row = placed or released
    assert row is not None
    named = has_page(row.target)
    return HoldView(
        hold_id=row.hold_id,
        author=row.author,
        scope=row.scope,
        target=row.target,
        label=item_label(parse_item(row.target)) if named else row.target,
        url=item_path(row.target) if named else None,
        reason=placed.reason if placed else None,
        placed_by=placed.by if placed else None,
        placed_at=placed.event_time if placed else None,
        released_by=released.by if released else None,
        released_at=released.event_time if released else None,
        release_reason=released.reason if released else None,
        pointer=Pointer(row.batch_id, row.line),
    )
