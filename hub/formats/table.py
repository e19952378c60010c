"""One table for every format: a row a measured value, with its limits. The columns are public; names stay.

===============  ==========================================================================
plant            id of the plant
part             canonical identity of the part
unit             canonical identity of the unit; empty where it was not identified
result           id of the result: what rows of one pass have in common
operation        id of the operation
work_cell        the station
characteristic   id of the characteristic
value            the value as a double; missing when nothing trustworthy was read
value_text       the same exactly, as decimal text
uom              its unit of measure (UCUM)
status           Good, Uncertain or Bad
lsl target usl   limits of the control plan in force, as doubles; missing where there are none
event_time       when, in UTC
verdict          of the whole result
attempt          which pass of the unit through the operation, from 1
purpose          first, retest or rework
flags            why the result is no full production result, separated by spaces
plan             id of the control plan in force
===============  ==========================================================================
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from hub.errors import EntryRefused
from hub.store.core.database import Reading
from hub.store.master.queries import plans_by_id
from hub.store.production.values import TakenValue, ValueWanted, taken_values
from traceability.measurement import Characteristic, exact

MOST_VALUES = 500_000


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the table."""

    plant: str
    part: str
    unit: str
    result: str
    operation: str
    work_cell: str
    characteristic: str
    value: float | None
    value_text: str
    uom: str
    status: str
    lsl: float | None
    target: float | None
    usl: float | None
    event_time: datetime
    verdict: str
    attempt: int
    purpose: str
    flags: str
    plan: str


COLUMNS = Line.__struct_fields__


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """The rows, and the characteristics of the control plans that they cite, by plan and id."""

    lines: tuple[Line, ...]
    known: dict[tuple[str, str], Characteristic]


def read_table(connection: Reading, wanted: ValueWanted, most: int = MOST_VALUES) -> Table:
    """Every value that is asked for; ``EntryRefused`` where they are more than ``most``."""
    values = taken_values(connection, wanted, most + 1)
    if len(values) > most:
        raise EntryRefused(
            f"there are more than {most} values", where=f"plant {wanted.plant}", advice="ask for a shorter time"
        )
    known = _characteristics(connection, values)
    return Table(lines=tuple(_line(wanted.plant, value, known) for value in values), known=known)


def _characteristics(connection: Reading, values: Iterable[TakenValue]) -> dict[tuple[str, str], Characteristic]:
    plans = plans_by_id(connection, {value.plan for value in values if value.plan})
    return {(plan, each.id): each for plan, content in plans.items() for each in content.characteristics}


def _line(plant: str, value: TakenValue, known: dict[tuple[str, str], Characteristic]) -> Line:
    number = None if value.value is None else exact(value.value, value.decimals)
    limits = known.get((value.plan or "", value.characteristic))
    if limits is not None and limits.uom != value.uom:
        limits = None  # limits in another unit of measure would judge wrongly
    return Line(
        plant=plant,
        part=value.part,
        unit=value.unit or "",
        result=value.result_id,
        operation=value.operation,
        work_cell=value.work_cell,
        characteristic=value.characteristic,
        value=None if number is None else float(number),
        value_text="" if number is None else f"{number:f}",
        uom=value.uom,
        status=value.status,
        lsl=_double(limits and limits.lsl),
        target=_double(limits and limits.target),
        usl=_double(limits and limits.usl),
        event_time=value.event_time,
        verdict=value.verdict,
        attempt=value.attempt,
        purpose=value.purpose,
        flags=" ".join(value.flags),
        plan=value.plan or "",
    )


def _double(limit: object) -> float | None:
    return None if limit is None else float(str(limit))
