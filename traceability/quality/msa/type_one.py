"""Type-1 study: one reference part measured often at one place (VDA 5, ISO 22514-7; Bosch booklet 10).

Cg = K·T/(L·s) and Cgk = (K·T/2 - |x̄ - ref|)/(L·s/2) with K = 20 % of the tolerance T and L = 6; capable from 1.33.
"""

from collections.abc import Sequence
from fractions import Fraction

import msgspec

from traceability.quality.errors import NoFigure
from traceability.quality.intervals import CONFIDENCE
from traceability.quality.msa.bias import Bias, bias_of
from traceability.quality.msa.components import tolerance_of
from traceability.quality.reason import Reason
from traceability.quality.refusal import or_refused
from traceability.quality.steps import Number, exact

THRESHOLD = 1.33
ENOUGH = 25
"""Fifty are recommended, twenty-five the least."""
COARSEST = Fraction(5, 100)
"""Resolution over tolerance."""


class TypeOne(msgspec.Struct, frozen=True, kw_only=True):
    """Indices, bias and what speaks against them."""

    cg: float
    cgk: float
    bias: Bias
    capable: bool
    """Both from 1.33."""
    cautions: tuple[Reason, ...]


@or_refused
def type_one_study(
    values: Sequence[Number],
    reference: Number,
    tolerance: Number,
    *,
    resolution: Number | None = None,
    share: float = 0.2,
    width: float = 6.0,
) -> TypeOne:
    """The study; NoFigure's reasons: fewer than two values, no spread (the gauge is too coarse), no tolerance."""
    span = tolerance_of(tolerance)
    if span is None:
        raise NoFigure(Reason.INVALID_TOLERANCE, "a type-1 study needs a tolerance")
    found = bias_of(values, reference, CONFIDENCE)
    if found.deviation == 0.0:
        raise NoFigure(Reason.ZERO_SPREAD, "all values are equal: the gauge does not resolve its own repeatability")
    allowed, unit = share * float(span), width * found.deviation
    cg, cgk = allowed / unit, (allowed / 2.0 - abs(found.bias)) / (unit / 2.0)
    coarse = resolution is not None and exact(resolution) > COARSEST * span
    findings = {Reason.NOT_ENOUGH_DATA: found.n < ENOUGH, Reason.TOO_COARSE: coarse}
    return TypeOne(
        cg=cg,
        cgk=cgk,
        bias=found,
        capable=min(cg, cgk) >= THRESHOLD,
        cautions=tuple(reason for reason, holds in findings.items() if holds),
    )
