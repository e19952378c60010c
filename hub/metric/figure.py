"""What a metric came to over a period, with what is needed to test whether it moved."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import msgspec

from traceability.quality.effect.products import Family
from traceability.quality.intervals import Interval
from traceability.record.metric import MetricReference


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """A share: ``k`` of ``n``."""

    k: int
    n: int


class Moments(msgspec.Struct, frozen=True, kw_only=True):
    """Values of a characteristic: how many, their mean and their standard deviation (ddof 1), in ``uom``."""

    n: int
    mean: float
    sd: float | None
    uom: str


class Money(msgspec.Struct, frozen=True, kw_only=True):
    """A sum; ``over`` is the denominator of a rate."""

    amount: Decimal
    currency: str
    over: Decimal | None = None


class Factors(msgspec.Struct, frozen=True, kw_only=True):
    """What a rolled yield is the product of."""

    families: tuple[Family, ...]


class MetricFigure(msgspec.Struct, frozen=True, kw_only=True):
    """``exact`` None where nothing can be told, and ``why`` says so; ``fit`` False: not fit to be rated.

    ``basis`` is what the figure was made from; None where it is a minimum or a declared value.
    """

    reference: MetricReference
    first: date
    last: date
    exact: Fraction | None = None
    n: int = 0
    interval: Interval | None = None
    fit: bool = True
    why: str = ""
    why_zh: str = ""
    """The same in Chinese; where it is empty ``why`` stands for both."""
    basis: Counted | Moments | Money | Factors | None = None

    @property
    def value(self) -> float | None:
        """For display."""
        return None if self.exact is None else float(self.exact)
