"""Specification limits of a study, exact and checked once."""

from fractions import Fraction

import msgspec

from traceability.quality.errors import NoFigure
from traceability.quality.reason import Reason
from traceability.quality.steps import Number, exact


class Specification(msgspec.Struct, frozen=True, kw_only=True):
    """Limits and target in the values' unit of measure; None: does not exist (one-sided, no target)."""

    lsl: Number | None = None
    target: Number | None = None
    usl: Number | None = None


class Limits(msgspec.Struct, frozen=True):
    """Usable limits, at least one of them."""

    lsl: Fraction | None
    target: Fraction | None
    usl: Fraction | None


def checked(specification: Specification) -> Limits:
    """The limits exactly; NoFigure when there is none, one is no number, or they are reversed."""
    lsl, target, usl = (_exact(limit) for limit in (specification.lsl, specification.target, specification.usl))
    if lsl is None and usl is None:
        raise NoFigure(Reason.NO_LIMITS, "neither a lower nor an upper limit")
    if lsl is not None and usl is not None and lsl >= usl:
        raise NoFigure(Reason.REVERSED_LIMITS, f"lower {specification.lsl}, upper {specification.usl}")
    return Limits(lsl, target, usl)


def _exact(limit: Number | None) -> Fraction | None:
    try:
        return None if limit is None else exact(limit)
    except NoFigure as unusable:
        raise NoFigure(Reason.INVALID_LIMITS, f"limit {limit}") from unusable
