"""Projection of what happens on the line beside the results themselves; ``tables`` says what holds for all of them."""

from sqlalchemy import JSON, BigInteger, Column, Index, Table

from hub.store.core.columns import evidence, metadata, text

codes = Table(
    "codes",
    metadata,
    *evidence(),
    text("result_id"),
    text("unit", 400, nullable=True),
    text("operation"),
    text("plant", nullable=True),
    text("reader"),
    Column("symbols", JSON, nullable=False),  # list of traceability.record.production.ReadSymbol
    text("reason", 2000, nullable=True),
    Index("codes_unit", "unit"),
    Index("codes_id", "result_id"),
)

# One row when it was placed, another when it was released; ``hold_id`` is unique within its author.
hold = Table(
    "hold",
    metadata,
    *evidence(),
    text("hold_id"),
    text("plant", nullable=True),
    text("scope", 20),
    text("target", 400),
    text("about", 400, nullable=True),  # the target where it is a unit or a lot; a station is none
    text("state", 20),
    text("by"),
    text("reason", 2000),
    Index("hold_about", "about"),
    Index("hold_plant", "plant", "event_time"),
)

interlock_refusal = Table(
    "interlock_refusal",
    metadata,
    *evidence(),
    text("plant", nullable=True),
    text("unit", 400, nullable=True),
    text("serial", 2000),
    text("operation"),
    text("work_cell"),
    Column("code", BigInteger, nullable=False),
    text("reason", 2000),
    Index("interlock_refusal_unit", "unit"),
    Index("interlock_refusal_plant", "plant", "operation", "event_time"),
)
