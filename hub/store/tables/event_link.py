"""Projection of what single events say of links only together with others; ``tables`` says what holds for all.

``emptied``: a whole was parted from everything in it; ``holds`` says in which table its links stand, link or packing.
``transformation_part``: events with one ``transformationID`` are one transformation, so each of them tells only what
went in or came out.
"""

from sqlalchemy import Boolean, Column, Index, Table

from hub.store.core.columns import evidence, item, metadata, text

emptied = Table(
    "emptied",
    metadata,
    *evidence(),
    text("record"),
    text("plant", nullable=True),
    text("holds", 10),
    text("parent", 400),
    Index("emptied_parent", "parent"),
)

transformation_part = Table(
    "transformation_part",
    metadata,
    *evidence(),
    item(),
    text("record"),
    text("plant", nullable=True),
    text("transformation", 2000),
    Column("output", Boolean, nullable=False),
    Column("single", Boolean, nullable=False),  # one single thing, not a quantity of a class
    text("thing", 400),
    text("quantity", 30, nullable=True),
    text("uom", 20, nullable=True),
    text("operation"),
    Index("transformation_part_thing", "thing"),
    Index("transformation_part_id", "transformation"),
)

EVENT_LINK_PROJECTION: tuple[Table, ...] = (emptied, transformation_part)
