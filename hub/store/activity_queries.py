"""How much arrived with the batches behind a place in the log: what running counts are kept up by.

Each question is answered by the primary key of the batches and by the index of units; none reads what was counted
before.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable

import msgspec
from sqlalchemy import func, select

from hub.store.chunks import in_chunks
from hub.store.database import Reading
from hub.store.tables import batch, quarantine, unit_result

PlantUnit = tuple[str | None, str]


class Arrived(msgspec.Struct, frozen=True, kw_only=True):
    """Of the batches ``(after, through]``; times in microseconds since 1970 UTC.

    ``results`` by plant and author; ``units``: plant and unit of every result that names one.
    """

    results: dict[tuple[str | None, str], int]
    last_events: dict[str, int]
    units: frozenset[PlantUnit]


def arrived(connection: Reading, after: int, through: int) -> Arrived:
    """What came; three statements."""
    within = (unit_result.c.batch_id > after, unit_result.c.batch_id <= through)
    named = (unit_result.c.plant, unit_result.c.author)
    counted = select(*named, func.count().label("results"), func.max(unit_result.c.event_time).label("last"))
    results: dict[tuple[str | None, str], int] = {}
    last: defaultdict[str, int] = defaultdict(int)
    for row in connection.execute(counted.where(*within).group_by(*named)):
        results[row.plant, row.author] = int(row.results)
        last[row.author] = max(last[row.author], row.last)
    told = select(unit_result.c.plant, unit_result.c.unit).where(*within, unit_result.c.unit.is_not(None)).distinct()
    units = frozenset((row.plant, row.unit) for row in connection.execute(told))
    return Arrived(results=results, last_events=dict(last), units=units)


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
