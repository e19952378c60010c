"""What there is to see of a spread store, and where its nodes are."""

import msgspec
from sqlalchemy import text as sql

from hub.errors import HubError
from hub.store.core.database import Reading
from hub.store.spread.citus import is_citus, rows_about
from hub.store.spread.mover import read_marks
from hub.store.spread.nodes import Node, mapping_words, nodes_of, on_node, options_words, server_options
from hub.store.spread.plan import SPREAD, SPREAD_TABLES
from hub.store.spread.store import SpreadStore


class NodeState(msgspec.Struct, frozen=True, kw_only=True):
    """``rows`` in its parts, about; ``trouble`` empty when it answers."""

    url: str
    rows: int
    trouble: str


class SpreadState(msgspec.Struct, frozen=True, kw_only=True):
    """``fresh`` rows by table, moves so far, and the nodes."""

    moves: int
    fresh: dict[str, int]
    nodes: tuple[NodeState, ...]


def spread_state(store: SpreadStore) -> SpreadState:
    """How a spread store stands; a node that is away is told as such."""
    with store.reading() as connection:
        marks = read_marks(connection)
        fresh = {name: _count(connection, store.own, name) for name in SPREAD_TABLES}
    return SpreadState(moves=marks.until, fresh=fresh, nodes=tuple(map(_state, nodes_of(store.place))))


def point_at_nodes(store: SpreadStore) -> None:
    """Let the store's server look for its nodes where the settings say, after one has moved or changed its password."""
    with store.shaping() as connection:
        for node in nodes_of(store.place):
            server = node.server(store.own)
            there = connection.execute(
                sql(
                    "SELECT option_name FROM information_schema.foreign_server_options WHERE foreign_server_name = :it"
                ),
                {"it": server},
            ).scalars()
            wanted, known = server_options(node), set(there)
            words = [
                options_words({name: value}, "SET " if name in known else "ADD ") for name, value in wanted.items()
            ]
            words += [f"DROP {name}" for name in sorted(known - wanted.keys())]
            connection.exec_driver_sql(f'ALTER SERVER "{server}" OPTIONS ({", ".join(words)})')
            connection.exec_driver_sql(f'DROP USER MAPPING IF EXISTS FOR CURRENT_USER SERVER "{server}"')
            connection.exec_driver_sql(mapping_words(connection, node, server))


def _count(connection: Reading, own: str, name: str) -> int:
    return int(connection.exec_driver_sql(f'SELECT count(*) FROM "{own}"."{name}"').scalar_one())  # noqa: S608


def _state(node: Node) -> NodeState:
    names = "|".join(f"{spread.name}_part_[0-9]+" for spread in SPREAD)
    about = "SELECT coalesce(sum(greatest(n_live_tup, 0)), 0) FROM pg_stat_user_tables WHERE relname ~ :names"
    try:
        with on_node(node) as connection:
            if is_citus(connection):
                rows = rows_about(connection)
            else:
                rows = int(connection.execute(sql(about), {"names": f"^({names})$"}).scalar_one())
    except HubError as error:
        return NodeState(url=str(node.place), rows=0, trouble=str(error))
    return NodeState(url=str(node.place), rows=rows, trouble="")
