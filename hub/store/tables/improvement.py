"""Projection of improvements and of what was learnt in them."""

from sqlalchemy import JSON, Boolean, Column, Index, Table, Text

from hub.store.core.columns import evidence, item, metadata, text

improvement = Table(
    "improvement",
    metadata,
    *evidence(),
    text("id"),
    text("plant"),
    Column("content", JSON, nullable=False),  # traceability.record.improvement.ImprovementContent
    text("by"),
    Index("improvement_id", "id"),
    Index("improvement_plant", "plant"),
)

improvement_change = Table(
    "improvement_change",
    metadata,
    *evidence(),
    text("id"),
    text("change"),
    Column("record", JSON, nullable=False),  # traceability.record.improvement.ImprovementChangeRecord
    Index("improvement_change_id", "id"),
)

knowledge = Table(
    "knowledge",
    metadata,
    *evidence(),
    text("id"),
    text("plant"),
    Column("words", Text, nullable=False),  # every text of the case, folded for search
    text("part", 400),
    text("characteristic", 400),
    text("defect", 400),
    text("operation", 400),
    text("machine_type", 400),
    text("improvement"),
    Column("withdrawn", Boolean, nullable=False),
    Column("record", JSON, nullable=False),  # traceability.record.knowledge.KnowledgeRecord
    Index("knowledge_id", "id"),
    Index("knowledge_plant", "plant"),
)

knowledge_share = Table(
    "knowledge_share",
    metadata,
    *evidence(),
    item(),
    text("id"),
    text("organisation"),  # or "*"
    Index("knowledge_share_id", "id"),
)

IMPROVEMENT_PROJECTION: tuple[Table, ...] = (improvement, improvement_change, knowledge, knowledge_share)
