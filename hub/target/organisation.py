"""Targets of an organisation over all its plants: as they stand, measured, and against those of its plants."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from hub.errors import NotFound
from hub.metric.figure import MetricFigure
from hub.metric.measure import each_of
from hub.store.core.database import Reading
from hub.store.master.queries import read_master
from hub.store.quality.organisation_statements import organisation_statements
from hub.store.sharing.views import looks_as
from hub.tabular.words import Words
from hub.target.add_up import Check
from hub.target.judge import Judged, judged, window_of_target
from hub.target.over_plants import check_plants, over_plants
from hub.target.state import Target, targets_of
from traceability.record.indicator import (
    OrganisationTargetRecord,
    OrganisationTargetStatusRecord,
    TargetRecord,
)
from traceability.record.metric import MetricReference

_PART_ONLY = Words("only some of its plants can be seen", "仅能查看其部分工厂")


class WholeTarget(msgspec.Struct, frozen=True, kw_only=True):
    """A target with every statement of it and every status it was given; both in the order of the log."""

    statements: tuple[OrganisationTargetRecord, ...]
    batch_id: int
    line: int
    statuses: tuple[OrganisationTargetStatusRecord, ...] = ()

    @property
    def now(self) -> OrganisationTargetRecord:
        """As it was stated last."""
        return self.statements[-1]

    @property
    def standing(self) -> OrganisationTargetStatusRecord | None:
        """The last status of what is stated now."""
        own = [one for one in self.statuses if one.statement == self.now.seq]
        return own[-1] if own else None


class WholeWatched(msgspec.Struct, frozen=True, kw_only=True):
    """A target with its figure (None before it begins), those of the plants, and where it stands."""

    target: WholeTarget
    figure: MetricFigure | None
    of_plants: tuple[MetricFigure, ...]
    judged: Judged


def whole_targets(connection: Reading, organisation: str | None = None) -> dict[tuple[str, str], WholeTarget]:
    """Every target that was ever stated, by organisation and id; None: of any organisation."""
    stated: defaultdict[tuple[str, str], list[tuple[OrganisationTargetRecord, int, int]]] = defaultdict(list)
    for record, batch_id, line in organisation_statements(connection, OrganisationTargetRecord, organisation):
        stated[record.organisation, record.id].append((record, batch_id, line))
    if not stated:
        return {}
    statuses: defaultdict[tuple[str, str], list[OrganisationTargetStatusRecord]] = defaultdict(list)
    for status, _, _ in organisation_statements(connection, OrganisationTargetStatusRecord, organisation):
        statuses[status.organisation, status.target].append(status)
    return {
        key: WholeTarget(
            statements=tuple(record for record, _, _ in several),
            batch_id=several[-1][1],
            line=several[-1][2],
            statuses=tuple(statuses[key]),
        )
        for key, several in sorted(stated.items())
    }


def standing_wholes(connection: Reading, organisation: str) -> dict[str, WholeTarget]:
    """Those of an organisation that were not withdrawn, by id."""
    found = whole_targets(connection, organisation)
    return {name: one for (_, name), one in found.items() if not one.now.withdrawn}


def whole_target(connection: Reading, organisation: str, name: str) -> WholeTarget:
    """``NotFound`` where nobody stated it."""
    found = whole_targets(connection, organisation).get((organisation, name))
    if found is None:
        raise NotFound(
            f"organisation {organisation[:100]!r} has no target {name[:100]!r}",
            advice=f"see GET /api/v1/organisations/{organisation[:100]}/targets",
        )
    return found


def as_target(record: OrganisationTargetRecord) -> TargetRecord:
    """In the words of a plant's target, with the organisation in the place of the plant: to be judged likewise."""
    names = ("id", "seq", "event_time", "salt", "direction", "value", "currency", "first", "last", "days", "owner",
             "name", "withdrawn", "reason", "entered_by")  # fmt: skip
    words = {name: getattr(record, name) for name in names}
    return TargetRecord(plant=record.organisation, reference=reference_at(record, record.organisation), **words)


def reference_at(record: OrganisationTargetRecord, plant: str) -> MetricReference:
    """The metric at a plant."""
    names = ("operation", "part", "characteristic", "defect", "indicator")
    return MetricReference(metric=record.metric, plant=plant, **{name: getattr(record, name) for name in names})


def plants_of(connection: Reading, organisation: str) -> dict[str, ZoneInfo]:
    """Its plants with their clocks."""
    plants = read_master(connection).plants
    return {
        plant: ZoneInfo(entry.time_zone)
        for plant, entry in sorted(plants.items())
        if entry.organisation.id == organisation
    }


def today_of(plants: Mapping[str, ZoneInfo], now: datetime) -> date:
    """The day that has begun at every plant."""
    return min((now.astimezone(zone).date() for zone in plants.values()), default=now.date())


def watched_wholes(
    connection: Reading, organisation: str, targets: Sequence[WholeTarget], now: datetime
) -> list[WholeWatched]:
    """Measure the targets of an organisation at each of its plants, and over all of them."""
    plants = plants_of(connection, organisation)
    today = today_of(plants, now)
    ground = looks_as(connection)
    narrowed = ground is not None and bool(ground.only)
    found = []
    for one in targets:
        like = as_target(one.now)
        window = window_of_target(like, today)
        if window is None:
            found.append(WholeWatched(target=one, figure=None, of_plants=(), judged=judged(like, None, today)))
            continue
        asked = [] if narrowed else [(reference_at(one.now, plant), window) for plant in plants]
        figures = tuple(each_of(connection, asked, now))
        figure = over_plants(like.reference, figures) if figures else _unseen(like, window.first, window.last, narrowed)
        found.append(WholeWatched(target=one, figure=figure, of_plants=figures, judged=judged(like, figure, today)))
    return found


def parts_of(connection: Reading, organisation: str) -> dict[str, list[Target]]:
    """By the id of the organisation's target: the targets of its plants that are parts of it."""
    found: defaultdict[str, list[Target]] = defaultdict(list)
    stated = targets_of(connection, list(plants_of(connection, organisation)))
    own = {(plant, name) for (plant, name), one in stated.items() if not one.now.withdrawn}
    for (plant, _), one in stated.items():
        if not one.now.withdrawn and one.now.parent and (plant, one.now.parent) not in own:
            found[one.now.parent].append(one)
    return dict(found)


def whole_checks(connection: Reading, organisation: str, targets: Mapping[str, WholeTarget]) -> dict[str, Check]:
    """By the id of each target that has parts: whether they add up to it."""
    plants = list(plants_of(connection, organisation))
    return {
        name: check_plants(as_target(targets[name].now), [one.now for one in several], plants)
        for name, several in parts_of(connection, organisation).items()
        if name in targets
    }


def _unseen(like: TargetRecord, first: date, last: date, narrowed: bool) -> MetricFigure:
    why = _PART_ONLY if narrowed else Words("the organisation has no plants", "该组织没有工厂")
    return MetricFigure(reference=like.reference, first=first, last=last, fit=False, why=why.en, why_zh=why.zh)
