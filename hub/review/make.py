"""Making a review: the scorecard of two calendar years, and what stands beside it."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import msgspec

from hub.alarm.response import times_of
from hub.errors import EntryRefused, NotFound
from hub.parts import Hub
from hub.review.actions import actions_of
from hub.review.months import months_of
from hub.review.support import support_of
from hub.review.views import LevelStep, MetricLine, Move, OperationLine, Review, YearFigures
from hub.scorecard.gather import Gathered
from hub.scorecard.operations import operation_scores
from hub.scorecard.plant import Scored, scored_to
from hub.scorecard.views import OperationScore
from hub.store.core.database import Reading
from hub.store.ledger.batches import log_size
from hub.store.ledger.log_nodes import node_source
from hub.store.master.queries import PlantEntry, read_master
from hub.store.quality.queries import statements
from hub.store.quality.review import Span, alarms_raised, imported_at
from traceability.encoding import tagged
from traceability.merkle import root
from traceability.quality.level import Level
from traceability.quality.loss import YearOnYear, year_on_year
from traceability.quality.threshold import Metric
from traceability.record.quality import LevelRecord

FIRST_YEAR = 2000
_LESS_IS_BETTER = frozenset({Metric.SIGMA, Metric.INTERNAL_LOSS, Metric.EXTERNAL_LOSS})
Told = Callable[[str], None]
"""Is told what is being done, step by step."""


def make_review(
    hub: Hub, connection: Reading, plant: str, year: int, *, through: int | None = None, told: Told = lambda _: None
) -> Review:
    """The review of ``year``: by all that is known, or was when the log held ``through`` batches.

    ``NotFound`` for an unknown plant, ``EntryRefused`` for a year that has not begun or a log that long.
    """
    size = _known_size(connection, through)
    before = None if size == log_size(connection) else size  # what is known now is told by tallies and roll-ups
    read = _read(connection, plant, year, hub.clock(), before, told)
    entry, scored, earlier, span = read.scored.entry, read.scored, read.earlier, read.span
    complete = read.now >= span.end
    records = read.gathered.plants[plant]
    told("operations, months and alarms")
    scores = _scores(scored, read.gathered)
    alarms = alarms_raised(connection, plant, span)
    imported = imported_at(connection, plant, span)
    told("Levels, actions, and what the data support")
    level_before, levels = _levels(connection, plant, span)
    support = support_of(
        connection, scored=scored, records=records, span=span, operations=scores, imported=len(imported)
    )
    return Review(
        plant=entry.named, organisation=entry.organisation, time_zone=entry.time_zone, year=year,
        made_at=read.now, complete=complete,
        log=hub.settings.origin, log_size=size, root=tagged(root(size, node_source(connection))),
        now=_figures(scored), before=_figures(earlier) if has_figures(earlier) else None,
        metrics=_metrics(scored, earlier), operations=_operations(scores, _scores(earlier, read.gathered_before)),
        capability=scored.capability, level_before=level_before, levels=levels,
        months=months_of(scored, records, alarms, imported),
        loss_target=_loss_target(earlier, scored, complete=complete),
        actions=actions_of(connection, plant, span), alarms=times_of(alarms),
        support=support, unsigned=support.unsigned,
    )  # fmt: skip


class _Read(msgspec.Struct, frozen=True, kw_only=True):
    """Both years' scorecards and what they were made of."""

    now: datetime
    span: Span
    scored: Scored
    gathered: Gathered
    earlier: Scored
    gathered_before: Gathered


def _read(  # noqa: PLR0917 - what is asked, and by whose clock
    connection: Reading, plant: str, year: int, now: datetime, before: int | None, told: Told
) -> _Read:
    entry = read_master(connection).plants.get(plant)
    if entry is None:
        raise NotFound(f"there is no plant {plant[:100]!r}", advice="/api/v1/plants lists them")
    begin, end = _bounds(entry, year)
    if year < FIRST_YEAR or begin > now:
        raise EntryRefused(
            f"the year {year} has not begun", where=f"review of {plant}", advice="ask for an earlier one"
        )
    told(f"results and values of {year}")
    scored, gathered = scored_to(connection, plant, min(now, _last(end)), before)
    told(f"results and values of {year - 1}")
    earlier, gathered_before = scored_to(connection, plant, _last(begin), before)
    return _Read(
        now=now,
        span=Span(begin, end, before),
        scored=scored,
        gathered=gathered,
        earlier=earlier,
        gathered_before=gathered_before,
    )


