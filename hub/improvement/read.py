"""Improvements read from the projection and folded."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hub.errors import NotFound
from hub.improvement.views import ImprovementLine, ImprovementList, ImprovementView
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.master.queries import Master, read_master
from hub.store.quality.improvements import (
    StoredImprovement,
    improvement_changes,
    stored_improvement,
    stored_improvements,
)
from traceability.improvement.eight_d import eight_d
from traceability.improvement.fold import fold
from traceability.improvement.judge import TESTS
from traceability.improvement.stages import Stage, pdca, stage_of
from traceability.improvement.state import ActionState, Improvement, ImprovementState

_UTC = ZoneInfo("UTC")


def find(connection: Reading, identity: str) -> tuple[StoredImprovement, Improvement]:
    """An improvement and what it has become; ``NotFound``."""
    stored = stored_improvement(connection, identity)
    if stored is None:
        raise NotFound(f"there is no improvement {identity[:100]!r}", advice="check the id")
    return stored, fold(identity, stored.content, improvement_changes(connection, [identity])[identity])


def folded(connection: Reading, stored: Iterable[StoredImprovement]) -> list[tuple[StoredImprovement, Improvement]]:
    """Each of these with what it has become."""
    several = list(stored)
    changes = improvement_changes(connection, [each.id for each in several])
    return [(each, fold(each.id, each.content, changes[each.id])) for each in several]


def improvements_of(
    connection: Reading, plant: str | None, now: datetime, *, state: ImprovementState | None = None
) -> list[tuple[ImprovementLine, Improvement]]:
    """Those of a plant, or of all that may be seen, the latest first."""
    master = read_master(connection)
    return [
        (_line(stored, found, day_at(master, stored.content.plant, now)), found)
        for stored, found in folded(connection, stored_improvements(connection, plant))
        if state is None or found.state is state
    ]


def list_view(  # noqa: PLR0917 - what a list is narrowed by
    connection: Reading,
    plant: str | None,
    now: datetime,
    state: ImprovementState | None,
    stage: Stage | None,
    offset: int,
    limit: int,
) -> ImprovementList:
    """Those that fit, the latest first."""
    found = [line for line, _ in improvements_of(connection, plant, now, state=state)]
    fitting = [line for line in found if stage is None or line.stage is stage]
    open_ = [line.stage for line in found if line.state is ImprovementState.OPEN]
    return ImprovementList(
        total=len(fitting),
        stages={one: open_.count(one) for one in Stage},
        improvements=tuple(fitting[offset : offset + limit]),
    )


def view(connection: Reading, identity: str, now: datetime) -> ImprovementView:
    """Everything of one improvement."""
    stored, found = find(connection, identity)
    today = day_at(read_master(connection), stored.content.plant, now)
    return ImprovementView(
        line=_line(stored, found, today),
        now=found,
        begun_by=stored.by,
        pdca=pdca(found, today),
        eight_d=eight_d(found),
        fitting_tests=() if found.target is None else TESTS[found.target.reference.metric],
        today=today,
    )


def day_at(master: Master, plant: str, now: datetime) -> date:
    """The day by the plant's clock."""
    entry = master.plants.get(plant)
    return now.astimezone(_UTC if entry is None else ZoneInfo(entry.time_zone)).date()


def _line(stored: StoredImprovement, now: Improvement, today: date) -> ImprovementLine:
    content, begun_at = stored.content, from_micros(stored.event_time)
    actions = now.round_actions
    open_ = [one for one in actions if one.state is ActionState.OPEN]
    ended = now.state is not ImprovementState.OPEN
    return ImprovementLine(
        id=stored.id,
        plant=content.plant,
        title=content.title,
        kind=content.weak_point.kind,
        subject=content.weak_point.subject,
        owner=now.owner,
        state=now.state,
        stage=stage_of(now),
        round=now.round,
        target=now.target,
        actions_open=len(open_),
        actions_done=len(actions) - len(open_),
        overdue=0 if ended else sum(one.overdue(today) for one in open_),
        next_due=min((one.action.due for one in open_), default=None),
        verdict=now.verdict,
        looks=len(now.checks),
        in_doubt=now.in_doubt,
        begun_at=begun_at,
        changed_at=max((one.made_at for one in now.history), default=begun_at),
    )
