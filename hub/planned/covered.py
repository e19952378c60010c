"""What of a unit, or of what a plant finished, could be held against master data at all.

No difference means little where nothing was compared: without a bill of material, or without a record of what was built
in. So each answer says how much was compared, and what there was no plan for.
"""

from collections import Counter
from enum import StrEnum

import msgspec


class Aspect(StrEnum):
    """What is compared, in the order in which it is told."""

    COMPONENTS = "components"
    RECIPES = "recipes"
    TOOLS = "tools"
    DEFECT_CODES = "defect-codes"


class Extent(StrEnum):
    """How far something was compared."""

    COMPARED = "compared"
    IN_PART = "compared-in-part"
    """Some of it; for the rest there was no plan."""
    NOT_PLANNED = "not-planned"
    """Nothing of it: master data that the asker may see list nothing of the kind for those days."""
    NOT_RECORDED = "not-recorded"
    """Nothing of it: no record says what was done."""


class Covered(msgspec.Struct, frozen=True, kw_only=True):
    """One aspect. ``compared`` and ``not_planned`` count units for components, else results that name something."""

    aspect: Aspect
    extent: Extent
    compared: int
    not_planned: int

    @property
    def any_compared(self) -> bool:
        """Whether no difference means that nothing differs."""
        return self.compared > 0


class Coverage:
    """Counts while it is compared."""

    def __init__(self) -> None:
        self._compared: Counter[Aspect] = Counter()
        self._not_planned: Counter[Aspect] = Counter()
        self._unlisted: set[Aspect] = set()

    def count(self, aspect: Aspect, *, planned: bool, times: int = 1) -> None:
        """Something was recorded; ``planned``: there was something to hold it against."""
        (self._compared if planned else self._not_planned)[aspect] += times

    def unlisted(self, aspect: Aspect) -> None:
        """Master data list nothing of it, so nobody looked what was recorded."""
        self._unlisted.add(aspect)

    def told(self) -> tuple[Covered, ...]:
        """Every aspect."""
        return tuple(
            Covered(
                aspect=each, extent=self._extent(each), compared=self._compared[each],
                not_planned=self._not_planned[each],
            )
            for each in Aspect
        )  # fmt: skip

    def _extent(self, aspect: Aspect) -> Extent:
        if self._compared[aspect]:
            return Extent.IN_PART if self._not_planned[aspect] else Extent.COMPARED
        unplanned = self._not_planned[aspect] or aspect in self._unlisted
        return Extent.NOT_PLANNED if unplanned else Extent.NOT_RECORDED
