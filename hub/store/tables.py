"""Every table of the hub.

Three families:

- the **ledger** (``batch``, ``log_node``): append-only, the evidence itself; ``meta`` and ``fork`` stand beside it;
- the **projection** (``PROJECTION``): rows that answer questions. Each carries ``(batch_id, line)``, the pointer to its
  evidence (line 1 of a batch is its header, so records start at line 2), and author, chain and record seq. Nothing in
  them that isn't in the ledger: ``rebuild`` makes them again, row for row;
- several rows may speak of one id (rivals, corrections): all are kept, readers choose and say so.

Times are integer microseconds since 1970 UTC, amounts of money are decimal text, measured values are integers with a
number of decimals. No foreign keys: rows of different batches arrive in any order.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

SCHEMA_VERSION = "1"

metadata = MetaData()
_Long = BigInteger().with_variant(Integer, "sqlite")


def _evidence() -> list[Column[Any]]:
    """Columns of every projection row; ``batch_id`` is the log index, ``seq`` the record's sequence in its chain."""
    return [
        Column("batch_id", _Long, primary_key=True, autoincrement=False),
        Column("line", Integer, primary_key=True, autoincrement=False),
        Column("author", String(200), nullable=False),
        Column("chain", String(32), nullable=False),
        Column("seq", BigInteger, nullable=False),
        Column("event_time", BigInteger, nullable=False),
    ]


def _item() -> Column[Any]:
    """Position within a record that becomes several rows, from 0."""
    return Column("item", Integer, primary_key=True, autoincrement=False)


def _text(name: str, size: int = 200, *, nullable: bool = False) -> Column[Any]:
    return Column(name, String(size), nullable=nullable)


meta = Table("meta", metadata, Column("key", String(60), primary_key=True), Column("value", Text, nullable=False))

batch = Table(
    "batch",
    metadata,
    Column("id", _Long, primary_key=True, autoincrement=False),  # the log index of its header
    _text("author"),
    _text("chain", 32),
    Column("seq", BigInteger, nullable=False),  # of the batch in its chain
    Column("hash", String(71), nullable=False, unique=True),
    Column("prev", String(71)),
    _text("environment", 20),
    Column("sealed_at", BigInteger, nullable=False),
    Column("record_time", BigInteger, nullable=False),
    Column("first_record", BigInteger, nullable=False),
    Column("records", Integer, nullable=False),
    Column("receipt", Text, nullable=False),  # the signed answer, byte for byte
    Column("body", LargeBinary, nullable=False),  # the batch as it was sent, zstd
    UniqueConstraint("author", "chain", "seq"),
)

log_node = Table(
    "log_node",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("index", _Long, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False),
)

