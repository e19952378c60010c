"""What came from whom and where: kept up with every batch, and read as far as the asker sees it."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec
from msgspec.structs import astuple
from sqlalchemy import Insert, Result, Select, Table, bindparam, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading, Writing
from hub.store.core.dialect import insert_or_add, is_postgres, own_schema
from hub.store.core.memo import once
from hub.store.core.quick import ask, put
from hub.store.ledger.batches import log_size
from hub.store.sharing.views import looks_as
from hub.store.tables.arrived import author_results, author_sent, component_places, unit_places
from hub.store.tables.every import batch, unit_result
from traceability.encoding import sha256
from traceability.record.sharing import DataKind

NOWHERE = ""
"""Stands for the plant of an author that belongs to none."""
Places = tuple[str, ...]
"""Plants, sorted."""


class Origin(msgspec.Struct, frozen=True, order=True):
    """Who told of results of which part at which operation of a plant."""

    plant: str
    author: str
    part: str
    operation: str


class Sent(msgspec.Struct, frozen=True):
    """Batches of an author."""

    batches: int
    records: int
    last_contact: int


class Told(msgspec.Struct, frozen=True):
    """Results, and the time of the latest."""

    results: int
    last_event: int


class Arrivals(msgspec.Struct, frozen=True, kw_only=True):
    """What an asker sees of all results: at ``whole`` plants every one, ``told`` by whence they are; at ``partly`` seen
    ones some, which the rows alone tell; at others none."""

    told: dict[Origin, Told]
    whole: frozenset[str]
    partly: frozenset[str]


def is_kept(connection: Reading) -> bool:
    """Whether what came is kept since the log began."""
    return once(connection, is_kept, lambda: _past_views(connection, _KEPT).first() is not None)


def begin_keeping(connection: Writing) -> None:
    """Of a log that has no batch yet."""
    connection.execute(unit_places.insert(), [{"id": _id_of(()), "places": _text_of(()), "units": 0}])


def sent_in(connection: Reading, first: int, last: int) -> dict[str, Sent]:
    """The batches from ``first`` to ``last``, by author."""
    found = ask(connection, _SENT_IN, {"first": first, "last": last})
    return {author: Sent(batches, int(records), last_contact) for author, batches, records, last_contact in found}


def add_sent(connection: Writing, sent: Mapping[str, Sent]) -> None:
    """Add batches of authors."""
    rows = [(author, *astuple(one)) for author, one in sorted(sent.items())]
    put(connection, _summing(connection, author_sent, ("batches", "records"), ("last_contact",)), author_sent, rows)


def add_told(connection: Writing, told: Mapping[Origin, Told]) -> None:
    """Add results."""
    rows = [(*astuple(key), *astuple(one)) for key, one in sorted(told.items())]
    put(connection, _summing(connection, author_results, ("results",), ("last_event",)), author_results, rows)


def add_units(connection: Writing, changes: Mapping[Places, int]) -> None:
    """Add units by their plants; negative counts take away."""
    rows = [(_id_of(places), _text_of(places), n) for places, n in sorted(changes.items()) if n and places]
    put(connection, insert_or_add(connection, unit_places, ("units",)), unit_places, rows)
    fewer = [_id_of(places) for places, n in changes.items() if n < 0]
    if fewer:
        connection.execute(delete(unit_places).where(unit_places.c.id.in_(fewer), unit_places.c.units == 0))


def add_built(connection: Writing, changes: Mapping[tuple[str, Places], int]) -> None:
    """Add units built in at plants, by the other plants where they have results; negative counts take away."""
    rows = [
        {"plant": plant, "id": _id_of(places), "places": _text_of(places), "units": n}
        for (plant, places), n in sorted(changes.items())
        if n
    ]
    if rows:
        connection.execute(insert_or_add(connection, component_places, ("units",)), rows)
    if any(n < 0 for n in changes.values()):
        connection.execute(delete(component_places).where(component_places.c.units == 0))


def built_at(connection: Reading, plant: str) -> dict[Places, int]:
    """Units ever built in at a plant of the asker's own, by the other plants where they have results."""
    query = select(component_places).where(component_places.c.plant == plant)
    return {tuple(msgspec.json.decode(row.places, type=list[str])): row.units for row in _past_views(connection, query)}


def keeping(connection: Writing) -> tuple[bool, bool]:
    """Whether what came is kept since the log began, and whether an author of no plant ever told of a result."""
    ((kept, nowhere),) = ask(connection, _KEEPING)
    return kept is not None, nowhere is not None


def sent_by(connection: Reading) -> dict[str, Sent]:
    """Batches by author; those of whom the author is not told together, under no name."""
    if not is_kept(connection):
        return _sent(connection.execute(_SENT))
    sent = _sent(connection.execute(select(author_sent)))
    others = log_size(connection) - sum(one.batches for one in sent.values())
    if others:
        newest = select(batch.c.record_time).order_by(batch.c.id.desc()).limit(1)
        sent[""] = Sent(others, 0, connection.execute(newest).scalar_one())
    return sent


def _sent(rows: Iterable[Any]) -> dict[str, Sent]:
    return {row.author: Sent(row.batches, int(row.records), row.last_contact) for row in rows}


