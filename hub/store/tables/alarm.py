"""Projection of early warnings; ``tables`` says what holds for all of them."""

from sqlalchemy import JSON, BigInteger, Column, Index, Table

from hub.store.core.columns import evidence, metadata, text

# ``id`` is unique within its author. ``alarm`` is the whole record in builtin types.
alarm = Table(
    "alarm",
    metadata,
    *evidence(),
    text("id"),
    text("plant", nullable=True),
    text("rule"),
    text("warns_of", 40),
    text("part", 400),
    text("operation"),
    text("work_cell"),
    text("unit", 400, nullable=True),
    text("characteristic", nullable=True),
    Column("false_alarm_every", BigInteger),
    Column("alarm", JSON, nullable=False),
    Index("alarm_id", "id"),
    Index("alarm_plant", "plant", "event_time"),
    Index("alarm_unit", "unit"),
)

# ``agent`` is who raised the alarm ``id``: the author itself, or another one when the hub is the author.
alarm_acknowledgement = Table(
    "alarm_acknowledgement",
    metadata,
    *evidence(),
    text("id"),
    text("agent"),
    text("by"),
    text("cause", 2000),
    text("action", 2000),
    Index("alarm_acknowledgement_id", "id"),
    Index("alarm_acknowledgement_agent", "agent", "batch_id"),
)

ALARM_PROJECTION: tuple[Table, ...] = (alarm, alarm_acknowledgement)
