"""A file that is being taken in, as it is shown."""

from datetime import datetime
from enum import StrEnum

import msgspec

from hub.store.core.instant import from_micros
from hub.store.work.intakes import IntakeRow
from hub.tabular.problem import Problem


class State(StrEnum):
    """How far a file is."""

    WAITING = "waiting"
    CHECKING = "checking"
    CHECKED = "checked"
    """Nothing is wrong with it, nothing of it is entered."""
    WRONG = "wrong"
    ENTERING = "entering"
    ENTERED = "entered"
    GIVEN_UP = "given-up"
    FAILED = "failed"


WORKING = (State.WAITING, State.CHECKING, State.ENTERING)
OPEN = (*WORKING, State.CHECKED)
"""Its bytes are kept."""
STOPPABLE = (State.WAITING, State.CHECKING, State.CHECKED)


class IntakeView(msgspec.Struct, frozen=True, kw_only=True):
    """``rows_read`` of ``total`` rows (None where nobody knows before the end); ``rows`` hold something to enter.

    ``trouble`` says why it was refused as a whole; ``problems`` by row. Nothing is entered before ``entered``.
    """

    id: str
    kind: str
    plant: str
    name: str
    entered_by: str
    state: State
    size: int
    rows_read: int
    total: int | None
    rows: int
    problems: tuple[Problem, ...]
    trouble: str
    begun_at: datetime
    changed_at: datetime


class IntakesView(msgspec.Struct, frozen=True, kw_only=True):
    """Files of a place, the latest first."""

    files: tuple[IntakeView, ...]


class _Report(msgspec.Struct, frozen=True):
    rows: int = 0
    problems: tuple[Problem, ...] = ()


def view_of(row: IntakeRow, rows_read: int | None = None) -> IntakeView:
    """``rows_read``: as this process knows it, newer than what is stored."""
    report = msgspec.convert(row.report, _Report)
    return IntakeView(
        id=row.id,
        kind=row.kind,
        plant=row.plant,
        name=row.name,
        entered_by=row.by,
        state=State(row.state),
        size=row.size,
        rows_read=row.rows_read if rows_read is None else rows_read,
        total=row.total,
        rows=report.rows,
        problems=report.problems,
        trouble=row.trouble,
        begun_at=from_micros(row.begun),
        changed_at=from_micros(row.changed),
    )
