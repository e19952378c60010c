"""What was done about weak points in the year, and what it brought."""

from hub.review.views import ActionLine
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.quality.improvements import StoredImprovement
from hub.store.quality.review import Span, improvements_known
from traceability.improvement.fold import fold
from traceability.improvement.stages import stage_of
from traceability.improvement.state import ActionState, Improvement, ImprovementState


def actions_of(connection: Reading, plant: str, span: Span) -> tuple[ActionLine, ...]:
    """The improvements that were under way in the year, as they stand by what is known."""
    found = []
    for stored, changes in improvements_known(connection, plant, span.before):
        now = fold(stored.id, stored.content, changes)
        if from_micros(stored.event_time) < span.end and not _ended_before(now, span):
            found.append(_line(stored, now))
    return tuple(found)


def _ended_before(now: Improvement, span: Span) -> bool:
    if now.state is ImprovementState.OPEN:
        return False
    return max((one.made_at for one in now.history), default=span.end) < span.begin


def _line(stored: StoredImprovement, now: Improvement) -> ActionLine:
    actions = now.round_actions
    latest = now.latest_check
    result = None if latest is None else latest.result
    return ActionLine(
        id=stored.id,
        title=stored.content.title,
        owner=now.owner,
        state=now.state,
        stage=stage_of(now),
        begun_at=from_micros(stored.event_time),
        actions_done=sum(one.state is ActionState.DONE for one in actions),
        actions_open=sum(one.state is ActionState.OPEN for one in actions),
        looks=len(now.checks),
        verdict=now.verdict,
        value_before=None if result is None else result.before.value,
        value_after=None if result is None else result.after.value,
        p=None if result is None else result.p_looks,
        target_met=None if result is None else result.target_met,
        metric="" if now.target is None else str(now.target.reference.metric),
        in_doubt=now.in_doubt,
    )
