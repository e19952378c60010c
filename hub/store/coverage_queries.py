"""How many components came with records of their own."""

from sqlalchemy import exists, func, select

from hub.store.database import Reading
from hub.store.horizon import earlier
from hub.store.tables import link, unit_result
from hub.store.tallied_queries import components_of


def component_records(connection: Reading, plant: str, before: int | None = None) -> tuple[int, int]:
    """Component units built in at a plant, and how many of them have results of another plant.

    What is known now was counted as it came; an organisation, to whom others show what they choose, is told by records.
    """
    counted = components_of(connection, plant) if before is None else None
    if counted is not None:
        return counted
    built = (link.c.plant == plant, link.c.certain.is_(True), link.c.action == "ADD", *earlier(link, before))
    children = select(link.c.child).where(*built).distinct().subquery()
    elsewhere = exists().where(
        unit_result.c.unit == children.c.child, unit_result.c.plant != plant, *earlier(unit_result, before)
    )
    counts = select(func.count(), func.count().filter(elsewhere)).select_from(children)
    total, known = connection.execute(counts).one()
    return int(total), int(known)
