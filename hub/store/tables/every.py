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

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, String, Table, Text

import hub.store.tables.account
import hub.store.tables.asked_common
import hub.store.tables.audit
import hub.store.tables.cold
import hub.store.tables.picture  # noqa: F401 - likewise
from hub.store.core.columns import Long, evidence, metadata, text
from hub.store.tables.alarm import ALARM_PROJECTION
from hub.store.tables.catenax import CATENAX_PROJECTION
from hub.store.tables.comparison import COMPARISON_PROJECTION
from hub.store.tables.declaration import declaration_document
from hub.store.tables.detail import DETAIL_PROJECTION
from hub.store.tables.economics import assessment, output_value, quality_loss
from hub.store.tables.epcis import EPCIS_PROJECTION
from hub.store.tables.event_link import EVENT_LINK_PROJECTION
from hub.store.tables.field import FIELD_PROJECTION
from hub.store.tables.fleet import FLEET_PROJECTION
from hub.store.tables.history import HISTORY_PROJECTION
from hub.store.tables.improvement import IMPROVEMENT_PROJECTION
from hub.store.tables.incoming import INCOMING_PROJECTION
from hub.store.tables.intake import file_intake, file_intake_part
from hub.store.tables.ledger import batch, fork, log_node, meta
from hub.store.tables.line import codes, hold, interlock_refusal
from hub.store.tables.master import MASTER_PROJECTION
from hub.store.tables.measured import MEASURED_PROJECTION, measured
from hub.store.tables.notify import NOTIFY_PROJECTION
from hub.store.tables.organisation_statement import ORGANISATION_PROJECTION
from hub.store.tables.production import claim, data_loss, link, picture, unit_result
from hub.store.tables.quality import QUALITY_PROJECTION, quality_loss_detail, quality_statement
from hub.store.tables.recall import item_number, recall, recall_part
from hub.store.tables.requirement import REQUIREMENT_PROJECTION
from hub.store.tables.rollout import ROLLOUT_PROJECTION
from hub.store.tables.rollup import first_pass_hour, rollup, rollup_stream
from hub.store.tables.round import round_lease
from hub.store.tables.search import item_ending
from hub.store.tables.sharing import audit_read, organisation_token, recall_asker, sharing_policy
from hub.store.tables.subscription import alarm_subscription
from hub.store.tables.telemetry import telemetry
from hub.store.tables.trace import TRACE_PROJECTION, alias, company_prefix, correction, packing, shipment
from hub.store.tables.witness import cosignature

__all__ = [
    "PROJECTION",
    "SCHEMA_VERSION",
    "alarm_subscription",
    "alias",
    "assessment",
    "audit_read",
    "author_key",
    "batch",
    "chain_start",
    "claim",
    "codes",
    "company_prefix",
    "control_plan",
    "correction",
    "cosignature",
    "data_loss",
    "declaration_document",
    "file_intake",
    "file_intake_part",
    "first_pass_hour",
    "fork",
    "hold",
    "interlock_refusal",
    "item_ending",
    "item_number",
    "link",
    "log_node",
    "measured",
    "meta",
    "metadata",
    "organisation",
    "organisation_token",
    "output_value",
    "packing",
    "picture",
    "plant",
    "quality_loss",
    "quality_loss_detail",
    "quality_statement",
    "quarantine",
    "recall",
    "recall_asker",
    "recall_part",
    "rollup",
    "rollup_stream",
    "round_lease",
    "sharing_policy",
    "shipment",
    "telemetry",
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
        *MEASURED_PROJECTION,
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
        *TRACE_PROJECTION,
        telemetry,
        *DETAIL_PROJECTION,
        sharing_policy,
        *ALARM_PROJECTION,
        *CATENAX_PROJECTION,
        *FIELD_PROJECTION,
        *FLEET_PROJECTION,
        *ROLLOUT_PROJECTION,
        *INCOMING_PROJECTION,
        *REQUIREMENT_PROJECTION,
        *IMPROVEMENT_PROJECTION,
        *EPCIS_PROJECTION,
        *EVENT_LINK_PROJECTION,
        *NOTIFY_PROJECTION,
        *QUALITY_PROJECTION,
        *ORGANISATION_PROJECTION,
        *MASTER_PROJECTION,
        *HISTORY_PROJECTION,
        *COMPARISON_PROJECTION,
    )
}
