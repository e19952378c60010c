"""The servers on which parts stand: what is made there, and how the store's own server reaches them."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from sqlalchemy import Connection, inspect
from sqlalchemy import text as sql
from sqlalchemy.engine import make_url
from sqlalchemy.schema import CreateColumn

from hub.errors import DataDirectory
from hub.store.backend.server import OLDEST_VERSION, make_server_engine, stated
from hub.store.core.place import ServerPlace, password_for, read_password
from hub.store.spread.citus import distribute, make_extension, offers_citus
from hub.store.spread.plan import SPREAD, Spread, part_columns, part_table

PASSWORD_FILE = "shards.password"  # noqa: S105 - a file name
PASSWORD_VARIABLE = "ZHUOYUE_SHARDS_PASSWORD"  # noqa: S105 - the name of a variable
_OWNER = "part_of"
"""The table on a node that says of which store its parts are."""
_TO_SERVER = {"host", "hostaddr", "port", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "sslsni"}
_WAITS = {"connect_timeout": "5", "tcp_user_timeout": "20000", "keepalives_idle": "10", "keepalives_interval": "5"}
_HOW = {
    "batch_size": "1000",
    "fetch_size": "5000",
    "async_capable": "true",
    "parallel_commit": "true",
    # what has been moved is deleted here: there it must be on disk
    "options": "-c synchronous_commit=on -c TimeZone=UTC -c jit=off",
    **_WAITS,
}


class Node(msgspec.Struct, frozen=True):
    """One server with parts; ``number`` from 0."""

    number: int
    place: ServerPlace

    def server(self, schema: str) -> str:
        """Its name in the store's own database, for the hub in ``schema``."""
        return f"{schema}_node_{self.number}"


def nodes_of(place: ServerPlace) -> tuple[Node, ...]:
    """The nodes over which a store is spread."""
    return tuple(Node(number, ServerPlace(url, place.folder)) for number, url in enumerate(place.shards))


def password_of_nodes(place: ServerPlace) -> str | None:
    """With which the store's server and this program connect to a node: the nodes' own, or else the store's.

    None by other ways of PostgreSQL.
    """
    if given := os.environ.get(PASSWORD_VARIABLE):
        return given
    return read_password(place.folder / PASSWORD_FILE) or password_for(place)


def _told(node: Node) -> dict[str, str]:
    """What a node's address says, by libpq's names."""
    url = make_url(node.place.url)
    parts = {"host": url.host, "port": url.port, "dbname": url.database, "user": url.username}
    found = {name: str(value) for name, value in parts.items() if value is not None}
    return found | {name: value for name, value in url.query.items() if isinstance(value, str)}


def server_options(node: Node) -> dict[str, str]:
    """Options of the foreign server."""
    given = _told(node)
    return {name: value for name, value in given.items() if name in _TO_SERVER} | _HOW


def _mapping_options(node: Node) -> dict[str, str]:
    """Options of the user mapping."""
    user = _told(node).get("user")
    password = password_of_nodes(node.place)
    found = {} if user is None else {"user": user}
    return found if password is None else found | {"password": password}


def mapping_words(connection: Connection, node: Node, server: str) -> str:
    """The statement by which the store's user is known on a node."""
    options = _mapping_options(node)
    superuser = connection.exec_driver_sql("SELECT current_setting('is_superuser')").scalar_one() == "on"
    if superuser and "password" not in options:
        options["password_required"] = "false"  # noqa: S105 - no password, the name of an option
    return f'CREATE USER MAPPING FOR CURRENT_USER SERVER "{server}" OPTIONS ({options_words(options)})'


@contextmanager
def on_node(node: Node) -> Iterator[Connection]:
    """A writing transaction there."""
    engine = make_server_engine(node.place, pool=1, password=password_of_nodes(node.place))
    try:
        with stated(node.place), engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def prepare_node(node: Node, store: str) -> str:
    """Make its part of every spread table for the store of that name; the schema in which they stand.

    Again after a try that was broken off. ``DataDirectory`` when the node is too old or another store's.
    """
    with on_node(node) as connection:
        schema = _check(connection, node)
        if by_citus := offers_citus(connection):
            make_extension(connection)
    with on_node(node) as connection:
        _take_hold(connection, node, store)
        there = set(inspect(connection).get_table_names())
        for spread in SPREAD:
            name = spread.part(node.number)
            if name in there:  # of a try that was broken off: nothing in it counts
                connection.execute(sql(f'DROP TABLE "{name}"'))
            part_table(spread, node.number, unique=not by_citus).create(connection, checkfirst=False)
            if by_citus:
                distribute(connection, spread, name)
    return schema


def _check(connection: Connection, node: Node) -> str:
    version, encoding, schema = connection.exec_driver_sql(
        "SELECT current_setting('server_version_num')::int, current_setting('server_encoding'), current_schema()"
    ).one()
    if version < OLDEST_VERSION or encoding != "UTF8":
        raise DataDirectory(
            f"the node is PostgreSQL {version // 10000} and keeps {encoding}",
            where=str(node.place),
            advice=f"it has to be {OLDEST_VERSION // 10000} or later and UTF8",
        )
    return str(schema)


def _take_hold(connection: Connection, node: Node, store: str) -> None:
    connection.execute(sql(f"CREATE TABLE IF NOT EXISTS {_OWNER} (store text NOT NULL)"))
    owner = connection.execute(sql(f"SELECT store FROM {_OWNER}")).scalar_one_or_none()  # noqa: S608 - a fixed word
    if owner is None:
        connection.execute(sql(f"INSERT INTO {_OWNER} VALUES (:store)"), {"store": store})  # noqa: S608 - likewise
    elif owner != store:
        raise DataDirectory(
            "parts of another hub are on this node", where=str(node.place), advice="give it an empty database"
        )


def clear_node(node: Node) -> None:
    """Take every part away from a node."""
    with on_node(node) as connection:
        there = set(inspect(connection).get_table_names())
        parts = re.compile("|".join(f"{spread.name}_part_[0-9]+" for spread in SPREAD))
        for name in (*filter(parts.fullmatch, there), *({_OWNER} & there)):
            connection.execute(sql(f'DROP TABLE "{name}"'))


def column_words(spread: Spread, connection: Connection) -> str:
    """The columns of a part, as CREATE TABLE wants them."""
    part = part_table(spread, 0)
    names = [column.name for column in part_columns(spread)]
    return ", ".join(str(CreateColumn(part.c[name]).compile(dialect=connection.dialect)) for name in names)


def options_words(options: dict[str, str], verb: str = "") -> str:
    """Options as CREATE and ALTER want them."""
    return ", ".join(f"{verb}{name} {quoted(value)}" for name, value in options.items())


def quoted(value: str) -> str:
    """A text within a statement that takes no parameters."""
    escaped = value.replace("'", "''").replace("\\", "\\\\")
    return f"E'{escaped}'"
