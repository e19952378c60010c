"""Targets of the plant that are missed, as weak points."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from hub.improvement.weak import EffectUnit, Need, Scale, StatedEffect, WeakSpot
from hub.store.core.database import Reading
from hub.target.state import Target, in_force, targets_of
from traceability.record.improvement import Direction, WeakPointKind
from traceability.record.indicator import Direction as Better
from traceability.record.indicator import TargetStatus, TargetStatusRecord
from traceability.record.metric import MetricName

_INDICES = frozenset({MetricName.CAPABILITY})
_SHARES = frozenset({
    MetricName.FIRST_PASS_YIELD, MetricName.ROLLED_YIELD, MetricName.DEFECT_SHARE, MetricName.INTERNAL_LOSS_RATE,
    MetricName.EXTERNAL_LOSS_RATE, MetricName.LOSS_RATE, MetricName.FIELD_FAILURE_SHARE, MetricName.INVALID_SHARE,
    MetricName.REWORK_SHARE, MetricName.INSPECTION_COVERAGE,
})  # fmt: skip


def missed_targets(connection: Reading, plant: str) -> Iterator[WeakSpot]:
    """Those whose last status is missed; how far they are off is an effect where the unit says so."""
    for one in in_force(targets_of(connection, [plant]), plant).values():
        status = one.standing
        if status is not None and status.status is TargetStatus.MISSED:
            yield _spot(one, status)


def _spot(one: Target, status: TargetStatusRecord) -> WeakSpot:
    target = one.now
    reference = target.reference
    wanted = Fraction(Decimal(target.value))
    found = None if status.value is None else Fraction(Decimal(status.value))
    return WeakSpot(
        kind=WeakPointKind.TARGET,
        subject=target.name or target.id,
        part=reference.part,
        operation=reference.operation,
        scale=scale_of(reference.metric),
        value=found,
        n=status.n,
        effects=() if found is None else tuple(_effects(reference.metric, abs(wanted - found), target.currency)),
        need=Need(level=None, value=wanted),
        reference=reference,
        direction=Direction.UP if target.direction is Better.HIGHER else Direction.DOWN,
    )


def scale_of(metric: MetricName) -> Scale:
    """How figures of a metric are read."""
    if metric in _SHARES:
        return Scale.SHARE
    return Scale.INDEX if metric in _INDICES else Scale.OTHER


def _effects(metric: MetricName, off: Fraction, currency: str) -> Iterator[StatedEffect]:
    if metric is MetricName.ROLLED_YIELD:
        yield StatedEffect(unit=EffectUnit.RTY_POINTS, value=100 * off)
    elif metric is MetricName.QUALITY_COST:
        yield StatedEffect(unit=EffectUnit.MONEY, value=off, currency=currency)
