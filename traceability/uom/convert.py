"""Values from one unit of measure into another, exactly; None where they measure different things.

A code is looked up as UCUM, then as UN/ECE Recommendation 20. Two codes that are spelt alike are one unit even when
nothing is known of it, so private codes still compare with themselves.
"""

from decimal import Decimal
from fractions import Fraction

from traceability.uom.rec20 import UCUM
from traceability.uom.scale import Scale, scale_of


def known_scale(code: str) -> Scale | None:
    """The meaning of a UCUM or Recommendation 20 code; None for any other."""
    return scale_of(code) or scale_of(UCUM.get(code, ""))


def convertible(code: str, wanted: str) -> bool:
    """Whether values in ``code`` can be told in ``wanted``."""
    return converted(0, code, wanted) is not None


def converted(value: Fraction | Decimal | int, code: str, wanted: str, *, difference: bool = False) -> Fraction | None:
    """``value`` of ``code`` in ``wanted``; ``difference`` is for deviations and spreads, which know no zero point."""
    exact = Fraction(value)
    if code == wanted:
        return exact
    here, there = known_scale(code), known_scale(wanted)
    if here is None or there is None or here.dimension != there.dimension:
        return None
    if difference:
        return exact * here.factor / there.factor
    return (exact + here.zero) * here.factor / there.factor - there.zero
