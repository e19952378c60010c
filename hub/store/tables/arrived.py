"""What came from whom and where, kept beside the roll-ups so that no page counts every result for it.

They say what is in the store, declared wrong or not, and are sums and greatest values: the same in whatever order
batches came. Times are microseconds since 1970 UTC.
"""

from sqlalchemy import BigInteger, Column, Table, Text

from hub.store.core.columns import metadata, text


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


# The batches of each author.
author_sent = Table(
    "author_sent",
    metadata,
    Column("author", text("author").type, primary_key=True),
    *(_count(name) for name in ("batches", "records", "last_contact")),
    sqlite_with_rowid=False,
)

# Results of each author at each plant ('' for none), by part and operation, and the time of the latest.
author_results = Table(
    "author_results",
    metadata,
    Column("plant", text("plant").type, primary_key=True),
    Column("author", text("author").type, primary_key=True),
    Column("part", text("part", 400).type, primary_key=True),
    Column("operation", text("operation").type, primary_key=True),
    *(_count(name) for name in ("results", "last_event")),
    sqlite_with_rowid=False,
)

# How many units have results at exactly these plants (a list in JSON; ``id`` is its SHA-256). Each unit is in one row,
# so different ones can be counted at any plants together. The row of no plant at all, with no unit, is there where
# these tables are kept since the log began; a store that is older has none until it is rebuilt.
unit_places = Table(
    "unit_places",
    metadata,
    Column("id", text("id", 64).type, primary_key=True),
    Column("places", Text, nullable=False),
    _count("units"),
    sqlite_with_rowid=False,
)

# Units that were ever built in at ``plant``, by the other plants at which they have results; else the same.
component_places = Table(
    "component_places",
    metadata,
    Column("plant", text("plant").type, primary_key=True),
    Column("id", text("id", 64).type, primary_key=True),
    Column("places", Text, nullable=False),
    _count("units"),
    sqlite_with_rowid=False,
)

ARRIVED: dict[str, Table] = {
    table.name: table for table in (author_sent, author_results, unit_places, component_places)
}
