"""Values in one unit of Recommendation 20 as values in another of the same kind, exactly.

A query in kelvin finds what was measured in degrees Celsius. Units that are not listed are compared by their code only,
and kinds are those of the GS1 Web Vocabulary: a torque is no energy, though both have the same dimension.
"""

from decimal import Decimal
from fractions import Fraction

from traceability.uom.convert import converted as converted_ucum
from traceability.uom.rec20 import UCUM, UNITS


def converted(value: Decimal, unit: str | None, wanted: str | None, *, difference: bool = False) -> Fraction | None:
    """``value`` of ``unit`` in ``wanted``; None when they measure different things. No unit wanted: the value itself.

    ``difference`` is for deviations, which know no zero point.
    """
    if wanted is None or unit == wanted:
        return Fraction(value)
    here, there = UCUM.get(unit or ""), UCUM.get(wanted)
    if here is None or there is None or UNITS[here].measures != UNITS[there].measures:
        return None
    return converted_ucum(value, here, there, difference=difference)
