"""What the API shows of targets."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from hub.indicator.enter import zone_of
from hub.metric.figure import MetricFigure
from hub.metric.views import FigureView, figure_view
from hub.store.core.database import Reading
from hub.target.add_up import Check, Sum
from hub.target.figures import Watched, checks, routes_of, watched
from hub.target.judge import Judged
from hub.target.organisation import WholeTarget
from hub.target.state import Target, in_force, target_of, targets_of, tree
from traceability.record.indicator import (
    Direction,
    OrganisationTargetRecord,
    OrganisationTargetStatusRecord,
    TargetRecord,
    TargetStatus,
    TargetStatusRecord,
)
from traceability.record.metric import MetricReference

Standing = Target | WholeTarget


class CheckView(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the parts of a target add up to it; ``reached``: what they come to when each just meets its own."""

    verdict: Sum
    reached: float | None
    why: str
    why_zh: str
    missing: tuple[str, ...]
    left_out: tuple[str, ...]


class StatusView(msgspec.Struct, frozen=True, kw_only=True):
    """A status that was sealed, with what it rested on."""

    status: TargetStatus
    at: datetime
    first: date
    last: date
    value: Decimal | None
    n: int
    why: str


class StandingView(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of every target: what is wanted, and where it stands now.

    ``since``: since when the hub has said so, by a record; ``check`` None where the target has no parts.
    """

    id: str
    name: str
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
    check: CheckView | None


class TargetView(StandingView, frozen=True, kw_only=True):
    """A target of a plant, ``depth`` in the tree."""

    depth: int
    parent: str
    reference: MetricReference


class TargetsView(msgspec.Struct, frozen=True, kw_only=True):
    """The targets in force at a plant, depth first; ``counts`` by status."""

    plant: str
    day: date
    counts: dict[str, int]
    targets: tuple[TargetView, ...]


class SaidView(msgspec.Struct, frozen=True, kw_only=True):
    """What was once stated of any target."""

    at: datetime
    direction: Direction
    value: Decimal
    currency: str
    first: date
    last: date | None
    withdrawn: bool
    reason: str
    entered_by: str


class StatementView(SaidView, frozen=True, kw_only=True):
    """What was once stated of a plant's target."""

    days: int
    owner: str
    parent: str


class TargetHistory(msgspec.Struct, frozen=True, kw_only=True):
    """Everything ever said of a target, the latest first."""

    id: str
    plant: str
    reference: MetricReference
    statements: tuple[StatementView, ...]
    statuses: tuple[StatusView, ...]


def targets_view(connection: Reading, plant: str, now: datetime) -> TargetsView:
    """The tree of a plant, measured now."""
    today = now.astimezone(zone_of(connection, plant)).date()
    standing = in_force(targets_of(connection, [plant]), plant)
    found = checks(standing, routes_of(connection, plant, now)) if standing else {}
    ordered = tree(standing)
    told = watched(connection, [one for _, one in ordered], today, now)
    views = tuple(_view(depth, one, found) for (depth, _), one in zip(ordered, told, strict=True))
    return TargetsView(
        plant=plant,
        day=today,
        counts={status.value: sum(view.status is status for view in views) for status in TargetStatus},
        targets=views,
    )


def history_view(connection: Reading, plant: str, name: str) -> TargetHistory:
    """One target; ``NotFound`` where nobody stated it."""
    target = target_of(connection, plant, name)
    return TargetHistory(
        id=name,
        plant=plant,
        reference=target.now.reference,
        statements=tuple(_statement(one) for one in reversed(target.statements)),
        statuses=statuses_view(target.statuses),
    )


def statuses_view(sealed: Sequence[TargetStatusRecord | OrganisationTargetStatusRecord]) -> tuple[StatusView, ...]:
    """As they are shown, the latest first."""
    return tuple(
        StatusView(
            status=one.status,
            at=one.event_time,
            first=one.first,
            last=one.last,
            value=None if one.value is None else Decimal(one.value),
            n=one.n,
            why=one.why,
        )
        for one in reversed(sealed)
    )


def check_view(found: Check) -> CheckView:
    """As it is shown."""
    return CheckView(
        verdict=found.verdict,
        reached=None if found.reached is None else float(found.reached),
        why=found.why.en,
        why_zh=found.why.zh,
        missing=found.missing,
        left_out=found.left_out,
    )


def standing_words(
    target: Standing, figure: MetricFigure | None, judged: Judged, check: Check | None
) -> dict[str, Any]:
    """The fields of a ``StandingView``."""
    stated, last = target.now, target.standing
    same = last is not None and last.status is judged.status
    alike = ("id", "name", "direction", "currency", "first", "last", "days", "owner", "entered_by")
    return {
        **{name: getattr(stated, name) for name in alike},
        "value": Decimal(stated.value),
        "batch": target.batch_id,
        "line": target.line,
        "status": judged.status,
        "sure": judged.sure,
        "why": judged.why.en,
        "why_zh": judged.why.zh,
        "since": last.event_time if same and last is not None else None,
        "figure": None if figure is None else figure_view(figure),
        "check": None if check is None else check_view(check),
    }


def said_words(one: TargetRecord | OrganisationTargetRecord) -> dict[str, Any]:
    """The fields of a ``SaidView``."""
    alike = ("direction", "currency", "first", "last", "withdrawn", "reason", "entered_by")
    return {**{name: getattr(one, name) for name in alike}, "at": one.event_time, "value": Decimal(one.value)}


def _view(depth: int, measured: Watched, found: Mapping[str, Check]) -> TargetView:
    stated = measured.target.now
    words = standing_words(measured.target, measured.figure, measured.judged, found.get(stated.id))
    return TargetView(depth=depth, parent=stated.parent, reference=stated.reference, **words)


def _statement(one: TargetRecord) -> StatementView:
    return StatementView(days=one.days, owner=one.owner, parent=one.parent, **said_words(one))
