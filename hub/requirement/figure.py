"""What an indicator's figure is made from, and what it came to."""

from datetime import date, datetime, timedelta
from fractions import Fraction

import msgspec

from hub.master.build import canonical_part
from hub.metric.pooled import Method
from hub.rollup.hours import hour_of
from hub.store.core.database import Reading
from hub.store.master.queries import read_master
from hub.store.rollup.queries import Range
from traceability.quality.intervals import Interval
from traceability.record.requirement import Indicator, RequirementContent


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Between whom, about what, and what may be read."""

    content: RequirementContent
    whole: Reading
    shared: Reading
    now: datetime

    def hours(self, one: Indicator) -> Range:
        """The period, in whole hours."""
        return hour_of(self.now - timedelta(days=one.days)), hour_of(self.now) + 1

    def days(self, one: Indicator) -> tuple[date, date]:
        """The period, in days that count."""
        return (self.now - timedelta(days=one.days)).date(), self.now.date()

    def names_part(self, part: str) -> bool:
        """Whether a plant's word for a part is the part in question."""
        return self.content.part in {part, canonical_part(part)}

    @property
    def plants(self) -> list[str]:
        """The supplier's plants, as far as the customer knows of them."""
        entries = read_master(self.shared).plants
        return sorted(plant for plant, entry in entries.items() if entry.organisation.id == self.content.supplier)


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """``exact`` None where nothing can be told, and ``why``; ``fit`` False: not fit to be rated, ``why`` says so.

    ``met`` where the figure is no number to be compared; ``method`` where it is a yield.
    """

    exact: Fraction | None = None
    n: int = 0
    interval: Interval | None = None
    fit: bool = True
    met: bool | None = None
    why: str = ""
    method: Method | None = None

    @property
    def value(self) -> float | None:
        """For display."""
        return None if self.exact is None else float(self.exact)
