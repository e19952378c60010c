"""Maintenance reminders (保养服务提示): units whose usage comes near the life at which a tenth has failed.

The lower bound of B10 is the limit, so that a life that few failures tell of reminds early rather than late. Usage may
be counted in days or in anything that a unit counts; what is left is told in the same unit, and as a date where a rate
is known.

How well such reminders do is tested on the past: at each origin the units that would have been reminded are followed
for a period. The dumb baseline reminds at the mean age of the failures known then.
"""

import math
from collections.abc import Sequence
from datetime import date, timedelta

import msgspec

from traceability.quality.field.back_test import Fit
from traceability.quality.field.forecast import failing
from traceability.quality.field.life_model import LifeModel
from traceability.quality.field.lives import Fielded, lives_at
from traceability.quality.refusal import Refused

_FAR = 36_525.0


class Reminder(msgspec.Struct, frozen=True, kw_only=True):
    """``left`` until the limit, below 0 when it is passed; ``due`` the day on which it is reached at ``rate`` a day."""

    limit: float
    used: float
    left: float
    due: date | None
    chance: float
    """That it fails within the next ``lead``, if it runs on."""


class Reminding(msgspec.Struct, frozen=True, kw_only=True):
    """What reminders at a limit would have brought: of the failures that came, those reminded of (hit rate)."""

    origins: int
    reminded: int
    failures: int
    hits: int
    """Failures within the period of units that had been reminded."""
    false_alarms: int
    """Reminded units that ran through the period without failing."""

    @property
    def hit_rate(self) -> float | None:
        """Share of the failures that came after a reminder; None without failures."""
        return self.hits / self.failures if self.failures else None

    @property
    def false_alarm_rate(self) -> float | None:
        """Share of the reminders that were not needed in the period; None without reminders."""
        return self.false_alarms / self.reminded if self.reminded else None


def reminder(model: LifeModel, used: float, *, lead: float, today: date, rate: float | None = None) -> Reminder:
    """For one unit; ``lead`` in the unit of usage, ``rate`` of usage a day."""
    limit = model.b10.low
    left = limit - used
    return Reminder(
        limit=limit,
        used=used,
        left=left,
        due=_due(left, today, rate),
        chance=failing(model.distribution, max(used, 1e-9), lead),
    )


def reminding_tested(
    fleet: Sequence[Fielded], fit: Fit, *, today: date, ahead_days: int, step_days: int, most: int = 12
) -> tuple[Reminding, Reminding]:
    """Reminders by the model, and by the baseline, over the same origins; ages in days x rate."""
    model = baseline = Reminding(origins=0, reminded=0, failures=0, hits=0, false_alarms=0)
    began = min((unit.start for unit in fleet), default=today)
    for place in range(most):
        origin = today - timedelta(days=ahead_days + place * step_days)
        if origin <= began:
            break
        lives = lives_at(fleet, origin)
        found = fit(lives)
        if isinstance(found, Refused):
            continue
        mean = math.fsum(age * count for age, count in lives.failed) / lives.failures if lives.failures else math.inf
        model = _added(model, fleet, origin, ahead_days, found.b10.low)
        baseline = _added(baseline, fleet, origin, ahead_days, mean)
    return model, baseline


def _added(sums: Reminding, fleet: Sequence[Fielded], origin: date, ahead_days: int, limit: float) -> Reminding:
    """Units that reach the limit within the period are reminded at its begin."""
    end = origin + timedelta(days=ahead_days)
    reminded = failures = hits = 0
    for unit in fleet:
        if unit.start > origin or (unit.failed is not None and unit.failed <= origin):
            continue
        near = (end - unit.start).days * unit.rate >= limit
        fails = unit.failed is not None and unit.failed <= end
        reminded += near * unit.count
        failures += fails * unit.count
        hits += (near and fails) * unit.count
    return Reminding(
        origins=sums.origins + 1,
        reminded=sums.reminded + reminded,
        failures=sums.failures + failures,
        hits=sums.hits + hits,
        false_alarms=sums.false_alarms + reminded - hits,
    )


def _due(left: float, today: date, rate: float | None) -> date | None:
    """Not further off than a century, either way."""
    if rate is None or rate <= 0.0:
        return None
    return today + timedelta(days=math.floor(min(max(left / rate, -_FAR), _FAR)))
