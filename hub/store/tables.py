"""Every table of the hub.

Two families, and a rule:

- the **ledger** (``batch``, ``log_node``): append-only, the evidence itself; ``meta`` and ``fork`` stand beside it;
- the **projection** (``PROJECTION``): rows that answer questions. Each carries ``(batch_id, line)``, the pointer to its
  evidence (line 1 of a batch is its header, so records start at line 2), and author, chain and record seq. Nothing in
  them that isn't in the ledger: ``rebuild`` makes them again, row for row;
- several rows may speak of one id (rivals, corrections): all are kept, readers choose and say so.

Times are integer microseconds since 1970 UTC, amounts of money are decimal text, measured values are integers with a
number of decimals. No foreign keys: rows of different batches arrive in any order.

``SCHEMA_VERSION`` stays as long as tables are only added: those that an earlier program did not make are made when the
hub is opened, and ``rebuild`` fills them with what that program could not read.
"""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, String, Table, Text

from hub.store.columns import Long, evidence, item, metadata, text
from hub.store.ledger_tables import batch, fork, log_node, meta
from hub.store.line_tables import codes, hold, interlock_refusal

__all__ = [
    "PROJECTION",
    "SCHEMA_VERSION",
    "assessment",
    "author_key",
    "batch",
    "chain_start",
    "claim",
    "codes",
    "control_plan",
    "data_loss",
    "fork",
    "hold",
    "interlock_refusal",
    "link",
    "log_node",
    "measurement",
    "meta",
    "metadata",
    "organisation",
    "output_value",
    "picture",
    "plant",
    "quality_loss",
    "quarantine",
    "unit_result",
]

SCHEMA_VERSION = "1"

quarantine = Table(
    "quarantine",
    metadata,
    Column("batch_id", Long, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    text("author"),
    text("chain", 32),
    Column("seq", BigInteger, nullable=False),  # the sequence its place gives it
    Column("reason", Text, nullable=False),
)

chain_start = Table(
    "chain_start",
    metadata,
    *evidence(),
    Column("reason", Text, nullable=False),
    Column("cites", String(71)),
    Column("lost", Text),
)

organisation = Table(
    "organisation",
    metadata,
    *evidence(),
    text("id"),
    text("name", 2000),
    text("name_zh", 2000),
    Index("organisation_id", "id"),
)

plant = Table(
    "plant",
    metadata,
    *evidence(),
    text("id"),
    text("organisation"),
    text("name", 2000),
    text("name_zh", 2000),
    text("time_zone"),
    Index("plant_id", "id"),
)

# In force from the log position ``batch_id`` on, until a later row of the same id; ``id`` is the author it speaks of.
author_key = Table(
    "author_key",
    metadata,
    *evidence(),
    text("id"),
    text("plant", nullable=True),
    text("public_key", 100),  # base64 of the raw Ed25519 key
    text("environment", 20),
    Index("author_key_id", "id", "batch_id"),
)

control_plan = Table(
    "control_plan",
    metadata,
    *evidence(),
    text("id", 71),
    text("plant"),
    text("part", 400),
    text("name", 2000),
    text("name_zh", 2000),
    text("revision"),
    Column("plan", JSON, nullable=False),  # traceability.record.master.ControlPlan
    Index("control_plan_id", "id"),
    Index("control_plan_plant", "plant", "part"),
)

unit_result = Table(
    "unit_result",
    metadata,
    *evidence(),
    text("result_id"),
    text("unit", 400, nullable=True),
    text("part", 400),
    text("operation"),
    text("work_cell"),
    text("plant", nullable=True),
    text("verdict", 20),
    Column("flags", JSON, nullable=False),  # list of traceability.unit.Flag
    text("purpose", 20),
    Column("attempt", BigInteger, nullable=False),
    Column("cycle", BigInteger),
    Column("source_time", BigInteger),
    text("defect", 2000, nullable=True),
    text("plan", 71, nullable=True),
    Index("unit_result_unit", "unit"),
    Index("unit_result_id", "result_id"),
    Index("unit_result_plant", "plant", "operation", "event_time"),
    Index("unit_result_author", "author", "chain", "operation", "seq"),
)

measurement = Table(
    "measurement",
    metadata,
    *evidence(),
    item(),
    text("result_id"),
    text("unit", 400, nullable=True),
    text("operation"),
    text("plant", nullable=True),
    text("characteristic"),
    Column("value", BigInteger),  # x 10**-decimals uom; None when nothing trustworthy was read
    Column("decimals", Integer, nullable=False),
    text("uom", 20),
    text("status", 20),
    text("raw", 60, nullable=True),
    text("plan", 71, nullable=True),
    Index("measurement_unit", "unit"),
    Index("measurement_plant", "plant", "characteristic", "event_time"),
)

# ``certain`` when the child is a unit; a lot gives potential links only.
link = Table(
    "link",
    metadata,
    *evidence(),
    item(),
    text("result_id"),
    text("parent", 400),
    text("child", 400),
    Column("certain", Boolean, nullable=False),
    text("action", 10),
    text("position", nullable=True),
    text("quantity", 30, nullable=True),
    text("uom", 20, nullable=True),
    text("operation"),
    text("plant", nullable=True),
    Index("link_parent", "parent"),
    Index("link_child", "child"),
)

picture = Table(
    "picture",
    metadata,
    *evidence(),
    item(),
    text("result_id"),
    text("unit", 400, nullable=True),
    text("operation"),
    text("plant", nullable=True),
    text("sha256", 71),
    Column("size", BigInteger, nullable=False),
    text("position"),
    Column("symbols", JSON, nullable=False),  # list of traceability.record.production.ReadSymbol
    text("reason", 2000, nullable=True),
    Index("picture_unit", "unit"),
    Index("picture_id", "result_id"),
)

claim = Table(
    "claim",
    metadata,
    *evidence(),
    text("plant", nullable=True),
    text("part", 400),
    text("operation"),
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
    *evidence(),
    text("plant", nullable=True),
    text("stream"),
    Column("count", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("first", BigInteger),
    Column("last", BigInteger),
)

quality_loss = Table(
    "quality_loss",
    metadata,
    *evidence(),
    text("id"),
    text("plant"),
    text("item"),
    text("amount", 60),  # decimal text
    text("currency", 3),
    text("accrued_on", 10),  # ISO date
    Column("evidence", Text, nullable=False),
    text("entered_by"),
    Index("quality_loss_plant", "plant", "accrued_on"),
)

output_value = Table(
    "output_value",
    metadata,
    *evidence(),
    text("id"),
    text("plant"),
    Column("year", Integer, nullable=False),
    text("amount", 60),  # decimal text
    text("currency", 3),
    Column("evidence", Text, nullable=False),
    text("entered_by"),
    Index("output_value_plant", "plant", "year"),
)

assessment = Table(
    "assessment",
    metadata,
    *evidence(),
    text("id"),
    text("plant"),
    text("dimension"),
    Column("answers", JSON, nullable=False),  # list of traceability.record.economics.Answer
    text("entered_by"),
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
        codes,
        hold,
        interlock_refusal,
        claim,
        data_loss,
        quality_loss,
        output_value,
        assessment,
    )
}
