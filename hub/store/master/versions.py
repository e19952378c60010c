"""Versions of master data: all of them, and those that hold (see ``traceability.record.master_data``).

Of versions of one thing that begin on one day the last one stated counts: by event time, then author, chain and
sequence, never by arrival.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Row, Select, select

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.ledger.horizon import earlier
from hub.store.tables.master import master_version as table

_STATED_ORDER = (table.c.event_time, table.c.author, table.c.chain, table.c.seq)


class Thing(msgspec.Struct, frozen=True, order=True):
    """What a version is about; ``plant`` empty for what belongs to none."""

    kind: str
    plant: str
    about: str


_OF = " @ "


def of_company(about: str, organisation: str) -> str:
    """What a thing is called in the store: two companies may each have one of the same name."""
    return f"{about}{_OF}{organisation}" if organisation else about


def without_company(about: str, organisation: str) -> str:
    """The other way."""
    return about.removesuffix(f"{_OF}{organisation}") if organisation else about


class StoredVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version as it was stated. ``change`` is empty for what was entered before there were versions."""

    thing: Thing
    begin: date
    end: date | None
    withdrawn: bool
    change: str
    undoes: str
    by: str
    body: Mapping[str, Any]
    stated_at: Any
    """When (datetime, UTC)."""
    batch_id: int
    line: int

    @property
    def company(self) -> str:
        """Whose it is, where a company was named."""
        return str(self.body.get("organisation", "")) if self.thing.kind in OF_COMPANIES else ""

    @property
    def named(self) -> str:
        """What it is about, without the company whose it is."""
        return without_company(self.thing.about, self.company)


OF_COMPANIES = frozenset({"bom", "defect-code"})
"""Kinds whose things belong to no plant, and may belong to a company."""


def of_the_company(
    known: Mapping[Thing, dict[date, StoredVersion]], company: str
) -> dict[str, dict[date, StoredVersion]]:
    """By name the versions of one kind that hold for a company: its own, else those that name no company.

    Of bills that is decided part by part. Defect codes are a list: a company that has one of its own goes by it alone.
    """
    own, common = dict[str, dict[date, StoredVersion]](), dict[str, dict[date, StoredVersion]]()
    for by_day in known.values():
        one = next(iter(by_day.values()))
        if one.company == "":
            common[one.named] = by_day
        elif one.company == company and any(not each.withdrawn for each in by_day.values()):
            own[one.named] = by_day
    whole = any(thing.kind == "defect-code" for thing in known)
    return own if own and whole else common | own


def versions_of_kind(
    connection: Reading, kind: str, *, plant: str = "", about: str = "", before: int | None = None
) -> Iterator[StoredVersion]:
    """Every version of a kind in the order of statement, narrowed to a plant or a thing."""
    query = select(table).where(table.c.kind == kind, *earlier(table, before)).order_by(*_STATED_ORDER)
    if plant:
        query = query.where(table.c.plant == plant)
    if about:
        query = query.where(table.c.about == about)
    return _read(connection, query)


def versions_of_change(connection: Reading, change: str) -> list[StoredVersion]:
    """What one change stated."""
    return list(_read(connection, select(table).where(table.c.change == change).order_by(*_STATED_ORDER)))


def versions_of_things(
    connection: Reading, kind: str, abouts: Collection[str], *, before: int | None = None
) -> Iterator[StoredVersion]:
    """Every version of the things so called, in the order of statement for each of them."""
    for chunk in in_chunks(abouts):
        wanted = (table.c.kind == kind, table.c.about.in_(chunk), *earlier(table, before))
        query = select(table).where(*wanted).order_by(*_STATED_ORDER)
        yield from _read(connection, query)


def changes(connection: Reading, most: int) -> list[tuple[str, StoredVersion]]:
    """The latest changes, each with one of its versions."""
    query = select(table).where(table.c.change != "").order_by(table.c.batch_id.desc(), table.c.line)
    found: dict[str, StoredVersion] = {}
    for one in _read(connection, query):
        if one.change not in found and len(found) == most:
            break
        found.setdefault(one.change, one)
    return list(found.items())


def counted(found: Iterable[StoredVersion]) -> dict[Thing, dict[date, StoredVersion]]:
    """Of each thing, by the day it begins, the version that counts; ``found`` in the order of statement."""
    by_thing: dict[Thing, dict[date, StoredVersion]] = {}
    for one in found:
        by_thing.setdefault(one.thing, {})[one.begin] = one
    return by_thing


def in_force(by_day: Mapping[date, StoredVersion], day: date) -> StoredVersion | None:
    """The version that holds on ``day``: what began last, unless it ended before."""
    begun = [one for one in by_day.values() if one.begin <= day and not one.withdrawn]
    latest = max(begun, key=lambda one: one.begin, default=None)
    return None if latest is None or (latest.end is not None and latest.end < day) else latest


def latest_within(by_day: Mapping[date, StoredVersion], first: date, last: date) -> StoredVersion | None:
    """The version that was the last to hold on any day from ``first`` to ``last``, both included."""
    begins = sorted({first, *(day for day in by_day if first < day <= last)}, reverse=True)
    return next((held for day in begins if (held := in_force(by_day, day)) is not None), None)


def _read(connection: Reading, query: Select[Any]) -> Iterator[StoredVersion]:
    with connection.execute(query.execution_options(yield_per=1000)) as rows:  # whoever asks may want the first only
        for row in rows:
            yield _version(row)


def _version(row: Row[Any]) -> StoredVersion:
    return StoredVersion(
        thing=Thing(row.kind, row.plant or "", row.about),
        begin=date.fromisoformat(row.begin),
        end=date.fromisoformat(row.last) if row.last else None,
        withdrawn=bool(row.withdrawn),
        change=row.change,
        undoes=row.undoes,
        by=row.by,
        body=row.body,
        stated_at=from_micros(row.event_time),
        batch_id=row.batch_id,
        line=row.line,
    )
