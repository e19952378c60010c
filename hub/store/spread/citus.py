"""Parts on a node that is the coordinator of a Citus cluster, which lays them out over its workers.

To the store's own server it is a node like any other: postgres_fdw asks it for one table at a time, by conditions on
columns, and writes rows whole. That is the part of SQL which Citus has for tables over many workers. Fresh rows, the
numbers of moves and every view stay on the store's own server. Were they Citus's own, each question would bring whole
tables to the coordinator (a set of rows in a file of its own beside rows on workers is planned so), and workers, which
read what is committed last whatever the coordinator reads, would count rows that had moved since.

Rules that are kept here (Citus documentation, "Citus Utility Functions" and "SQL Support and Workarounds"): a key that
is to be unique has to hold the column by which a table is laid out, so parts have a plain index instead; tables that
are never asked together need no common layout (``colocate_with``). The extension is made in a transaction of its own,
before anything is laid out by it.
"""

from sqlalchemy import Connection
from sqlalchemy import text as sql

from hub.store.spread.plan import Spread

_ROWS = "SELECT reltuples FROM pg_class WHERE oid = '%s'::regclass"
"""What is asked of each shard; ``%s`` is its name, which Citus puts there."""


def offers_citus(connection: Connection) -> bool:
    """Whether parts in this database are laid out by Citus: the extension is there, or can be made."""
    made, loaded, may = connection.exec_driver_sql(
        "SELECT count(installed_version) > 0, count(*) > 0 AND current_setting('citus.version', true) IS NOT NULL,"
        " current_setting('is_superuser') = 'on' FROM pg_available_extensions WHERE name = 'citus'"
    ).one()
    return bool(made or (loaded and may))


def is_citus(connection: Connection) -> bool:
    """Whether the extension is there."""
    found = connection.exec_driver_sql("SELECT count(*) FROM pg_extension WHERE extname = 'citus'")
    return bool(found.scalar_one())


def make_extension(connection: Connection) -> None:
    """Make it where it is not."""
    connection.execute(sql("CREATE EXTENSION IF NOT EXISTS citus"))


def distribute(connection: Connection, spread: Spread, part: str) -> None:
    """Lay an empty part out over the workers, by the hash of its key."""
    connection.execute(
        sql("SELECT create_distributed_table(cast(:part AS regclass), :key, colocate_with => 'none')"),
        {"part": f'"{part}"', "key": spread.key},
    )


def rows_about(connection: Connection) -> int:
    """How many rows are on the workers, as their last count says."""
    return int(
        connection.execute(
            sql(
                "SELECT coalesce(sum(greatest(cast(shard.result AS float8), 0)), 0) FROM pg_dist_partition AS laid,"
                " run_command_on_shards(laid.logicalrelid, :rows) AS shard WHERE shard.success"
            ),
            {"rows": _ROWS},
        ).scalar_one()
    )
