"""What a PostgreSQL server's planner knows of a store that fills.

A server counts what its tables hold about once a minute (autovacuum). Of a table it has never counted it takes each
unit for as common as a two-hundredth of all rows; asked for the results of a batch's units in earlier batches it then
reads all earlier batches, and every batch takes longer than the one before. A hub fills faster than once a minute when
it begins, when an edge's backlog comes, or when it moves here. So it has its rows counted itself, each time the number
of its batches has doubled; later the server's own counting is often enough, for shares hardly change any more.
"""

from collections.abc import Iterable

from sqlalchemy import text as sql

from hub.store.core.database import Writing
from hub.store.core.dialect import is_postgres, name_to_write
from hub.store.tables.every import PROJECTION
from hub.store.tables.ledger import batch

FIRST, LAST = 8, 4096
"""Batches at which rows are counted first and at the latest: powers of two, as those between."""


def count_as_it_grows(connection: Writing, first: int, after: int) -> None:
    """Have rows counted when the batches ``[first, after)`` are the ones with which their number has doubled."""
    if is_postgres(connection.dialect) and doubles(first, after):
        names = [name_to_write(connection, table) for table in (batch, *PROJECTION.values())]
        filled = list(_filled(connection, names))
        if filled:  # who cleans a table up counts it, too: that is not waited for
            connection.exec_driver_sql(f"ANALYZE (SKIP_LOCKED) {', '.join(filled)}")


def doubles(first: int, after: int) -> bool:
    """Whether their number came to a power of two with the batches ``[first, after)``, or beyond it."""
    power = min(1 << max(after.bit_length() - 1, 0), LAST)
    return first < power <= after and power >= FIRST


def _filled(connection: Writing, names: Iterable[str]) -> Iterable[str]:
    """Of an empty table nothing can be known, and that it is empty is soon wrong."""
    query = sql("SELECT name FROM unnest(cast(:names AS text[])) AS name WHERE pg_relation_size(to_regclass(name)) > 0")
    return connection.execute(query, {"names": list(names)}).scalars()
