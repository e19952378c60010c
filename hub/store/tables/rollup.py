"""Roll-ups of measured values and first-pass counts by the hour; ``tables`` says what holds for all of them.

No rows of single batches: each is the sum of many records, kept up in the transaction that takes a batch, and made
again with everything else by ``rebuild``. Hours are whole hours since 1970 UTC.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table

from hub.store.core.columns import metadata, text
from hub.store.tables.arrived import ARRIVED
from hub.store.tables.pass_counts import PASS_COUNTS
from hub.store.tables.tally import TALLIES

# One stream of values: what was measured, where, by which chain; ``lot`` empty for all of them, or the values of the
# units that contain the lot. ``id`` is the hash of the other naming columns.
rollup_stream = Table(
    "rollup_stream",
    metadata,
    Column("id", text("id", 64).type, primary_key=True),
    text("plant"),
    text("part", 400),
    text("operation"),
    text("work_cell"),
    text("characteristic"),
    text("uom", 20),
    Column("decimals", Integer, nullable=False),
    text("author"),
    text("chain", 32),
    text("lot", 400),
    Column("next_position", BigInteger, nullable=False),
    Column("last_hour", BigInteger, nullable=False),
    Index("rollup_stream_plant", "plant", "characteristic", "lot"),
)

# ``span`` is hour, day, dekad (ten days) or month of UTC; longer ones are there once the stream has gone beyond them.
rollup = Table(
    "rollup",
    metadata,
    Column("stream", text("stream", 64).type, primary_key=True),
    Column("span", text("span", 5).type, primary_key=True),
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("n", BigInteger, nullable=False),
    Column("first_position", BigInteger, nullable=False),
    Column("left_out", BigInteger, nullable=False),  # values of a first submission that can't be used
    Column("first_batch", BigInteger, nullable=False),
    Column("last_batch", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),  # see hub.store.rollup.body
    sqlite_with_rowid=False,
)

first_pass_hour = Table(
    "first_pass_hour",
    metadata,
    Column("plant", text("plant").type, primary_key=True),
    Column("part", text("part", 400).type, primary_key=True),
    Column("operation", text("operation").type, primary_key=True),
    Column("work_cell", text("work_cell").type, primary_key=True),
    Column("hour", BigInteger, primary_key=True, autoincrement=False),
    *(Column(name, BigInteger, nullable=False) for name in PASS_COUNTS),
    sqlite_with_rowid=False,
)

ROLLUPS: dict[str, Table] = {
    **{table.name: table for table in (rollup_stream, rollup, first_pass_hour)},
    **TALLIES,
    **ARRIVED,
}
