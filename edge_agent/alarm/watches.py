"""What one result means to the alarm rules, and the record of an alarm."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec

from traceability.measurement import Status
from traceability.quality.alarm.price import false_alarm_every
from traceability.quality.alarm.rule import AlarmRule, DriftRule, PatternRule, TrendRule, kind_of_rule
from traceability.quality.alarm.signal import Signal
from traceability.quality.alarm.watch import Seen, Warned
from traceability.record.alarm import AlarmRecord, TimeToLimit
from traceability.record.base import Record
from traceability.record.production import MeasurementsRecord, UnitResultRecord
from traceability.unit import Flag, Verdict

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_DIGITS = 9
_PLACES = 15
_BEYOND = Decimal(10) ** 30
_UNNUMBERED = 0
_UNSALTED = ""


def seen_of(result: UnitResultRecord, others: Iterable[Record], decimals: dict[str, int], *, first: bool) -> Seen:
    """What the rules see of a result with its other records; ``decimals`` of the characteristics that are watched.

    ``first``: it is the first submission of its unit.
    """
    values: list[tuple[str, int]] = []
    if first and decimals:
        for record in others:
            if isinstance(record, MeasurementsRecord):
                values += [
                    (entry.characteristic, entry.value)
                    for entry in record.values
                    if entry.status is Status.GOOD
                    and entry.value is not None
                    and decimals.get(entry.characteristic) == entry.decimals
                ]
    return Seen(
        at_ms=(result.event_time - _EPOCH) // _MILLISECOND,
        failed=result.verdict is Verdict.NOT_OK if first else None,
        no_read=Flag.NO_READ in result.flags,
        offset_ms=result.device_offset_ms,
        values=values,
    )


def short_id(result: str, rule: str) -> str:
    """By what people name the alarm that a result raised; the same however often it is computed."""
    return hashlib.sha256(f"{result}\n{rule}".encode()).hexdigest()[:10]


def alarm_record(result: UnitResultRecord, warned: Warned, hold: str | None) -> AlarmRecord:
    """The record of an alarm that this result completed, not yet numbered."""
    rule, signal = warned.rule, warned.signal
    return AlarmRecord(
        id=f"alarm:{short_id(result.id, rule.id)}",
        seq=_UNNUMBERED,
        salt=_UNSALTED,
        event_time=result.event_time,
        rule=rule.id,
        warns_of=kind_of_rule(rule),
        part=result.part,
        operation=result.operation,
        work_cell=result.work_cell,
        result=result.id,
        signs=signal.signs,
        statistic=figure(signal.statistic),
        limit=figure(signal.limit),
        plan=result.plan,
        unit=result.unit,
        characteristic=_characteristic(rule),
        side=None if signal.side is None else str(signal.side),
        value=None if signal.value is None else figure(signal.value),
        units=signal.units,
        failed=signal.failed,
        to_limit=_to_limit(signal),
        false_alarm_every=false_alarm_every(rule),
        hold=hold,
    )


def figure(value: float) -> str:
    """A number as decimal text, with nine significant digits and at most fifteen places."""
    text = Decimal(f"{value:.{_DIGITS}g}")
    if abs(text) >= _BEYOND:
        text = (_BEYOND - 1).copy_sign(text)
    return f"{round(text, _PLACES).normalize():f}"


def _characteristic(rule: AlarmRule) -> str | None:
    return rule.characteristic if isinstance(rule, PatternRule | DriftRule | TrendRule) else None


def _to_limit(signal: Signal) -> TimeToLimit | None:
    return None if signal.forecast is None else TimeToLimit(**msgspec.structs.asdict(signal.forecast))
