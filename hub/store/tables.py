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

import hub.store.account_tables
import hub.store.audit_tables
import hub.store.cold_tables
import hub.store.common_tables
import hub.store.picture_tables  # noqa: F401 - likewise
from hub.store.alarm_tables import ALARM_PROJECTION
from hub.store.catenax_tables import CATENAX_PROJECTION
from hub.store.columns import Long, evidence, metadata, text
from hub.store.comparison_tables import COMPARISON_PROJECTION
from hub.store.declaration_tables import declaration_document
from hub.store.detail_tables import DETAIL_PROJECTION
from hub.store.economics_tables import assessment, output_value, quality_loss
from hub.store.epcis_tables import EPCIS_PROJECTION
from hub.store.event_link_tables import EVENT_LINK_PROJECTION
from hub.store.field_tables import FIELD_PROJECTION
from hub.store.fleet_tables import FLEET_PROJECTION
from hub.store.history_tables import HISTORY_PROJECTION
from hub.store.improvement_tables import IMPROVEMENT_PROJECTION
from hub.store.incoming_tables import INCOMING_PROJECTION
from hub.store.intake_tables import file_intake, file_intake_part
from hub.store.ledger_tables import batch, fork, log_node, meta
from hub.store.line_tables import codes, hold, interlock_refusal
from hub.store.master_tables import MASTER_PROJECTION
from hub.store.measured_tables import MEASURED_PROJECTION, measured
from hub.store.notify_tables import NOTIFY_PROJECTION
from hub.store.production_tables import claim, data_loss, link, picture, unit_result
from hub.store.quality_tables import QUALITY_PROJECTION, quality_loss_detail, quality_statement
from hub.store.recall_tables import item_number, recall, recall_part
from hub.store.requirement_tables import REQUIREMENT_PROJECTION
from hub.store.rollout_tables import ROLLOUT_PROJECTION
from hub.store.rollup_tables import first_pass_hour, rollup, rollup_stream
from hub.store.round_tables import round_lease
from hub.store.search_tables import item_ending
from hub.store.sharing_tables import audit_read, organisation_token, recall_asker, sharing_policy
from hub.store.subscription_tables import alarm_subscription
from hub.store.telemetry_tables import telemetry
from hub.store.trace_tables import TRACE_PROJECTION, alias, company_prefix, correction, packing, shipment
from hub.store.witness_tables import cosignature

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
        *MASTER_PROJECTION,
        *HISTORY_PROJECTION,
        *COMPARISON_PROJECTION,
    )
}
