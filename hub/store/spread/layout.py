"""What a spread store has beside the tables of a hub: on its own server foreign parts, and views of both."""

from collections.abc import Sequence

from sqlalchemy import text as sql

from hub.errors import DataDirectory
from hub.store.core.columns import metadata
from hub.store.core.database import Reading, Writing
from hub.store.spread.nodes import Node, column_words, mapping_words, options_words, prepare_node, server_options
from hub.store.spread.plan import ENDED, MARK, MARK_OF, MOVED, SPREAD, SPREAD_TABLES, Spread, by_table


def whole_schema(own: str) -> str:
    """Where the views of spread tables are: fresh rows and parts."""
    return f"{own}_whole"


def seen_schema(own: str) -> str:
    """Where each table of the hub has a view: what reading behind views begins from."""
    return f"{own}_seen"


def is_spread(connection: Reading) -> bool:
    """Whether the store in this database is spread."""
    found = connection.exec_driver_sql(f"SELECT to_regclass('{MARK}') IS NOT NULL")
    return bool(found.scalar_one())


def lay_out(connection: Writing, own: str, nodes: tuple[Node, ...]) -> None:
    """Spread an unspread store over ``nodes``: a part of each table on each, for more would wait for each other."""
    if is_spread(connection):
        raise DataDirectory("the store is spread already", where=own)
    name = _name_of(connection, own)
    _make_marks(connection, own, name)
    schemas = [prepare_node(node, name) for node in nodes]
    _attach(connection, own, nodes, schemas)
    make_views(connection, own)


def _name_of(connection: Reading, own: str) -> str:
    """The same in every try, so that what one that was broken off left on a node is known as this store's."""
    system, database = connection.exec_driver_sql(
        "SELECT system_identifier, (SELECT oid FROM pg_database WHERE datname = current_database())"
        " FROM pg_control_system()"
    ).one()
    return f"{system}/{database}/{own}"


def _make_marks(connection: Writing, own: str, name: str) -> None:
    connection.execute(
        sql(
            f'CREATE TABLE "{own}".{MARK} (store text NOT NULL, until bigint NOT NULL, begun bigint NOT NULL,'
            " at timestamptz NOT NULL)"
        )
    )
    connection.execute(sql(f'CREATE TABLE "{own}".{MARK_OF} (name text PRIMARY KEY, since bigint NOT NULL)'))
    connection.execute(sql(f'INSERT INTO "{own}".{MARK} VALUES (:name, 0, 0, clock_timestamp())'), {"name": name})  # noqa: S608
    connection.execute(
        sql(f'INSERT INTO "{own}".{MARK_OF} SELECT unnest(cast(:names AS text[])), 0'),
        {"names": list(SPREAD_TABLES)},
    )


def _attach(connection: Writing, own: str, nodes: tuple[Node, ...], schemas: Sequence[str]) -> None:
    """Hash partitions on foreign servers."""
    _want_fdw(connection, own)
    for node in nodes:
        server, options = node.server(own), options_words(server_options(node))
        connection.exec_driver_sql(f'CREATE SERVER "{server}" FOREIGN DATA WRAPPER postgres_fdw OPTIONS ({options})')
        connection.exec_driver_sql(mapping_words(connection, node, server))
    for spread in SPREAD:
        connection.exec_driver_sql(
            f'CREATE TABLE "{own}"."{spread.all_parts()}" ({column_words(spread, connection)})'
            f' PARTITION BY HASH ("{spread.key}")'
        )
        for node, schema in zip(nodes, schemas, strict=True):
            part = spread.part(node.number)
            where = options_words({"schema_name": schema, "table_name": part})
            connection.exec_driver_sql(
                f'CREATE FOREIGN TABLE "{own}"."{part}" PARTITION OF "{own}"."{spread.all_parts()}"'
                f" FOR VALUES WITH (MODULUS {len(nodes)}, REMAINDER {node.number})"
                f' SERVER "{node.server(own)}" OPTIONS ({where})'
            )


