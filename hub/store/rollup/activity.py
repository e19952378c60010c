"""How much arrived with the batches behind a place in the log: what running counts are kept up by.

Each question is answered by the primary key of the batches and by the index of units; none reads what was counted
before.
"""

from collections.abc import Collection, Iterable

import msgspec
from sqlalchemy import func, select

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.rollup.arrived import Origin, Told, results_by_origin
from hub.store.tables.every import batch, quarantine, unit_result

PlantUnit = tuple[str | None, str]


class Arrived(msgspec.Struct, frozen=True, kw_only=True):
    """Of the batches ``(after, through]``.

    ``told`` by whence results are; ``units``: plant and unit of every one that names a unit.
    """

    told: dict[Origin, Told]
    units: frozenset[PlantUnit]


def arrived(connection: Reading, after: int, through: int) -> Arrived:
    """What came; two statements."""
    within = (unit_result.c.batch_id > after, unit_result.c.batch_id <= through)
    rows = connection.execute(results_by_origin().where(*within))
    told = {Origin(row.plant, row.author, row.part, row.operation): Told(row.results, row.last_event) for row in rows}
    places = select(unit_result.c.plant, unit_result.c.unit).where(*within, unit_result.c.unit.is_not(None)).distinct()
    units = frozenset((row.plant, row.unit) for row in connection.execute(places))
    return Arrived(told=told, units=units)


def known_before(connection: Reading, units: Collection[str], through: int) -> Iterable[PlantUnit]:
    """Those of the units that had a result in the batches up to ``through``, each with every plant of these."""
    for chunk in in_chunks(sorted(units)):
        query = select(unit_result.c.plant, unit_result.c.unit).where(
            unit_result.c.unit.in_(chunk), unit_result.c.batch_id <= through
        )
        for row in connection.execute(query.distinct()):
            yield row.plant, row.unit


def last_batch(connection: Reading) -> int:
    """The place of the newest batch; 0 while there is none."""
    return int(connection.execute(select(func.coalesce(func.max(batch.c.id), 0))).scalar_one())


def held_back(connection: Reading, through: int) -> int:
    """Records of the batches up to ``through`` in quarantine: fewer than before means that some were let in."""
    query = select(func.count()).select_from(quarantine).where(quarantine.c.batch_id <= through)
    return int(connection.execute(query).scalar_one())
