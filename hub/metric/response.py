"""How long alarms wait (A15: 响应和处理及时性)."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from fractions import Fraction

from hub.metric import why
from hub.metric.asked import Asked
from hub.metric.figure import MetricFigure, Moments
from hub.metric.measured import student
from hub.store.quality.metrics import AlarmWait, alarm_waits
from hub.tabular.words import NOTHING, Words
from traceability.quality.moments import moments_of
from traceability.quality.window import Window

End = Callable[[AlarmWait], datetime | None]
Wait = tuple[datetime, datetime | None]
"""From when, until when; None: still."""
_HOUR = 3600


def response_hours(asked: Asked) -> list[MetricFigure]:
    """The mean of hours from alarm to acknowledgement; one that is open counts with what it has waited until now."""
    return _hours(asked, lambda one: one.answered, Words("acknowledged", "确认"))


def action_hours(asked: Asked) -> list[MetricFigure]:
    """The mean of hours from alarm to action, in the same way."""
    return _hours(asked, lambda one: one.acted, Words("acted on", "处置"))


def _hours(asked: Asked, end: End, done: Words) -> list[MetricFigure]:
    where = asked.reference
    waits: list[list[AlarmWait]] = [[] for _ in asked.windows]
    place = (where.part, where.operation, where.characteristic)
    for one in asked.once(("alarms", *place), lambda: _read(asked)):
        number = asked.number_of(one.at)
        if number is not None:
            waits[number].append(one)
    return [
        _figure(asked, window, [(one.at, end(one)) for one in several], done)
        for window, several in zip(asked.windows, waits, strict=True)
    ]


def _read(asked: Asked) -> list[AlarmWait]:
    where = asked.reference
    return alarm_waits(
        asked.connection,
        where.plant,
        asked.span,
        part=where.part,
        operation=where.operation,
        characteristic=where.characteristic,
        work_cells=asked.work_cells,
    )


def _figure(asked: Asked, window: Window, waits: Sequence[Wait], done: Words) -> MetricFigure:
    if not waits:
        return asked.figure(window, why=why.NO_ALARM)
    # clocks of agent and hub differ by moments: nobody answers before he is asked
    seconds = [max(timedelta(0), (end or asked.now) - at) // timedelta(seconds=1) for at, end in waits]
    sums = moments_of(seconds)
    variance = sums.variance
    basis = Moments(
        n=len(seconds),
        mean=sum(seconds) / len(seconds) / _HOUR,
        sd=None if variance is None else float(variance) ** 0.5 / _HOUR,
        uom="h",
    )
    still = sum(end is None for _, end in waits)
    return asked.figure(
        window,
        exact=Fraction(sum(seconds), len(seconds) * _HOUR),
        n=len(seconds),
        interval=student(basis),
        why=Words(f"{still} not {done.en} yet, counted until now", f"{still} 条尚未{done.zh}，计至当前")
        if still
        else NOTHING,
        basis=basis,
    )