# An author signed two histories. The refused envelope is kept: with the batch of the same seq it is the proof.
fork = Table(
    "fork",
    metadata,
    Column("author", String(200), primary_key=True),
    Column("chain", String(32), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", String(71), primary_key=True),
    Column("record_time", BigInteger, nullable=False),
    Column("envelope", Text, nullable=False),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("batch_id", _Long, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    _text("author"),
    _text("chain", 32),
    Column("seq", BigInteger, nullable=False),  # the sequence its place gives it
    Column("reason", Text, nullable=False),
)

chain_start = Table(
    "chain_start",
    metadata,
    *_evidence(),
    Column("reason", Text, nullable=False),
    Column("cites", String(71)),
    Column("lost", Text),
)

organisation = Table(
    "organisation",
    metadata,
    *_evidence(),
    _text("id"),
    _text("name", 2000),
    _text("name_zh", 2000),
    Index("organisation_id", "id"),
)

plant = Table(
    "plant",
    metadata,
    *_evidence(),
    _text("id"),
    _text("organisation"),
    _text("name", 2000),
    _text("name_zh", 2000),
    _text("time_zone"),
    Index("plant_id", "id"),
)

# In force from the log position ``batch_id`` on, until a later row of the same id; ``id`` is the author it speaks of.
author_key = Table(
    "author_key",
    metadata,
    *_evidence(),
    _text("id"),
    _text("plant", nullable=True),
    _text("public_key", 100),  # base64 of the raw Ed25519 key
    _text("environment", 20),
    Index("author_key_id", "id", "batch_id"),
)

control_plan = Table(
    "control_plan",
    metadata,
    *_evidence(),
    _text("id", 71),
    _text("plant"),
    _text("part", 400),
    _text("name", 2000),
    _text("name_zh", 2000),
    _text("revision"),
    Column("plan", JSON, nullable=False),  # traceability.record.master.ControlPlan
    Index("control_plan_id", "id"),
    Index("control_plan_plant", "plant", "part"),
)

unit_result = Table(
    "unit_result",
    metadata,
    *_evidence(),
    _text("result_id"),
    _text("unit", 400, nullable=True),
    _text("part", 400),
    _text("operation"),
    _text("work_cell"),
    _text("plant", nullable=True),
    _text("verdict", 20),
    Column("flags", JSON, nullable=False),  # list of traceability.unit.Flag
    _text("purpose", 20),
    Column("attempt", BigInteger, nullable=False),
    Column("cycle", BigInteger),
    Column("source_time", BigInteger),
    _text("defect", 2000, nullable=True),
    _text("plan", 71, nullable=True),
    Index("unit_result_unit", "unit"),
    Index("unit_result_id", "result_id"),
    Index("unit_result_plant", "plant", "operation", "event_time"),
    Index("unit_result_author", "author", "chain", "operation", "seq"),
)

measurement = Table(
    "measurement",
    metadata,
    *_evidence(),
    _item(),
    _text("result_id"),
    _text("unit", 400),
    _text("operation"),
    _text("plant", nullable=True),
    _text("characteristic"),
    Column("value", BigInteger),  # x 10**-decimals uom; None when nothing trustworthy was read
    Column("decimals", Integer, nullable=False),
    _text("uom", 20),
    _text("status", 20),
    _text("raw", 60, nullable=True),
    _text("plan", 71, nullable=True),
    Index("measurement_unit", "unit"),
    Index("measurement_plant", "plant", "characteristic", "event_time"),
)

# ``certain`` when the child is a unit; a lot gives potential links only.
link = Table(
    "link",
    metadata,
    *_evidence(),
    _item(),
    _text("result_id"),
    _text("parent", 400),
    _text("child", 400),
    Column("certain", Boolean, nullable=False),
    _text("action", 10),
    _text("position", nullable=True),
    _text("quantity", 30, nullable=True),
    _text("uom", 20, nullable=True),
    _text("operation"),
    _text("plant", nullable=True),
    Index("link_parent", "parent"),
    Index("link_child", "child"),
)

picture = Table(
    "picture",
    metadata,
    *_evidence(),
    _item(),
    _text("result_id"),
    _text("unit", 400, nullable=True),
    _text("operation"),
    _text("plant", nullable=True),
    _text("sha256", 71),
    Column("size", BigInteger, nullable=False),
    _text("position"),
    Column("symbols", JSON, nullable=False),  # list of traceability.record.production.ReadSymbol
    _text("reason", 2000, nullable=True),
    Index("picture_unit", "unit"),
    Index("picture_id", "result_id"),
)

claim = Table(
    "claim",
    metadata,
    *_evidence(),
    _text("plant", nullable=True),
    _text("part", 400),
    _text("operation"),
    Column("through", BigInteger, nullable=False),
    Column("submitted", BigInteger, nullable=False),
    Column("first_ok", BigInteger, nullable=False),
    Column("attempts", BigInteger, nullable=False),
    Column("invalid", BigInteger, nullable=False),
    Index("claim_author", "author", "chain", "operation", "through"),
)

data_loss = Table(
    "data_loss",
    metadata,
    *_evidence(),
    _text("plant", nullable=True),
    _text("stream"),
    Column("count", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("first", BigInteger),
    Column("last", BigInteger),
)

quality_loss = Table(
    "quality_loss",
    metadata,
    *_evidence(),
    _text("id"),
    _text("plant"),
    _text("item"),
    _text("amount", 60),  # decimal text
    _text("currency", 3),
    _text("accrued_on", 10),  # ISO date
    Column("evidence", Text, nullable=False),
    _text("entered_by"),
    Index("quality_loss_plant", "plant", "accrued_on"),
)

output_value = Table(
    "output_value",
    metadata,
    *_evidence(),
    _text("id"),
    _text("plant"),
    Column("year", Integer, nullable=False),
    _text("amount", 60),  # decimal text
    _text("currency", 3),
    Column("evidence", Text, nullable=False),
    _text("entered_by"),
    Index("output_value_plant", "plant", "year"),
)

assessment = Table(
    "assessment",
    metadata,
    *_evidence(),
    _text("id"),
    _text("plant"),
    _text("dimension"),
    Column("answers", JSON, nullable=False),  # list of traceability.record.economics.Answer
    _text("entered_by"),
    Index("assessment_plant", "plant", "dimension"),
)

PROJECTION: dict[str, Table] = {
    table.name: table
    for table in (
        quarantine,
        chain_start,
        organisation,
        plant,
        author_key,
        control_plan,
        unit_result,
        measurement,
        link,
        picture,
        claim,
        data_loss,
        quality_loss,
        output_value,
        assessment,
    )
}