def _want_fdw(connection: Writing, own: str) -> None:
    available, made, may, user = connection.exec_driver_sql(
        "SELECT count(*) FILTER (WHERE name = 'postgres_fdw'), count(installed_version) FILTER (WHERE name ="
        " 'postgres_fdw'), current_setting('is_superuser') = 'on', current_user FROM pg_available_extensions"
    ).one()
    if not available:
        raise DataDirectory(
            "the server has no postgres_fdw",
            where=own,
            advice="install PostgreSQL's own extensions there (package postgresql-contrib)",
        )
    if not made and not may:
        raise DataDirectory(
            f"postgres_fdw is not set up, and {user} may not do it",
            where=own,
            advice="let a superuser run in this database: CREATE EXTENSION postgres_fdw;"
            f' GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO "{user}"',
        )
    if not made:
        connection.execute(sql("CREATE EXTENSION postgres_fdw"))


def make_views(connection: Writing, own: str) -> None:
    """Make the views anew, of the tables that this program knows."""
    whole, seen = whole_schema(own), seen_schema(own)
    for schema in (seen, whole):
        connection.exec_driver_sql(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
        connection.exec_driver_sql(f'CREATE SCHEMA "{schema}"')
    for placed in by_table().values():
        for spread in placed:
            both = f"{fresh_rows(spread, own)} UNION ALL {moved_rows(spread, own)}"
            connection.exec_driver_sql(f'CREATE VIEW "{whole}"."{spread.name}" AS {both}')
    spread_over = {spread.name for spread in SPREAD}
    for name in metadata.tables.keys() | spread_over:
        schema = whole if name in spread_over else own
        connection.exec_driver_sql(f'CREATE VIEW "{seen}"."{name}" AS SELECT * FROM "{schema}"."{name}"')  # noqa: S608


def drop_views(connection: Writing, own: str) -> None:
    """Take the views away, so that the tables may change."""
    for schema in (seen_schema(own), whole_schema(own)):
        connection.exec_driver_sql(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')


def views_miss(connection: Reading, own: str) -> bool:
    """Whether tables have come to the program of which no view was made."""
    query = sql("SELECT table_name FROM information_schema.views WHERE table_schema = :schema")
    there = set(connection.execute(query, {"schema": seen_schema(own)}).scalars())
    return not metadata.tables.keys() <= there


def check_parts(connection: Writing, own: str) -> None:
    """``DataDirectory`` when a table and its parts no longer have the same columns, as after a change of the tables."""
    if not is_spread(connection):
        return
    query = sql(
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
        " WHERE attrelid = to_regclass(:name) AND attnum > 0 AND NOT attisdropped"
    )

    def columns_of(name: str) -> dict[str, str]:
        return {row[0]: row[1] for row in connection.execute(query, {"name": f'"{own}"."{name}"'})}

    for spread in SPREAD:
        parts = columns_of(spread.all_parts())
        if {name: kind for name, kind in parts.items() if name not in {MOVED, ENDED}} != columns_of(spread.table.name):
            raise would_change(own, spread.table.name)


def would_change(own: str, what: str) -> DataDirectory:
    """The refusal of a change of the tables that one of those on the nodes would not follow."""
    return DataDirectory(
        f"the table {what} would change, which is spread over several servers",
        where=own,
        advice="take a backup, run 'zhuoyue-hub shards --gather', then this, then 'zhuoyue-hub shards --over'",
    )


def fresh_rows(spread: Spread, own: str) -> str:
    """Every row that stands where the others do."""
    names = ", ".join(f'"{name}"' for name in spread.columns)
    return f'SELECT {names} FROM "{own}"."{spread.table.name}"'  # noqa: S608 - our own words


def moved_rows(spread: Spread, own: str) -> str:
    """Every row on a node that counts: its move ended well, none replaced it, and it was not forgotten since."""
    names = ", ".join(f'p."{name}"' for name in spread.columns)
    until = f'(SELECT until FROM "{own}".{MARK})'  # noqa: S608 - our own words
    since = f"(SELECT since FROM \"{own}\".{MARK_OF} WHERE name = '{spread.table.name}')"  # noqa: S608
    found = (
        f'SELECT {names} FROM "{own}"."{spread.all_parts()}" AS p'  # noqa: S608
        f" WHERE p.{MOVED} > {since} AND p.{MOVED} <= {until}"
    )
    if not spread.replaced:
        return found
    same = " AND ".join(f'f."{name}" = p."{name}"' for name in spread.keys)
    newer = f'EXISTS (SELECT FROM "{own}"."{spread.table.name}" AS f WHERE {same})'
    return f"{found} AND (p.{ENDED} IS NULL OR p.{ENDED} > {until}) AND NOT {newer}"
