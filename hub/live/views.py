"""What is shown of a line as it runs."""

from datetime import datetime
from fractions import Fraction

import msgspec

from hub.alarm.views import AlarmView
from hub.named import Named
from hub.scorecard.views import YieldView
from hub.store.production.live import LastResult
from hub.suppliers.views import ParetoLine

MINUTES = 60
"""Of the strip."""


class Minute(msgspec.Struct, frozen=True):
    """Results of one minute that say something of the verdict, and how many of them were not OK."""

    results: int
    failed: int


class OperationNow(msgspec.Struct, frozen=True, kw_only=True):
    """One operation of one part: units first submitted there today, and every result of the last hour by the minute.

    ``target`` None where none was set. ``on_target`` None without a target or a unit; ``sure`` False while the interval
    reaches over the target. ``strip`` is of the operation, whatever the part.
    """

    operation: Named
    part: Named
    today: YieldView
    target: Fraction | None
    on_target: bool | None
    sure: bool
    strip: tuple[Minute, ...]
    last_at: datetime | None
    """Of the last result at the operation, whenever that was."""


class LineNow(msgspec.Struct, frozen=True, kw_only=True):
    """A plant today: ``today`` begins at midnight by its clock. Alarms and results are the latest ones."""

    plant: Named
    organisation: Named
    time_zone: str
    as_of: datetime
    today: datetime
    log_size: int
    operations: tuple[OperationNow, ...]
    missed: int
    """Operations below their target, beyond chance or not."""
    alarms_waiting: int
    alarms: tuple[AlarmView, ...]
    failed: int
    """Results of today that were not OK, which the Pareto is of."""
    defects: tuple[ParetoLine, ...]
    results: tuple[LastResult, ...]

    @property
    def version(self) -> str:
        """Changes with the log and with every minute: what a listener has seen."""
        return version_at(self.log_size, self.as_of)


def version_at(size: int, now: datetime) -> str:
    """What the line is called that is read of so many batches in this minute."""
    return f"{size}-{int(now.timestamp()) // 60}"
