"""What the API shows of targets of an organisation."""

from datetime import date, datetime
from decimal import Decimal

import msgspec

from hub.errors import NotFound
from hub.metric.views import FigureView, figure_view
from hub.named import Named
from hub.store.core.database import Reading
from hub.store.master.queries import read_master
from hub.target.add_up import Check
from hub.target.organisation import (
    WholeWatched,
    parts_of,
    plants_of,
    standing_wholes,
    today_of,
    watched_wholes,
    whole_checks,
    whole_target,
)
from hub.target.state import Target
from hub.target.views import CheckView, StatusView, check_view, statuses_view
from traceability.record.indicator import Direction, OrganisationTargetRecord, TargetStatus
from traceability.record.metric import MetricName


class OwnTarget(msgspec.Struct, frozen=True, kw_only=True):
    """A target of a plant, and what it asks."""

    id: str
    value: Decimal


class PlantPart(msgspec.Struct, frozen=True, kw_only=True):
    """What one plant came to, and which of its ``targets`` are parts of the whole."""

    plant: Named
    figure: FigureView
    targets: tuple[OwnTarget, ...]


class WholeTargetView(msgspec.Struct, frozen=True, kw_only=True):
    """A target where it stands now; ``since``: since when the hub has said so, by a record."""

    id: str
    name: str
    metric: MetricName
    part: str
    operation: str
    characteristic: str
    defect: str
    indicator: str
    direction: Direction
    value: Decimal
    currency: str
    first: date
    last: date | None
    days: int
    owner: str
    entered_by: str
    batch: int
    line: int
    status: TargetStatus
    sure: bool
    why: str
    why_zh: str
    since: datetime | None
    figure: FigureView | None
    plants: tuple[PlantPart, ...]
    check: CheckView | None
    """None where no target of a plant is a part of it."""


class WholeTargetsView(msgspec.Struct, frozen=True, kw_only=True):
    """The targets in force of an organisation over its ``plants``; ``counts`` by status."""

    organisation: Named
    day: date
    plants: tuple[Named, ...]
    counts: dict[str, int]
    targets: tuple[WholeTargetView, ...]


class WholeStatement(msgspec.Struct, frozen=True, kw_only=True):
    """What was once stated."""

    at: datetime
    direction: Direction
    value: Decimal
    currency: str
    first: date
    last: date | None
    withdrawn: bool
    reason: str
    entered_by: str


class WholeHistory(msgspec.Struct, frozen=True, kw_only=True):
    """Everything ever said of a target, the latest first."""

    id: str
    organisation: str
    metric: MetricName
    statements: tuple[WholeStatement, ...]
    statuses: tuple[StatusView, ...]


def wholes_view(connection: Reading, organisation: str, now: datetime, *, own: bool) -> WholeTargetsView:
    """The targets measured now; ``NotFound`` unless it is the asker's own organisation, or known to the operator."""
    master = read_master(connection)
    named = master.organisations.get(organisation)
    if named is None or not own:
        raise NotFound(f"there is no organisation {organisation[:100]!r}", advice="GET /api/v1/summary names them")
    plants = plants_of(connection, organisation)
    standing = standing_wholes(connection, organisation)
    ordered = sorted(standing.values(), key=lambda one: (list(MetricName).index(one.now.metric), one.now.id))
    checks, parts = whole_checks(connection, organisation, standing), parts_of(connection, organisation)
    names = {plant: master.plants[plant].named for plant in plants}
    views = tuple(
        _view(one, names, checks.get(one.target.now.id), parts.get(one.target.now.id, []))
        for one in watched_wholes(connection, organisation, ordered, now)
    )
    return WholeTargetsView(
        organisation=named,
        day=today_of(plants, now),
        plants=tuple(names.values()),
        counts={status.value: sum(view.status is status for view in views) for status in TargetStatus},
        targets=views,
    )


def whole_history(connection: Reading, organisation: str, name: str) -> WholeHistory:
    """One target; ``NotFound`` where nobody stated it, or the asker may not see it."""
    target = whole_target(connection, organisation, name)
    return WholeHistory(
        id=name,
        organisation=organisation,
        metric=target.now.metric,
        statements=tuple(_statement(one) for one in reversed(target.statements)),
        statuses=statuses_view(target.statuses),
    )


def _view(measured: WholeWatched, names: dict[str, Named], check: Check | None, parts: list[Target]) -> WholeTargetView:
    target = measured.target
    stated, last = target.now, target.standing
    same = last is not None and last.status is measured.judged.status
    alike = ("id", "name", "metric", "part", "operation", "characteristic", "defect", "indicator", "direction",
             "currency", "first", "last", "days", "owner", "entered_by")  # fmt: skip
    return WholeTargetView(
        **{name: getattr(stated, name) for name in alike},
        value=Decimal(stated.value),
        batch=target.batch_id,
        line=target.line,
        status=measured.judged.status,
        sure=measured.judged.sure,
        why=measured.judged.why.en,
        why_zh=measured.judged.why.zh,
        since=last.event_time if same and last is not None else None,
        figure=None if measured.figure is None else figure_view(measured.figure),
        plants=tuple(
            PlantPart(
                plant=names[one.reference.plant],
                figure=figure_view(one),
                targets=tuple(
                    OwnTarget(id=part.now.id, value=Decimal(part.now.value))
                    for part in parts
                    if part.now.plant == one.reference.plant
                ),
            )
            for one in measured.of_plants
        ),
        check=None if check is None else check_view(check),
    )


def _statement(one: OrganisationTargetRecord) -> WholeStatement:
    return WholeStatement(
        at=one.event_time,
        direction=one.direction,
        value=Decimal(one.value),
        currency=one.currency,
        first=one.first,
        last=one.last,
        withdrawn=one.withdrawn,
        reason=one.reason,
        entered_by=one.entered_by,
    )
