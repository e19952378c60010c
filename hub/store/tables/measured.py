"""Projection of what was measured: a row a record, and the values of a batch in columns.

A batch holds hundreds of values of each characteristic. They stand in one row for all of them (``value_column``), with
the lines of their records beside them; one row a value would take ten times the room and the time. Whose they are is
said by ``measured`` alone, so whoever does not see a record's row finds nothing that tells its values from others:
columns are read through :mod:`hub.store.production.measured` only.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table

from hub.store.core.columns import Long, evidence, metadata, text

measured = Table(
    "measured",
    metadata,
    *evidence(),
    text("result_id"),
    text("unit", 400, nullable=True),
    text("operation"),
    text("plant", nullable=True),
    text("plan", 71, nullable=True),
    Index("measured_unit", "unit"),
    Index("measured_result", "result_id"),
)

# ``number`` counts the columns of a batch from 0, in the order in which their characteristics appear in it.
value_column = Table(
    "value_column",
    metadata,
    Column("batch_id", Long, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    text("plant", nullable=True),
    text("characteristic"),
    text("uom", 20),
    Column("decimals", Integer, nullable=False),
    Column("n", Integer, nullable=False),
    Column("earliest", BigInteger, nullable=False),  # event times of the records
    Column("latest", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),  # see hub.store.core.value_body
    Index("value_column_plant", "plant", "characteristic", "latest"),
)

MEASURED_PROJECTION: tuple[Table, ...] = (measured, value_column)
