"""What passed a station in a time: the units that were made beside one."""

from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel

from hub.api.access import UsesHub
from hub.api.answer import documented, json_answer
from hub.errors import EntryRefused, NotFound
from hub.named import Named
from hub.page_paths import item_path
from hub.store.core.database import Reading
from hub.store.core.instant import is_storable
from hub.store.master.defect_codes import Defect, defect_codes
from hub.store.master.queries import part_name, parts_named, read_master
from hub.store.production.passes import PassesWanted, PassRow, passes_at
from hub.trace.catalogue import item_label
from hub.trace.naming import Naming
from hub.trace.pointer import Pointer
from traceability.identifier.item import parse_item
from traceability.unit import Flag, Purpose, Verdict

MOST_PASSES = 2000
LONGEST = timedelta(days=7)
router = APIRouter(prefix="/api/v1", tags=["trace"])


class PassView(msgspec.Struct, frozen=True, kw_only=True):
    """One pass of one unit; ``unit`` and ``url`` None where the result names none."""

    unit: str | None
    label: str
    url: str | None
    part: Named
    work_cell: str
    verdict: Verdict
    flags: tuple[Flag, ...]
    purpose: Purpose
    attempt: int
    defect: str | None
    defect_named: Defect | None
    event_time: datetime
    pointer: Pointer


class PassesView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that passed, the earliest first; ``truncated``: there is more."""

    plant: Named
    organisation: Named
    time_zone: str
    operation: str
    work_cell: str | None
    begin: datetime
    end: datetime
    units: int
    failed: int
    """Units with a result that was not OK."""
    passes: tuple[PassView, ...]
    truncated: bool


class PassesAsked(BaseModel):
    """Where and when; at most a week."""

    operation: Annotated[str, Query(min_length=1, max_length=200)]
    begin: Annotated[AwareDatetime, Query()]
    end: Annotated[AwareDatetime, Query()]
    work_cell: Annotated[str | None, Query(max_length=200)] = None

    def wanted(self, plant: str) -> PassesWanted:
        """``EntryRefused`` for a time that is none, or too long."""
        if not (is_storable(self.begin) and is_storable(self.end) and self.begin < self.end):
            raise EntryRefused("the time ends before it begins", where="begin", advice="name an earlier begin")
        if self.end - self.begin > LONGEST:
            raise EntryRefused("the time is longer than a week", where="begin", advice="ask for a part of it")
        return PassesWanted(plant=plant, **self.model_dump())


def passes_view(connection: Reading, wanted: PassesWanted) -> PassesView:
    """``NotFound`` unless the plant may be seen."""
    entry = read_master(connection).plants.get(wanted.plant)
    if entry is None:
        raise NotFound(f"there is no plant {wanted.plant[:100]!r}", advice="/api/v1/plants lists them")
    rows = passes_at(connection, wanted, MOST_PASSES + 1)
    shown = rows[:MOST_PASSES]
    naming = Naming(connection)
    naming.learn({row.unit for row in shown if row.unit})
    parts = parts_named(connection, {row.part for row in shown})
    codes, zone = defect_codes(connection, entry.organisation.id), entry.zone
    passes = tuple(
        _view(row, naming, part_name(parts, row.part), codes.on(row.defect, row.event_time.astimezone(zone).date()))
        for row in shown
    )
    return PassesView(
        plant=entry.named,
        organisation=entry.organisation,
        time_zone=entry.time_zone,
        operation=wanted.operation,
        work_cell=wanted.work_cell,
        begin=wanted.begin,
        end=wanted.end,
        units=len({each.unit for each in passes if each.unit}),
        failed=len({each.unit for each in passes if each.unit and each.verdict is Verdict.NOT_OK and not each.flags}),
        passes=passes,
        truncated=len(rows) > MOST_PASSES,
    )


@router.get("/plants/{plant}/passes", response_class=Response, responses=documented(PassesView))
def get_passes(plant: str, hub: UsesHub, asked: Annotated[PassesAsked, Query()]) -> Response:
    """Which units passed an operation, or one work cell of it, in a time?"""
    with hub.store.reading() as connection:
        return json_answer(passes_view(connection, asked.wanted(plant)))


def _view(row: PassRow, naming: Naming, part: Named, defect: Defect | None) -> PassView:
    item = None if row.unit is None else naming.canonical_of(row.unit)
    return PassView(
        unit=item,
        label="" if item is None else item_label(parse_item(item)),
        url=None if item is None else item_path(item),
        part=part,
        work_cell=row.work_cell,
        verdict=row.verdict,
        flags=row.flags,
        purpose=row.purpose,
        attempt=row.attempt,
        defect=row.defect,
        defect_named=defect,
        event_time=row.event_time,
        pointer=Pointer(row.batch_id, row.line),
    )
