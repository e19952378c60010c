"""Figures with what they rest on."""

from fractions import Fraction

from hub.scorecard.views import YieldView
from traceability.quality.intervals import wilson


def yield_view(first_ok: int, submitted: int) -> YieldView:
    """A first-pass yield with its Wilson interval; no value without a submission."""
    if not submitted:
        return YieldView(0, first_ok, None, None)
    return YieldView(submitted, first_ok, Fraction(first_ok, submitted), wilson(first_ok, submitted))
