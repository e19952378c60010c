"""Items that a recall may begin with, and the recalls themselves."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import numpy as np
from sqlalchemy import ColumnElement, Select, delete, insert, select, update

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading, Writing
from hub.store.core.instant import to_micros
from hub.store.production.corrections import erroneous, place_of
from hub.store.production.measured import batches_with, columns_of_batches
from hub.store.tables.detail import result_detail, result_tool
from hub.store.tables.every import (
    link,
    recall,
    recall_part,
    unit_result,
)
from hub.store.tables.measured import measured
from hub.store.trace.queries import known


class Passed(msgspec.Struct, frozen=True, kw_only=True):
    """Units that passed somewhere in a time: at a work cell, an operation, a plant; by results of one part or all."""

    plant: str | None = None
    work_cell: str | None = None
    operation: str | None = None
    part: str | None = None
    begin: datetime | None = None
    end: datetime | None = None


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """Units with a value of ``characteristic`` below ``low`` or above ``high``, in ``uom``."""

    characteristic: str
    low: int | None
    high: int | None
    decimals: int
    uom: str
    plant: str | None = None
    begin: datetime | None = None
    end: datetime | None = None


class MadeBy(msgspec.Struct, frozen=True, kw_only=True):
    """Units whose results name a tool, or a recipe (of one version, or of any), somewhere in a time."""

    tool: str | None = None
    recipe: str | None = None
    version: str | None = None
    plant: str | None = None
    work_cell: str | None = None
    operation: str | None = None
    begin: datetime | None = None
    end: datetime | None = None


class RecallRow(msgspec.Struct, frozen=True, kw_only=True):
    """One recall; ``asked_at`` in microseconds since 1970 UTC."""

    id: str
    question: Any
    asked_at: int
    log_size: int
    state: str
    reached: int = 0
    detailed: int = 0
    truncated: bool = False
    summary: Any = None
    problem: str = ""


class PartRow(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of the affected items, from position ``first`` on."""

    first: int
    size: int
    numbers: bytes
    depths: bytes
    marks: bytes


def units_that_passed(connection: Reading, passed: Passed, log_size: int, most: int) -> list[str]:
    """At most ``most`` units, each once; results that were declared wrong do not count."""
    conditions: list[ColumnElement[bool]] = [unit_result.c.unit.is_not(None)]
    for column, wanted in (
        (unit_result.c.plant, passed.plant),
        (unit_result.c.work_cell, passed.work_cell),
        (unit_result.c.operation, passed.operation),
        (unit_result.c.part, passed.part),
    ):
        if wanted is not None:
            conditions.append(column == wanted)
    query = select(unit_result).where(*conditions, *_within(unit_result.c.event_time, passed.begin, passed.end))
    return _units(connection, known(query, unit_result, log_size), log_size, most)


def units_measured_outside(connection: Reading, wanted: Measured, log_size: int, most: int) -> list[str]:
    """At most ``most`` units, each once; compared exactly, whatever decimals a value was kept with."""
    begin, end = (None if at is None else to_micros(at) for at in (wanted.begin, wanted.end))
    plants = None if wanted.plant is None else [wanted.plant]
    batches = batches_with(connection, [wanted.characteristic], plants, begin, end)
    units: set[str] = set()
    for some in in_chunks([batch for batch in batches if batch < log_size]):
        outside = _lines_outside(connection, wanted, some)
        conditions: list[ColumnElement[bool]] = [measured.c.batch_id.in_(sorted(outside)), measured.c.unit.is_not(None)]
        if wanted.plant is not None:
            conditions.append(measured.c.plant == wanted.plant)
        query = select(measured).where(*conditions, *_within(measured.c.event_time, wanted.begin, wanted.end))
        rows = [row for row in connection.execute(query) if row.line in outside[row.batch_id]]
        wrong = erroneous(connection, map(place_of, rows), log_size)
        units.update(row.unit for row in rows if not wrong or place_of(row) not in wrong)
        if len(units) >= most:
            break
    return sorted(units)[:most]


