"""Projection of what a result was made with: recipe, operator, tools; ``tables`` says what holds for all of them.

Only results that say so have rows here, so a search by recipe or tool touches no others.
"""

from sqlalchemy import Index, Table

from hub.store.core.columns import evidence, item, metadata, text

result_detail = Table(
    "result_detail",
    metadata,
    *evidence(),
    text("result_id"),
    text("unit", 400, nullable=True),
    text("operation"),
    text("work_cell"),
    text("plant", nullable=True),
    text("recipe", nullable=True),
    text("recipe_version", nullable=True),
    text("operator", nullable=True),
    Index("result_detail_unit", "unit"),
    Index("result_detail_id", "result_id"),
    Index("result_detail_recipe", "recipe", "recipe_version", "event_time"),
)

# One row a tool, in the order in which the result names them.
result_tool = Table(
    "result_tool",
    metadata,
    *evidence(),
    item(),
    text("result_id"),
    text("unit", 400, nullable=True),
    text("operation"),
    text("work_cell"),
    text("plant", nullable=True),
    text("tool"),
    Index("result_tool_unit", "unit"),
    Index("result_tool_id", "result_id"),
    Index("result_tool_tool", "tool", "event_time"),
)

DETAIL_PROJECTION: tuple[Table, ...] = (result_detail, result_tool)
