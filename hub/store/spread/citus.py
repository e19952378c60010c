"""Parts as Citus lays them out, on a server that offers that extension.

Citus makes the parts on its workers itself and commits them in two phases; moves, marks and views stay as they are.
Names as in the documentation of Citus 12: ``citus_set_coordinator_host``, ``citus_add_node``,
``create_distributed_table``, ``create_reference_table``.
"""

from sqlalchemy import text as sql

from hub.store.database import Writing
from hub.store.spread.nodes import Node, column_words, server_options
from hub.store.spread.plan import MARK, MARK_OF, SPREAD, part_table

DEFAULT_PORT = 5432
SHARDS_PER_NODE = 4
"""Citus moves them to a node that comes later."""


def distribute(connection: Writing, own: str, nodes: tuple[Node, ...]) -> None:
    """Make the table of all parts of each spread table, by the hash of its key over the workers ``nodes``."""
    connection.execute(sql("CREATE EXTENSION IF NOT EXISTS citus"))
    for node in nodes:
        options = server_options(node)
        at = {"host": options.get("host", "localhost"), "port": int(options.get("port", DEFAULT_PORT))}
        connection.execute(sql("SELECT citus_add_node(:host, :port)"), at)
    connection.exec_driver_sql(f"SET LOCAL citus.shard_count = {len(nodes) * SHARDS_PER_NODE}")
    for spread in SPREAD:
        name = f'"{own}"."{spread.all_parts()}"'
        keys = ", ".join(f'"{key}"' for key in (*spread.keys, "moved"))
        connection.exec_driver_sql(f"CREATE TABLE {name} ({column_words(spread, connection)})")
        for index in part_table(spread, 0).indexes:
            columns = ", ".join(f'"{column.name}"' for column in index.columns)
            connection.exec_driver_sql(f"CREATE INDEX ON {name} ({columns})")
        connection.exec_driver_sql(f"CREATE INDEX ON {name} ({keys})")
        connection.execute(
            sql("SELECT create_distributed_table(cast(:name AS regclass), :key, colocate_with => 'none')"),
            {"name": name, "key": spread.key},
        )
    for mark in (MARK, MARK_OF):  # what every worker has to know to judge a row
        connection.execute(sql("SELECT create_reference_table(cast(:name AS regclass))"), {"name": f'"{own}"."{mark}"'})
