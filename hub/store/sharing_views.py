"""A connection on which every table shows only what one organisation may see.

SQLite looks names up among temporary tables and views first. On such a connection a temporary view of the same name
stands before every table, so every question of the store, whoever asks it and however it counts or pages, is a question
about what may be seen; there is no other way to put one. The policy in force is written into small temporary tables
when a reading begins, in the reading's own snapshot.

``noted(owner, kind, item)`` is true, and keeps in mind for the audit log that a row of ``owner`` was looked at.
"""

from collections.abc import Collection, Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, event

from hub.store.columns import metadata
from hub.store.sharing_rules import column_of, condition_of, sealed_rows

NOTED = "noted"
_TABLES = (
    "asker (organisation TEXT PRIMARY KEY)",
    "asker_author (author TEXT PRIMARY KEY)",
    "asker_plant (plant TEXT PRIMARY KEY)",
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
    "measurement": ("measurements", "r.unit", "r.result_id"),
    "picture": ("pictures", "r.unit", "r.result_id"),
    "codes": ("codes", "r.unit", "r.result_id"),
    "link": ("association", "r.parent", "r.result_id"),
}
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

    def prepare(connection: Any, record: Any) -> None:
        noted = record.info[NOTED] = Noted()
        connection.create_function("noted", 3, noted)
        for statement in statements:
            connection.execute(statement)

    event.listen(engine, "connect", prepare)


def look_as(connection: Connection, ground: Ground) -> Noted:
    """From now on ``connection`` shows what ``ground.organisation`` sees; gives what will be noted of it."""
    noted = connection.info[NOTED]
    assert isinstance(noted, Noted)
    noted.forget()
    own = ground.organisation
    plants = [plant for plant, owner in ground.plants.items() if owner == own]
    _fill(connection, "asker", [(own,)])
    _fill(connection, "asker_author", [(author,) for author, owner in ground.authors.items() if owner == own])
    _fill(connection, "asker_plant", [(plant,) for plant in plants])
    _fill(connection, "asker_party", [(name,) for name in {own, *plants}])
    _fill(connection, "asker_location", [(prefix,) for prefix in set(ground.locations)])
    _fill(connection, "known_organisation", [(name,) for name in ground.organisations])
    _fill(connection, "acquaintance", [(name,) for name in ground.acquaintances | {own}])
    _fill(connection, "author_owner", list(ground.authors.items()))
    _fill(connection, "plant_owner", list(ground.plants.items()))
    _fill(connection, "named_part", list(ground.named_parts))
    _fill(connection, "granted", [(g.kind, g.owner, g.part, g.items) for g in ground.grants])
    return noted


def _fill(connection: Connection, table: str, rows: Collection[tuple[str, ...]]) -> None:
    connection.exec_driver_sql(f"DELETE FROM temp.{table}")  # noqa: S608 - a fixed word
    if rows:
        places = ", ".join("?" * len(next(iter(rows))))
        connection.exec_driver_sql(f"INSERT INTO temp.{table} VALUES ({places})", list(rows))  # noqa: S608


def _statements() -> Iterable[str]:
    yield "PRAGMA temp_store=MEMORY"
    for made in _TABLES:
        yield f"CREATE TEMP TABLE {made}"
    for table in metadata.tables.values():
        columns = ", ".join(column_of(table, column.name) for column in table.columns)
        condition = condition_of(table)
        yield f'CREATE TEMP VIEW "{table.name}" AS SELECT {columns} FROM main."{table.name}" AS r WHERE {condition}'  # noqa: S608
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
