"""What quality costs are allocated by, counted: results that came again and units that were scrapped, by their causes.

Beside the tallies, and made as they are: by differences in the transaction that takes a batch, and again with
everything else by ``rebuild``.
"""

from sqlalchemy import BigInteger, Column, Table

from hub.store.core.columns import metadata, text

# A plant of which ``costed_span`` holds all that ever came; '' says that it was kept from the log's first result on.
costed = Table("costed", metadata, Column("plant", text("plant").type, primary_key=True), sqlite_with_rowid=False)

# How many of a ``driver`` (see traceability.quality.cost.category) there are in the hour or on the day of UTC
# (``span``) that begins with hour ``start``; ``cause_key`` stands for the cause, which may be longer than a key.
costed_span = Table(
    "costed_span",
    metadata,
    *(
        Column(name, text(name, length).type, primary_key=True)
        for name, length in (("plant", 200), ("driver", 20), ("span", 5))
    ),
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    *(
        Column(name, text(name, length).type, primary_key=True)
        for name, length in (("part", 400), ("operation", 200), ("cause_key", 71))
    ),
    text("cause", 2000),
    Column("n", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

COSTED: dict[str, Table] = {table.name: table for table in (costed, costed_span)}
