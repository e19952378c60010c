"""What a gauge register says for capability: was the value read by a calibrated gauge that a study accepted? (R10)"""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

import msgspec


class GaugeState(msgspec.Struct, frozen=True, kw_only=True):
    """One gauge that measures a characteristic; ``share`` is GRR over the tolerance by its latest study."""

    gauge: str
    calibrated_on: date | None = None
    calibration_due: date | None = None
    withdrawn: bool = False
    share: Fraction | None = None
    studied_on: date | None = None

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
    """What the gauges in use show on ``day``; withdrawn ones are left out."""
    used = sorted((one for one in gauges if not one.withdrawn), key=lambda one: one.gauge)
    if not used:
        return NO_GAUGE
    shares = [one.share for one in used if one.share is not None]
    return GaugeEvidence(
        gauges=tuple(one.gauge for one in used),
        share=max(shares) if len(shares) == len(used) else None,
        calibrated=all(one.calibrated(day) for one in used),
    )
