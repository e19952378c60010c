"""Rows of what a result was made with: none for a result that does not say."""

from hub.projection.sender import Place, evidence
from hub.store.writing.rows import Row
from traceability.record.production import UnitResultRecord


def result_detail_rows(record: UnitResultRecord, place: Place) -> list[Row]:
    """At most one row for recipe and operator, and one a tool; a tool that is named twice counts once."""
    if record.recipe is None and record.operator is None and not record.tools:
        return []
    shared = evidence(record, place) | {
        "result_id": record.id,
        "unit": record.unit,
        "operation": record.operation,
        "work_cell": record.work_cell,
        "plant": place.plant,
    }
    rows: list[Row] = [
        ("result_tool", shared | {"item": item, "tool": tool}) for item, tool in enumerate(dict.fromkeys(record.tools))
    ]
    if record.recipe is None and record.operator is None:
        return rows
    recipe = {
        "recipe": None if record.recipe is None else record.recipe.id,
        "recipe_version": None if record.recipe is None else record.recipe.version,
    }
    return [*rows, ("result_detail", shared | recipe | {"operator": record.operator})]
