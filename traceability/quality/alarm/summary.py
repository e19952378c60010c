"""Running sums of one characteristic: n, Σ, Σ², least and greatest, as exact integers in its resolution."""

import msgspec

from traceability.quality.moments import Moments


class SummaryState(msgspec.Struct, frozen=True, array_like=True):
    """Everything a summary knows."""

    n: int = 0
    total: int = 0
    squares: int = 0
    least: int = 0
    greatest: int = 0


class Summary:
    """Grows by one value at a time."""

    __slots__ = ("greatest", "least", "n", "squares", "total")

    def __init__(self, state: SummaryState | None = None) -> None:
        start = state or SummaryState()
        self.n, self.total, self.squares = start.n, start.total, start.squares
        self.least, self.greatest = start.least, start.greatest

    def add(self, value: int) -> None:
        """One more value."""
        if not self.n:
            self.least = self.greatest = value
        elif value < self.least:
            self.least = value
        elif value > self.greatest:
            self.greatest = value
        self.n += 1
        self.total += value
        self.squares += value * value

    @property
    def moments(self) -> Moments:
        """The sums, to be merged with others."""
        return Moments(self.n, self.total, self.squares)

    def state(self) -> SummaryState:
        """To be kept."""
        return SummaryState(self.n, self.total, self.squares, self.least, self.greatest)
