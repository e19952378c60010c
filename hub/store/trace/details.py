"""With which tools and by which recipe units were made."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import Row, Select, Table, select

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.core.dialect import is_postgres
from hub.store.core.instant import from_micros
from hub.store.core.listed import given, pairs_listed
from hub.store.production.corrections import erroneous, place_of
from hub.store.tables.detail import result_detail, result_tool
from hub.store.trace.queries import ResultKey, known


class MadeWith(msgspec.Struct, frozen=True, kw_only=True):
    """What one result says it was made with; ``key`` is that of its other rows."""

    batch_id: int
    line: int
    key: ResultKey
    unit: str | None
    operation: str
    work_cell: str
    plant: str | None
    event_time: datetime
    recipe: str | None = None
    recipe_version: str | None = None
    operator: str | None = None
    tools: tuple[str, ...] = ()
    erroneous: bool = False
    """The result was declared wrong by somebody who may: it counts no more."""


def tools_and_recipes_of(
    connection: Reading, units: Collection[str], log_size: int | None = None
) -> dict[str, list[MadeWith]]:
    """By unit, what each of its results says it was made with, in the order of the records (batch_id, line).

    ``units`` are names as results carry them. Units and results that say nothing of recipe, operator or tool are
    missing; results that were declared wrong are there, marked ``erroneous``. A station is not among the tools: it is
    ``work_cell``. Names of recipes and tools are unique within ``plant`` only. A shift follows from ``event_time`` and
    the plant's calendar. With ``log_size``, as it was known when the log held that many batches.
    Two indexed statements for every 5,000 units.
    """
    by_unit: dict[str, list[MadeWith]] = {}
    for chunk in in_chunks(units):
        made = known(select(result_detail).where(result_detail.c.unit.in_(chunk)), result_detail, log_size)
        used = known(select(result_tool).where(result_tool.c.unit.in_(chunk)), result_tool, log_size)
        for each in _made_with(connection, list(connection.execute(made)), list(connection.execute(used)), log_size):
            assert each.unit is not None  # it was asked for by its unit
            by_unit.setdefault(each.unit, []).append(each)
    return by_unit


def tools_of_results(connection: Reading, results: Collection[tuple[str, str, str]]) -> dict[tuple[str, str, str], str]:
    """The tools of results, each named by author, chain and id; several as one text, in the order of the record."""
    columns = (result_tool.c[name] for name in ("author", "chain", "result_id", "tool"))
    query = select(*columns).order_by(result_tool.c.batch_id, result_tool.c.line, result_tool.c.item)
    found: dict[tuple[str, str, str], list[str]] = {}
    for chunk in in_chunks({identity for _, _, identity in results}):
        for row in connection.execute(query.where(result_tool.c.result_id.in_(chunk))):
            found.setdefault((row.author, row.chain, row.result_id), []).append(row.tool)
    return {result: " + ".join(dict.fromkeys(tools)) for result, tools in found.items() if result in results}


def made_with_at(connection: Reading, places: Collection[tuple[int, int]]) -> dict[tuple[int, int], MadeWith]:
    """What the results at places of the log (batch_id, line) say they were made with, as far as they say it."""
    found: dict[tuple[int, int], MadeWith] = {}
    postgres = is_postgres(connection.dialect)
    for chunk in in_chunks(places):
        here = {_PLACES: given(chunk, postgres=postgres)}
        made, used = (list(connection.execute(_rows_at(table, postgres=postgres), here)) for table in _TABLES)
        found |= {(each.batch_id, each.line): each for each in _made_with(connection, made, used, None)}
    return found


_PLACES = "places"
_TABLES = (result_detail, result_tool)


@cache
def _rows_at(table: Table, *, postgres: bool) -> Select[Any]:
    return select(table).where(pairs_listed(table.c.batch_id, table.c.line, _PLACES, postgres=postgres))


def _made_with(
    connection: Reading, made: Sequence[Row[Any]], used: Sequence[Row[Any]], log_size: int | None
) -> Iterator[MadeWith]:
    wrong = erroneous(connection, {place_of(row) for row in (*made, *used)}, log_size)
    tools: defaultdict[tuple[int, int], list[tuple[int, str]]] = defaultdict(list)
    for row in used:
        tools[row.batch_id, row.line].append((row.item, row.tool))
    rows = {(row.batch_id, row.line): row for row in used} | {(row.batch_id, row.line): row for row in made}
    for place, row in sorted(rows.items()):
        yield MadeWith(
            batch_id=row.batch_id,
            line=row.line,
            key=(row.author, row.chain, row.result_id),
            unit=row.unit,
            operation=row.operation,
            work_cell=row.work_cell,
            plant=row.plant,
            event_time=from_micros(row.event_time),
            recipe=getattr(row, "recipe", None),
            recipe_version=getattr(row, "recipe_version", None),
            operator=getattr(row, "operator", None),
            tools=tuple(tool for _, tool in sorted(tools[place])),
            erroneous=place_of(row) in wrong,
        )
