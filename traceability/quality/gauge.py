"""What a gauge register says for capability: was the value read by a calibrated gauge that a study accepted? (R10)"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction

import msgspec


class GaugeState(msgspec.Struct, frozen=True, kw_only=True):
    """One gauge that measures a characteristic; ``share`` is GRR over the tolerance by its latest study.

    It stood so from ``begin`` to ``end``, both included; None: until the next state of the gauge.
    """

    gauge: str
    calibrated_on: date | None = None
    calibration_due: date | None = None
    withdrawn: bool = False
    share: Fraction | None = None
    studied_on: date | None = None
    begin: date = date.min
    end: date | None = None

    def calibrated(self, day: date) -> bool:
        """Whether the gauge was in calibration on a day; without a due date, once calibrated is enough."""
        begun = self.calibrated_on is not None and self.calibrated_on <= day
        return begun and (self.calibration_due is None or day <= self.calibration_due)


class GaugeEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """Of all gauges of one characteristic, the worst: a value may have come from any of them."""

    gauges: tuple[str, ...] = ()
    share: Fraction | None = None
    """None: a gauge without a study, or none registered."""
    calibrated: bool = False


NO_GAUGE = GaugeEvidence()


def gauge_evidence(gauges: Iterable[GaugeState], day: date) -> GaugeEvidence:
    """What the gauges in use show on ``day``; withdrawn ones are left out, and those that had ended.

    Of several states of a gauge that one counts in which it stood then, the first one for the time before it. A
    calibration that was stated later, and was made before ``day``, counts too.
    """
    by_gauge: defaultdict[str, list[GaugeState]] = defaultdict(list)
    for one in sorted(gauges, key=lambda one: (one.gauge, one.begin)):
        by_gauge[one.gauge].append(one)
    used = [(held, states) for states in by_gauge.values() if (held := _held(states, day)) is not None]
    if not used:
        return NO_GAUGE
    shares = [held.share for held, _ in used if held.share is not None]
    return GaugeEvidence(
        gauges=tuple(held.gauge for held, _ in used),
        share=max(shares) if len(shares) == len(used) else None,
        calibrated=all(any(one.calibrated(day) for one in states if one.begin >= held.begin) for held, states in used),
    )


def _held(states: Sequence[GaugeState], day: date) -> GaugeState | None:
    """As the gauge stood on a day, if it was in use; ``states`` by their begin."""
    held = next((one for one in reversed(states) if one.begin <= day), states[0])
    return None if held.withdrawn or (held.end is not None and held.end < day) else held
