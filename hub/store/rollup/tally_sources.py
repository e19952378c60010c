"""What tallies are made from beside results: claims, and which units were built in where."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

import msgspec
from sqlalchemy import Row as RowOf
from sqlalchemy import bindparam, select

from hub.store.core.database import Reading
from hub.store.core.dialect import is_postgres
from hub.store.core.listed import given, listed
from hub.store.core.quick import ask
from hub.store.rollup.tallies import ChainKey
from hub.store.tables.every import claim, link, unit_result
from hub.store.writing.rows import Row
from traceability.unit import Verdict


class Built(msgspec.Struct, frozen=True):
    """A unit that was built in at a plant."""

    plant: str
    child: str


class ClaimAt(msgspec.Struct, frozen=True):
    """How far the claim of a chain speaks."""

    batch_id: int
    plant: str
    author: str
    chain: str
    part: str
    operation: str
    seq: int
    through: int

    @property
    def key(self) -> ChainKey:
        """What it speaks of."""
        return ChainKey(self.plant, self.author, self.chain, self.part, self.operation)


class FailedAt(msgspec.Struct, frozen=True, kw_only=True):
    """A valid result that was not OK; ``defect`` "" where none is told."""

    batch_id: int
    line: int
    plant: str
    unit: str | None
    part: str
    operation: str
    defect: str
    event_time: int


class Beside(msgspec.Struct, frozen=True):
    """What some batches say beside their results."""

    claims: tuple[ClaimAt, ...]
    built: tuple[Built, ...]


def beside_in(rows: Iterable[Row]) -> Beside:
    """Of rows that are about to be written."""
    claims, built = [], dict[Built, None]()
    for name, row in rows:
        if name == claim.name and row["plant"] is not None:
            claims.append(msgspec.convert({field: row[field] for field in ClaimAt.__struct_fields__}, ClaimAt))
        elif name == link.name and row["certain"] and row["action"] == "ADD" and row["plant"] is not None:
            built[Built(str(row["plant"]), str(row["child"]))] = None
    return Beside(tuple(claims), tuple(built))


def beside_of_batches(connection: Reading, first: int, last: int) -> Beside:
    """Of rows that are in the store."""
    within = {"first": first, "last": last}
    return Beside(
        tuple(ClaimAt(**row) for row in connection.execute(_CLAIMS, within).mappings()),
        tuple(Built(row.plant, row.child) for row in connection.execute(_BUILT, within)),
    )


def failed_in_batches(connection: Reading, first: int, last: int) -> list[FailedAt]:
    """Those of the batches from ``first`` to ``last``."""
    return _failed(connection.execute(_FAILED_IN_BATCHES, {"first": first, "last": last}))


def failed_at_line(connection: Reading, batch_id: int, line: int) -> list[FailedAt]:
    """The one that stands there, or none."""
    return _failed(connection.execute(_FAILED_AT_LINE, {"batch": batch_id, "line": line}))


def failed_of_units(connection: Reading, units: Collection[str]) -> list[FailedAt]:
    """Those of some units."""
    postgres = is_postgres(connection.dialect)
    named = {"items": given(units, postgres=postgres)}
    return _failed(connection.execute(_FAILED_OF_UNITS[postgres], named)) if units else []


def _failed(rows: Iterable[RowOf[Any]]) -> list[FailedAt]:
    return [
        FailedAt(
            batch_id=row.batch_id,
            line=row.line,
            plant=row.plant,
            unit=row.unit,
            part=row.part,
            operation=row.operation,
            defect=row.defect or "",
            event_time=row.event_time,
        )
        for row in rows
        if not row.flags
    ]


def built_before(connection: Reading, children: Collection[str], before: int) -> set[tuple[str, str]]:
    """Plants and those of ``children`` that they built in before a batch."""
    postgres = is_postgres(connection.dialect)
    named = {"items": given(children, postgres=postgres), "before": before}
    return {(row[0], row[1]) for row in ask(connection, _BUILT_BEFORE[postgres], named)} if children else set()


def plants_with_results(connection: Reading, units: Collection[str], before: int) -> dict[str, set[str]]:
    """The plants that told of results of units before a batch, by unit."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    if units:
        postgres = is_postgres(connection.dialect)
        named = {"items": given(units, postgres=postgres), "before": before}
        for unit, plant in ask(connection, _PLANTS_OF_UNITS[postgres], named):
            found[unit].add(plant)
    return found


_ADDED: tuple[Any, ...] = (link.c.certain.is_(True), link.c.action == "ADD", link.c.plant.is_not(None))
_CLAIMS = select(*(claim.c[name] for name in ClaimAt.__struct_fields__)).where(
    claim.c.batch_id >= bindparam("first"), claim.c.batch_id <= bindparam("last"), claim.c.plant.is_not(None)
)
_BUILT = (
    select(link.c.plant, link.c.child)
    .where(link.c.batch_id >= bindparam("first"), link.c.batch_id <= bindparam("last"), *_ADDED)
    .distinct()
)
_BUILT_BEFORE = {
    postgres: select(link.c.plant, link.c.child).where(
        listed(link.c.child, "items", postgres=postgres), link.c.batch_id < bindparam("before"), *_ADDED
    )
    for postgres in (False, True)
}
_PLANTS_OF_UNITS = {
    postgres: select(unit_result.c.unit, unit_result.c.plant).where(
        listed(unit_result.c.unit, "items", postgres=postgres),
        unit_result.c.batch_id < bindparam("before"),
        unit_result.c.plant.is_not(None),
    )
    for postgres in (False, True)
}
_FAILED = select(unit_result).where(unit_result.c.verdict == Verdict.NOT_OK.value, unit_result.c.plant.is_not(None))
_FAILED_IN_BATCHES = _FAILED.where(
    unit_result.c.batch_id >= bindparam("first"), unit_result.c.batch_id <= bindparam("last")
)
_FAILED_AT_LINE = _FAILED.where(unit_result.c.batch_id == bindparam("batch"), unit_result.c.line == bindparam("line"))
_FAILED_OF_UNITS = {
    postgres: _FAILED.where(listed(unit_result.c.unit, "items", postgres=postgres)) for postgres in (False, True)
}
