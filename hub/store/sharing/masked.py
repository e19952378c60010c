"""What the rows of the log that are others' show."""

from sqlalchemy import Table

_MINE_OF_BATCH = "r.author IN (SELECT author FROM temp.asker_author)"
# Of a batch of others the log tells its number, time and hash, and no more: how the column is shown then.
MASKED: dict[str, dict[str, str]] = {
    "batch": {
        "author": "''",
        "chain": "CAST(r.id AS TEXT)",  # each by itself: nothing is missing in a chain that nobody sees
        "seq": "1",
        "prev": "NULL",
        "sealed_at": "r.record_time",
        "first_record": "1",
        "records": "0",
        "receipt": "''",
        "body": "x''",
    }
}


def column_of(table: Table, name: str) -> str:
    """The column ``name`` as the asker sees it."""
    masked = MASKED.get(table.name, {}).get(name)
    plain = f'r."{name}"'
    return plain if masked is None else f'CASE WHEN {_MINE_OF_BATCH} THEN {plain} ELSE {masked} END AS "{name}"'
