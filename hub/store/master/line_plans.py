"""By which control plan each line says that it works, and which one master data state for the same time.

Neither the plans themselves nor their spans are read: what is told here is only which, and since when.
"""

from collections import defaultdict
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import func, select

from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.master.plan_spans import midnight
from hub.store.master.queries import Master
from hub.store.tables.every import control_plan
from hub.store.tables.master import master_version

_COLUMNS = tuple(control_plan.c[name] for name in ("author", "plant", "part", "id", "revision", "event_time"))
_ORDER = (control_plan.c.event_time, control_plan.c.author, control_plan.c.chain, control_plan.c.seq)
_SAME = (master_version.c.batch_id == control_plan.c.batch_id) & (master_version.c.line == control_plan.c.line)
Place = tuple[str, str]
"""Plant and part."""


class SaidPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The last plan that an author said to work by."""

    author: str
    plant: str
    part: str
    id: str
    revision: str
    since: datetime


class StatedPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The plan that master data state."""

    id: str
    revision: str
    begin: datetime


def plans_of_lines(connection: Reading, plant: str | None = None) -> dict[str, SaidPlan]:
    """By author; by what time it says, then by chain and number."""
    query = select(*_COLUMNS).outerjoin(master_version, _SAME).where(func.coalesce(master_version.c.change, "") == "")
    wanted = query if plant is None else query.where(control_plan.c.plant == plant)
    return {
        row.author: SaidPlan(
            author=row.author,
            plant=row.plant,
            part=row.part,
            id=row.id,
            revision=row.revision,
            since=from_micros(row.event_time),
        )
        for row in connection.execute(wanted.order_by(*_ORDER))
    }


def plans_in_master_data(
    connection: Reading, master: Master, now: datetime, plant: str | None = None
) -> dict[Place, StatedPlan]:
    """What holds now by master data; nothing of parts for which they state no plan, or none for today."""
    columns = (*_COLUMNS, *(master_version.c[name] for name in ("begin", "last", "withdrawn")))
    query = select(*columns).join(master_version, _SAME).where(master_version.c.change != "").order_by(*_ORDER)
    stated: defaultdict[Place, dict[date, Any]] = defaultdict(dict)
    for row in connection.execute(query if plant is None else query.where(control_plan.c.plant == plant)):
        stated[row.plant, row.part][date.fromisoformat(row.begin)] = row
    found: dict[Place, StatedPlan] = {}
    for place, by_begin in stated.items():
        zone = master.zone_of(place[0])
        today = now.astimezone(zone).date()
        begun = [day for day, row in by_begin.items() if day <= today and not row.withdrawn]
        if not begun:
            continue
        row = by_begin[max(begun)]
        if not row.last or today <= date.fromisoformat(row.last):
            found[place] = StatedPlan(id=row.id, revision=row.revision, begin=midnight(max(begun), zone))
    return found
