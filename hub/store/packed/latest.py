"""How far one has to look for the last, or the first, results of an operation.

Behind the views results have one index over time for each shape, and not one for each operation. Where the database
would have to sort all results of a time to find a few, each shape is asked here for its own few, which gives a bound.
It says nothing of who may see how many of them, so whoever finds too few within it looks without it.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection
from sqlalchemy import text as sql

from hub.store.core.dialect import is_postgres
from hub.store.core.listed import given

_LATEST = sql(
    "SELECT operation, max((SELECT event_time FROM main.result_row WHERE shape = result_shape.id"
    " AND event_time < :before ORDER BY event_time DESC LIMIT 1 OFFSET :most - 1)) FROM main.result_shape"
    " WHERE plant = :plant AND operation IN (SELECT value FROM json_each(:operations)) GROUP BY operation"
)
_EARLIEST = sql(
    "SELECT min((SELECT event_time FROM main.result_row WHERE shape = result_shape.id"
    " AND event_time >= :begin AND event_time < :end ORDER BY event_time LIMIT 1 OFFSET :most - 1))"
    " FROM main.result_shape WHERE plant = :plant AND operation = :operation"
    " AND (:work_cell IS NULL OR work_cell = :work_cell)"
)


def latest_since(
    connection: Connection, plant: str, operations: Collection[str], before: int, most: int
) -> Mapping[str, int]:
    """Times since when operations have at least ``most`` results before ``before``, where one is known."""
    if is_postgres(connection.dialect):
        return {}
    found = {"plant": plant, "operations": given(operations, postgres=False), "before": before, "most": most}
    return {name: since for name, since in connection.execute(_LATEST, found) if since is not None}


def earliest_until(
    connection: Connection, plant: str, operation: str, within: tuple[int, int], *, most: int, work_cell: str | None
) -> int | None:
    """A time, included, up to which there are at least ``most`` results from the first time of ``within`` on."""
    if is_postgres(connection.dialect):
        return None
    found = {"plant": plant, "operation": operation, "begin": within[0], "end": within[1], "most": most}
    until: int | None = connection.execute(_EARLIEST, found | {"work_cell": work_cell}).scalar_one()
    return until