def has_figures(scored: Scored) -> bool:
    """Whether anything is known of the year."""
    return bool(scored.counts) or any(each.rated for each in scored.grade.metrics)


def _known_size(connection: Reading, through: int | None) -> int:
    size = log_size(connection)
    if through is None:
        return size
    if not 0 < through <= size:
        raise EntryRefused(
            f"the log holds {size} batches, not {through}",
            where="review, through",
            advice="leave it out, or name fewer",
        )
    return through


def _bounds(entry: PlantEntry, year: int) -> tuple[datetime, datetime]:
    """The year by the plant's clock, in UTC: its begin, and that of the next one."""
    zone = ZoneInfo(entry.time_zone)
    begin, end = (datetime(each, 1, 1, tzinfo=zone).astimezone(UTC) for each in (year, year + 1))
    return begin, end


def _last(end: datetime) -> datetime:
    return end - timedelta(seconds=1)


def _figures(scored: Scored) -> YearFigures:
    return YearFigures(
        window=scored.window,
        grade=scored.grade,
        units=scored.units,
        rolled=scored.rolled.value,
        losses=scored.losses,
    )


def _loss_target(earlier: Scored, scored: Scored, *, complete: bool) -> YearOnYear:
    """Two complete years are needed (rule R21)."""
    found = year_on_year(earlier.losses, scored.losses)
    return found if complete else YearOnYear(before=found.before, now=found.now)


def _metrics(scored: Scored, earlier: Scored) -> tuple[MetricLine, ...]:
    before = {each.metric: each for each in earlier.grade.metrics}
    return tuple(
        MetricLine(
            metric=each.metric,
            before=before[each.metric].value if before[each.metric].rated else None,
            now=each.value if each.rated else None,
            level_before=before[each.metric].level,
            level_now=each.level,
            move=moved(each.metric, before[each.metric].value, each.value)
            if each.rated and before[each.metric].rated
            else Move.UNKNOWN,
        )
        for each in scored.grade.metrics
    )


def moved(metric: Metric, before: Fraction | None, now: Fraction | None) -> Move:
    """By the exact values; whether it is more than chance, the intervals say."""
    if before is None or now is None:
        return Move.UNKNOWN
    if before == now:
        return Move.SAME
    return Move.BETTER if (now < before) is (metric in _LESS_IS_BETTER) else Move.WORSE


def _scores(scored: Scored, gathered: Gathered) -> tuple[OperationScore, ...]:
    records = gathered.plants[scored.entry.named.id]
    return operation_scores(records, scored.made, scored.window, gathered.parts, None)


def _operations(now: Iterable[OperationScore], before: Iterable[OperationScore]) -> tuple[OperationLine, ...]:
    earlier = {(one.part.id, one.operation.id): one.fpy for one in before if one.fpy.submitted}
    return tuple(
        OperationLine(
            part=one.part,
            operation=one.operation,
            final=one.final,
            before=earlier.get((one.part.id, one.operation.id)),
            now=one.fpy,
            claims_agree=one.claims_agree,
        )
        for one in now
        if one.fpy.submitted or one.planned
    )


def _levels(connection: Reading, plant: str, span: Span) -> tuple[LevelStep | None, tuple[LevelStep, ...]]:
    """The last Level sealed before the year, and those sealed in it."""
    found = [
        _step(record, stated.batch_id) for record, stated in statements(connection, LevelRecord, [plant], span.before)
    ]
    earlier = [step for step in found if step.assessed_on < span.begin]
    return (earlier[-1] if earlier else None), tuple(one for one in found if span.begin <= one.assessed_on < span.end)


def _step(record: LevelRecord, log_index: int) -> LevelStep:
    return LevelStep(
        assessed_on=record.event_time,
        level=Level(record.grade["level"]),
        rated=record.grade["rated"],
        provisional=record.grade["provisional"],
        binding=tuple(record.grade["binding"]),
        log_index=log_index,
    )
