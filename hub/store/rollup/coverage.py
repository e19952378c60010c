"""How many components came with records of their own."""

from sqlalchemy import exists, func, select

from hub.store.core.database import Reading
from hub.store.ledger.horizon import earlier
from hub.store.rollup.arrived import arrivals, built_at, is_kept
from hub.store.rollup.tallied import components_of
from hub.store.sharing.views import looks_as
from hub.store.tables.every import link, unit_result


def component_records(connection: Reading, plant: str, before: int | None = None) -> tuple[int, int]:
    """Component units built in at a plant, and how many of them have results of another plant.

    What is known now was counted as it came, by the plants where components have results: so an organisation is told
    of its own plants from that, too. Where policies decide row by row, and in plants of others, it is told by records.
    """
    counted = components_of(connection, plant) or _as_seen(connection, plant) if before is None else None
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


def _as_seen(connection: Reading, plant: str) -> tuple[int, int] | None:
    """Of an own plant, if no component has results at a plant that the asker sees partly."""
    ground = looks_as(connection)
    if ground is None or plant not in ground.own_plants() or not is_kept(connection):
        return None
    built, seen = built_at(connection, plant), arrivals(connection)
    if any(seen.partly & set(places) and not seen.whole & set(places) for places in built):
        return None
    return sum(built.values()), sum(n for places, n in built.items() if seen.whole & set(places))
