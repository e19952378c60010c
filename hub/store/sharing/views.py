"""A connection on which every table shows only what one organisation may see.

SQLite and PostgreSQL look names up among temporary tables and views first. On such a connection a temporary view of the
same name stands before every table, so every question of the store, whoever asks it and however it counts or pages, is
a question about what may be seen; there is no other way to put one. The policy in force is written into small temporary
tables when a reading begins, in the reading's own snapshot.

``noted(owner, kind, item)`` is true, and keeps in mind for the audit log that a row of ``owner`` was looked at: with
SQLite it calls back into this process, on a PostgreSQL server it fills a temporary table that is read at the end.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from graphlib import TopologicalSorter
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, event

from hub.store.core.columns import metadata
from hub.store.core.dialect import SPREAD, is_postgres
from hub.store.core.memo import forget
from hub.store.sharing.masked import column_of
from hub.store.sharing.rules import condition_of, sealed_rows
from hub.store.sharing.server import (
    NOTE_ROWS,
    PREPARED,
    can_be_asked,
    fill_tables,
    in_server_words,
    read_notes,
    temporary_tables,
)
from hub.store.tables.production import COPIES

NOTED = "noted"
_GROUND = "ground"
_TABLES = (
    "asker (organisation TEXT PRIMARY KEY)",
    "asker_author (author TEXT PRIMARY KEY)",
    "asker_plant (plant TEXT PRIMARY KEY)",
    "asker_only (plant TEXT PRIMARY KEY)",
    "asker_party (name TEXT PRIMARY KEY)",
    "asker_location (prefix TEXT PRIMARY KEY)",
    "known_organisation (id TEXT PRIMARY KEY)",
    "acquaintance (organisation TEXT PRIMARY KEY)",
    "author_owner (author TEXT PRIMARY KEY, organisation TEXT)",
    "plant_owner (plant TEXT PRIMARY KEY, organisation TEXT)",
    "named_part (owner TEXT, part TEXT, PRIMARY KEY (owner, part))",
    "granted (kind TEXT, owner TEXT, part TEXT, items TEXT, PRIMARY KEY (kind, owner, part))",
)
_SEALED = {
    "unit_result": ("unit-result", "r.unit", "r.result_id"),
    "measured": ("measurements", "r.unit", "r.result_id"),
    "picture": ("pictures", "r.unit", "r.result_id"),
    "codes": ("codes", "r.unit", "r.result_id"),
    "link": ("association", "r.parent", "r.result_id"),
}
Rows = Collection[tuple[str, ...]]
_OF_VIEW = re.compile(r"\btemp\.(\w+)")
MOST_NOTED_ITEMS = 20
"""So many items of one owner and kind are named in the audit log; all are counted."""


class Grant(msgspec.Struct, frozen=True):
    """What an owner shares with the asker: rows of one kind, of ``part`` ('' every one without a policy of its own)."""

    kind: str
    owner: str
    part: str
    items: str


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that decides what ``organisation`` sees."""

    organisation: str
    authors: dict[str, str]
    """Whose authors are whose: author -> organisation."""
    plants: dict[str, str]
    organisations: frozenset[str]
    locations: tuple[str, ...]
    """Beginnings of the location numbers that are the asker's."""
    acquaintances: frozenset[str]
    grants: tuple[Grant, ...]
    named_parts: tuple[tuple[str, str], ...]
    only: frozenset[str] = frozenset()
    """Of the asker's own plants these alone; every one when empty."""
    plants_of_authors: dict[str, str] = {}
    """Author -> plant, where ``only`` is not empty."""

    def own_plants(self) -> list[str]:
        """The plants whose records are the asker's own."""
        own = [plant for plant, owner in self.plants.items() if owner == self.organisation]
        return [plant for plant in own if not self.only or plant in self.only]

    def owner_of(self, author: str, plant: str) -> str | None:
        """Whose an author's records of a plant are."""
        return self.authors.get(author) or self.plants.get(plant)

    def own_authors(self) -> list[str]:
        """The authors whose records are the asker's own."""
        own = [author for author, owner in self.authors.items() if owner == self.organisation]
        return [author for author in own if not self.only or self.plants_of_authors.get(author) in self.only]


