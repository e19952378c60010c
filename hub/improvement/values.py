"""The single values of a characteristic in a period, for the test that ranks them: each unit once, at its first go."""

from datetime import date, datetime, timedelta
from fractions import Fraction

from hub.errors import EntryRefused
from hub.metric.asked import Asked, asked_for
from hub.store.core.database import Reading
from hub.store.production.values import TakenValue, ValueWanted, taken_values
from traceability.measurement import Status
from traceability.quality.window import Window
from traceability.record.metric import MetricReference
from traceability.unit import Purpose
from traceability.uom.convert import converted

MOST_VALUES = 100_000


def values_of(
    connection: Reading, reference: MetricReference, first: date, last: date, now: datetime
) -> tuple[list[float], str]:
    """The values with their unit of measure, in the order of making; ``EntryRefused`` for more than ``MOST_VALUES``."""
    asked = asked_for(connection, reference, [Window(first, last)], now)
    wanted = ValueWanted(
        plant=reference.plant,
        part=reference.part or None,
        operation=reference.operation or None,
        characteristics=(reference.characteristic,),
        begin=datetime(first.year, first.month, first.day, tzinfo=asked.zone),
        end=datetime(last.year, last.month, last.day, tzinfo=asked.zone) + timedelta(days=1),
    )
    found = taken_values(connection, wanted, MOST_VALUES + 1)
    if len(found) > MOST_VALUES:
        raise EntryRefused(
            f"more than {MOST_VALUES} values were measured from {first} to {last}",
            where="check",
            advice="ranks need every single value: plan a check of means, which needs none",
        )
    return _first_of_each([one for one in found if _counts(one, asked)])


def _counts(one: TakenValue, asked: Asked) -> bool:
    measured = one.value is not None and one.status == Status.GOOD and not one.flags
    here = asked.work_cells is None or one.work_cell in asked.work_cells
    return measured and here and one.purpose == Purpose.FIRST


def _first_of_each(values: list[TakenValue]) -> tuple[list[float], str]:
    """In the unit of the first one; what does not convert is left out."""
    uom = values[0].uom if values else ""
    first: dict[tuple[str, str], float] = {}
    for one in values:
        told = None if one.value is None else converted(Fraction(one.value, 10**one.decimals), one.uom, uom)
        if told is not None:
            first.setdefault((one.unit or one.result_id, one.operation), float(told))
    return list(first.values()), uom