def _lines_outside(connection: Reading, wanted: Measured, batches: Sequence[int]) -> dict[int, set[int]]:
    """The lines of records with a value outside, by batch."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    for column in columns_of_batches(connection, batches, [wanted.characteristic]):
        if column.uom != wanted.uom:
            continue
        values = column.values
        below = above = np.zeros(len(values.values), np.bool_)
        if wanted.low is not None:
            below = values.values < _ceiling(wanted.low, wanted.decimals, column.decimals)
        if wanted.high is not None:
            above = values.values > _floor(wanted.high, wanted.decimals, column.decimals)
        lines = values.lines[(below | above) & values.present].tolist()
        if lines:
            found[column.batch_id].update(lines)
    return found


def units_made_by(connection: Reading, made: MadeBy, log_size: int, most: int) -> list[str]:
    """At most ``most`` units, each once, with that tool or by that recipe; where both are named, with one or other."""
    found: set[str] = set()
    for table, wanted in ((result_tool, {"tool": made.tool}), (result_detail, _recipe(made))):
        if not any(wanted.values()):
            continue
        wanted |= {"plant": made.plant, "work_cell": made.work_cell, "operation": made.operation}
        conditions = [table.c[name] == value for name, value in wanted.items() if value is not None]
        query = select(table).where(table.c.unit.is_not(None), *conditions)
        query = query.where(*_within(table.c.event_time, made.begin, made.end))
        found.update(_units(connection, known(query, table, log_size), log_size, most))
    return sorted(found)[:most]


def items_of_part(connection: Reading, part: str, log_size: int, most: int) -> list[str]:
    """Units and lots of a part, by results and links."""
    found: set[str] = set()
    of_part = known(select(unit_result.c.unit).where(unit_result.c.part == part), unit_result, log_size).distinct()
    ordered = of_part.where(unit_result.c.unit.is_not(None)).order_by(unit_result.c.unit)
    found.update(connection.execute(ordered.limit(most)).scalars())
    for column in (link.c.child, link.c.parent):
        query = known(select(column).where(column > f"{part}/", column < f"{part}0"), link, log_size).distinct()
        found.update(connection.execute(query.order_by(column).limit(most)).scalars())
    return sorted(found)[:most]


def put_recall(connection: Writing, row: RecallRow) -> None:
    """Add a recall."""
    connection.execute(insert(recall), [msgspec.structs.asdict(row)])


def change_recall(connection: Writing, identity: str, **values: object) -> None:
    """What became of a recall."""
    connection.execute(update(recall).where(recall.c.id == identity).values(**values))


def read_recall(connection: Reading, identity: str) -> RecallRow | None:
    """A recall by its id."""
    row = connection.execute(select(recall).where(recall.c.id == identity)).mappings().one_or_none()
    return None if row is None else recall_row(dict(row))


def recall_row(row: Mapping[str, Any]) -> RecallRow:
    """A recall as it is kept."""
    return RecallRow(**{**row, "truncated": bool(row["truncated"])})


def put_part(connection: Writing, identity: str, part: PartRow) -> None:
    """Add a stretch of affected items."""
    connection.execute(insert(recall_part), [{"recall": identity, **msgspec.structs.asdict(part)}])


def clear_parts(connection: Writing, identity: str) -> None:
    """Forget what was reached, to reach it again."""
    connection.execute(delete(recall_part).where(recall_part.c.recall == identity))


def parts_from(connection: Reading, identity: str, position: int) -> Iterator[PartRow]:
    """The stretches that hold the items from ``position`` on, in order."""
    query = (
        select(recall_part)
        .where(recall_part.c.recall == identity, recall_part.c.first + recall_part.c.size > position)
        .order_by(recall_part.c.first)
    )
    for row in connection.execute(query):
        yield PartRow(
            first=row.first,
            size=row.size,
            numbers=bytes(row.numbers),
            depths=bytes(row.depths),
            marks=bytes(row.marks),
        )


def _recipe(made: MadeBy) -> dict[str, str | None]:
    return {} if made.recipe is None else {"recipe": made.recipe, "recipe_version": made.version}


def _units(connection: Reading, query: Select[Any], log_size: int, most: int) -> list[str]:
    place = (query.selected_columns.batch_id, query.selected_columns.line)  # which ones is the same in every store
    rows = list(connection.execute(query.order_by(*place).limit(most * 4)))
    wrong = erroneous(connection, map(place_of, rows), log_size)
    return sorted({row.unit for row in rows if not wrong or place_of(row) not in wrong})[:most]


def _within(column: Any, begin: datetime | None, end: datetime | None) -> list[ColumnElement[bool]]:
    found = [] if begin is None else [column >= to_micros(begin)]
    return found if end is None else [*found, column < to_micros(end)]


def _floor(value: int, decimals: int, wanted: int) -> int:
    """``value`` x 10**-``decimals`` in units of 10**-``wanted``, rounded down."""
    return int(value * 10**wanted // 10**decimals)


def _ceiling(value: int, decimals: int, wanted: int) -> int:
    return -int(-value * 10**wanted // 10**decimals)