class Noted:
    """What was looked at of others while one question was answered."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], int] = {}
        self.items: dict[str, dict[str, None]] = {}

    def __call__(self, owner: str, kind: str, item: str | None) -> int:
        """Count a row; always true."""
        key = (owner, kind)
        self.rows[key] = self.rows.get(key, 0) + 1
        if item:
            named = self.items.setdefault(owner, {})
            if len(named) < MOST_NOTED_ITEMS:
                named[item] = None
        return 1

    def forget(self) -> None:
        """Begin anew, for the next question on this connection."""
        self.rows, self.items = {}, {}


def prepare_views(engine: Engine) -> None:
    """Make every connection of ``engine`` one that shows nothing until ``look_as`` says who looks."""
    statements = tuple(_statements())
    copies = COPIES if SPREAD in engine.get_execution_options() else {}

    def prepare(connection: Any, record: Any) -> None:
        noted = record.info[NOTED] = Noted()
        if is_postgres(engine.dialect):
            prepare_server(connection)
            return
        connection.create_function("noted", 3, noted)
        for statement in statements:
            connection.execute(statement)

    def prepare_server(connection: Any) -> None:
        (schema,) = connection.execute("SELECT current_schema()").fetchone()
        connection.prepare_threshold = 1
        connection.prepared_max = 1000
        made = [
            PREPARED,
            *temporary_tables(_TABLES),
            NOTE_ROWS,
            *(in_server_words(each, schema) for each in _views(copies)),
        ]
        connection.execute(";\n".join(made))
        connection.commit()

    event.listen(engine, "connect", prepare)


def look_as(connection: Connection, ground: Ground) -> Noted:
    """From now on ``connection`` shows what ``ground.organisation`` sees; gives what will be noted of it."""
    noted = connection.info[NOTED]
    assert isinstance(noted, Noted)
    noted.forget()
    forget(connection)
    connection.info[_GROUND] = ground
    tables = _filled(ground)
    if is_postgres(connection.dialect):
        fill_tables(connection, tables)
    else:
        for table, rows in tables.items():
            _fill(connection, table, rows)
    return noted


def looks_as(connection: Connection) -> Ground | None:
    """Who looks by a connection behind views; None by one that shows everything."""
    if NOTED not in connection.info:
        return None
    ground = connection.info[_GROUND]
    assert isinstance(ground, Ground)
    return ground


def settle_notes(connection: Connection, noted: Noted) -> None:
    """Let ``noted`` hold all that was looked at so far; called before the reading ends, also by an error."""
    if is_postgres(connection.dialect) and can_be_asked(connection):
        noted.rows, noted.items = read_notes(connection, MOST_NOTED_ITEMS)


def _filled(ground: Ground) -> dict[str, Rows]:
    own = ground.organisation
    plants = ground.own_plants()
    return {
        "asker": [(own,)],
        "asker_author": [(author,) for author in ground.own_authors()],
        "asker_plant": [(plant,) for plant in plants],
        "asker_only": [(plant,) for plant in ground.only],
        "asker_party": [(name,) for name in {own, *plants}],
        "asker_location": [(prefix,) for prefix in set(ground.locations)],
        "known_organisation": [(name,) for name in ground.organisations],
        "acquaintance": [(name,) for name in ground.acquaintances | {own}],
        "author_owner": list(ground.authors.items()),
        "plant_owner": list(ground.plants.items()),
        "named_part": list(ground.named_parts),
        "granted": [(g.kind, g.owner, g.part, g.items) for g in ground.grants],
    }


def _fill(connection: Connection, table: str, rows: Rows) -> None:
    connection.exec_driver_sql(f"DELETE FROM temp.{table}")  # noqa: S608 - a fixed word
    if rows:
        places = ", ".join("?" * len(next(iter(rows))))
        connection.exec_driver_sql(f"INSERT INTO temp.{table} VALUES ({places})", list(rows))  # noqa: S608


def _statements() -> Iterable[str]:
    yield "PRAGMA temp_store=MEMORY"
    for made in _TABLES:
        yield f"CREATE TEMP TABLE {made}"
    yield from _views()


def _views(copies: Mapping[str, str] = {}) -> Iterable[str]:
    """Each behind those that it speaks of; ``copies`` of tables, by their names, behind the same as these."""
    conditions = {name: condition_of(table) for name, table in metadata.tables.items()}
    spoken = {name: _OF_VIEW.findall(condition) for name, condition in conditions.items()}
    for name in TopologicalSorter({name: conditions.keys() & set(of) for name, of in spoken.items()}).static_order():
        table = metadata.tables[name]
        columns = ", ".join(column_of(table, column.name) for column in table.columns)
        for place in (name, *(copy for copy, of in copies.items() if of == name)):
            yield f'CREATE TEMP VIEW "{place}" AS SELECT {columns} FROM main."{place}" AS r WHERE {conditions[name]}'  # noqa: S608
    arms = []
    for name, (kind, item, identity) in _SEALED.items():
        sealed = sealed_rows(metadata.tables[name])
        told = [item, "r.child"] if name == "link" else [item]
        arms += [
            f"SELECT {each} AS item, '{kind}' AS kind, {identity} AS id, r.batch_id AS batch_id, r.line AS line"  # noqa: S608
            f" FROM main.{name} AS r WHERE {sealed}"
            for each in told
        ]
    yield f"CREATE TEMP VIEW sealed AS {' UNION ALL '.join(arms)}"