def arrivals(connection: Reading) -> Arrivals:
    """What the asker of this connection sees of all results; of plants seen partly nothing is read here."""
    every = _told(_past_views(connection, select(author_results)))
    ground = looks_as(connection)
    if ground is None:
        return Arrivals(told=every, whole=frozenset(key.plant for key in every), partly=frozenset())
    seen = _told(connection.execute(select(author_results)))
    sharing = {grant.owner for grant in ground.grants if grant.kind == DataKind.VERDICTS}
    hidden = every.keys() - seen.keys()
    perhaps = {key.plant for key in hidden if ground.owner_of(key.author, key.plant) in sharing}
    partly = perhaps | ({key.plant for key in seen} & {key.plant for key in hidden})
    whole = frozenset(key.plant for key in seen) - partly
    told = {key: one for key, one in seen.items() if key.plant in whole}
    return Arrivals(told=told, whole=whole, partly=frozenset(partly))


def units_at(connection: Reading, plants: Collection[str]) -> tuple[dict[str, int], int]:
    """Different units at each of ``plants``, of which the asker must see everything, and at all of them together."""
    each, together = dict.fromkeys(plants, 0), 0
    for row in _past_views(connection, select(unit_places.c.places, unit_places.c.units)) if plants else ():
        here = each.keys() & set(msgspec.json.decode(row.places, type=list[str]))
        for plant in here:
            each[plant] += row.units
        together += row.units if here else 0
    return each, together


def told_by_rows(connection: Reading, plants: Collection[str]) -> dict[Origin, Told]:
    """Results at plants, counted from the rows that may be seen."""
    return _told(connection.execute(results_by_origin().where(_at(plants)))) if plants else {}


def results_by_origin() -> Select[Any]:
    """The statement that counts results by whence they are."""
    origin = (unit_result.c.plant, unit_result.c.author, unit_result.c.part, unit_result.c.operation)
    return select(
        func.coalesce(unit_result.c.plant, NOWHERE).label("plant"),
        *origin[1:],
        func.count().label("results"),
        func.max(unit_result.c.event_time).label("last_event"),
    ).group_by(*origin)


def units_by_rows(connection: Reading, plants: Collection[str]) -> set[tuple[str, str]]:
    """Plant and unit of every result at ``plants`` that names one, from the rows that may be seen."""
    if not plants:
        return set()
    query = select(func.coalesce(unit_result.c.plant, NOWHERE).label("plant"), unit_result.c.unit).distinct()
    rows = connection.execute(query.where(_at(plants), unit_result.c.unit.is_not(None)))
    return {(row.plant, row.unit) for row in rows}


def units_known_at(connection: Reading, units: Collection[str], plants: Collection[str]) -> set[str]:
    """Those of ``units`` that have a result at ``plants``, of which the asker must see everything."""
    found: set[str] = set()
    for chunk in in_chunks(sorted(units)) if plants else ():
        query = select(unit_result.c.unit).where(unit_result.c.unit.in_(chunk), _at(plants)).distinct()
        found.update(_past_views(connection, query).scalars())
    return found


def _past_views(connection: Reading, query: Select[Any]) -> Result[Any]:
    return connection.execute(query, execution_options={"schema_translate_map": {None: own_schema(connection)}})


def _at(plants: Collection[str]) -> Any:
    named = unit_result.c.plant.in_(sorted(set(plants) - {NOWHERE}))
    return or_(named, unit_result.c.plant.is_(None)) if NOWHERE in plants else named


def _told(rows: Iterable[Any]) -> dict[Origin, Told]:
    return {Origin(row.plant, row.author, row.part, row.operation): Told(row.results, row.last_event) for row in rows}


def _text_of(places: Places) -> str:
    return msgspec.json.encode(places).decode()


def _id_of(places: Places) -> str:
    return sha256(msgspec.json.encode(places)).hex()


_MADE: dict[tuple[bool, str], Insert] = {}


def _summing(connection: Writing, table: Table, sums: Collection[str], greatest: Collection[str]) -> Insert:
    """Insert rows, or add ``sums`` to the row with the same key and keep the ``greatest``. Made once."""
    postgres = is_postgres(connection.dialect)
    if (postgres, table.name) not in _MADE:
        statement: Any = postgresql.insert(table) if postgres else sqlite.insert(table)
        new, later = statement.excluded, func.greatest if postgres else func.max
        given = {name: table.c[name] + new[name] for name in sums}
        given |= {name: later(table.c[name], new[name]) for name in greatest}
        keys = list(table.primary_key.columns)
        _MADE[postgres, table.name] = statement.on_conflict_do_update(index_elements=keys, set_=given)
    return _MADE[postgres, table.name]


# made once: building and compiling a statement takes longer than running it
_KEPT = select(unit_places.c.id).where(unit_places.c.id == _id_of(()))
_NOWHERE = select(author_results.c.author).where(author_results.c.plant == NOWHERE).limit(1)
_KEEPING = select(_KEPT.scalar_subquery(), _NOWHERE.scalar_subquery())
_SENT = select(
    batch.c.author,
    func.count().label("batches"),
    func.sum(batch.c.records).label("records"),
    func.max(batch.c.record_time).label("last_contact"),
).group_by(batch.c.author)
_SENT_IN = _SENT.where(batch.c.id >= bindparam("first"), batch.c.id <= bindparam("last"))
