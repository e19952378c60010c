"""Final acceptance at first submission, pooled: units judged one by one and lots judged on samples (rules R5, R14).

Sum over sum, never a mean of rates. Where both kinds of records exist for one part at one operation, the one with the
lower yield stands, so that neither hides the other.
"""

from collections.abc import Iterable
from fractions import Fraction

import msgspec

from traceability.quality.first_pass import FirstPass
from traceability.quality.sampling import SampledYield


class Acceptance(msgspec.Struct, frozen=True, kw_only=True):
    """Units ``submitted`` and how many of them did not conform; an estimate where lots were judged on samples."""

    submitted: int
    nonconforming: Fraction
    trials: int
    """As many units inspected one by one would carry as much evidence; at most ``submitted``."""
    sampled: bool
    """Whether a lot judged on a sample is among them."""


def judged_on_samples(counts: FirstPass, lots: SampledYield | None) -> bool:
    """Whether the lots stand for a part at an operation: no unit was submitted there, or their yield is the lower."""
    if lots is None or lots.value is None:
        return False
    return counts.fpy is None or lots.value < counts.fpy


def pooled_acceptance(parts: Iterable[tuple[FirstPass, SampledYield | None]]) -> Acceptance:
    """All final operations together, each with the counts of its units and with its lots."""
    submitted, sampled = 0, False
    nonconforming, spread = Fraction(0), Fraction(0)
    for counts, lots in parts:
        if lots is not None and judged_on_samples(counts, lots):
            submitted += lots.submitted
            nonconforming += lots.nonconforming
            spread += lots.spread
            sampled = True
        else:
            submitted += counts.submitted
            nonconforming += counts.submitted - counts.first_ok
            spread += counts.submitted
    trials = int(submitted**2 / spread) if spread else 0
    return Acceptance(submitted=submitted, nonconforming=nonconforming, trials=trials, sampled=sampled)
