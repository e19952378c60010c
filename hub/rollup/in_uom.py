"""Values measured in another unit than their characteristic's limits: told in that unit where it is exact."""

from functools import lru_cache

from traceability.quality.rollup import Rollup
from traceability.quality.rollup_scale import StepScale, rescaled, step_scale
from traceability.uom.convert import converted


@lru_cache(maxsize=256)
def scale_between(uom: str, wanted: str, decimals: int) -> StepScale | None:
    """How steps of ``decimals`` in ``uom`` become steps in ``wanted``; None: other quantities, or not exact."""
    factor, offset = converted(1, uom, wanted, difference=True), converted(0, uom, wanted)
    return None if factor is None or offset is None else step_scale(decimals, factor, offset)


def in_uom(rollup: Rollup, uom: str, wanted: str) -> Rollup | None:
    """The roll-up in the unit wanted; None where its values can't be told in it exactly."""
    if uom == wanted:
        return rollup
    scale = scale_between(uom, wanted, rollup.decimals)
    return None if scale is None else rescaled(rollup, scale)
