"""How far digital quality management (D2) reaches, measured from the data themselves and not ticked.

The notice's wording for D2 names what is collected: data on quality goals (L1), on key processes (L2), on all processes
(L3), up and down the supply chain (L4). What the records show stands beside the answers of the questionnaire: a plant
that claims more than its data show is told so, and so is whoever reads its declaration.
"""

from fractions import Fraction

import msgspec

from traceability.quality.level import Level
from traceability.quality.window import is_provisional


class DigitalCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """Counts over the window; a key operation has a key characteristic (关键特性)."""

    operations: int
    """Operations that control plans name."""
    operations_with_data: int
    key_operations: int
    key_operations_with_data: int
    """Key operations all of whose key characteristics have values."""
    components: int
    """Component units that were built in."""
    components_with_records: int
    """Of those, how many have records of the plant that made them."""
    days: Fraction | None
    """Share of planned production days with records; None without a calendar."""

    @property
    def shown(self) -> Level:
        """The highest level whose data, as the notice words it, are there."""
        if not self.operations_with_data:
            return Level.L0
        if not self.key_operations or self.key_operations_with_data < self.key_operations:
            return Level.L1
        if self.operations_with_data < self.operations or is_provisional(self.days):
            return Level.L2
        if not self.components or self.components_with_records < self.components:
            return Level.L3
        return Level.L4

    def exceeded_by(self, claimed: Level) -> bool:
        """Whether the questionnaire claims more than the data show."""
        return claimed > self.shown
