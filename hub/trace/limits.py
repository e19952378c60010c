"""Where a measured value lies on its limits, compared as exact decimals."""

from hub.trace.views import LimitState
from traceability.measurement import Characteristic, Measurement, exact


def limit_state(measured: Measurement, characteristic: Characteristic | None) -> LimitState:
    """``characteristic`` is the one of the control plan cited by the result, None where that is not known."""
    if measured.value is None:
        return LimitState.NO_VALUE
    if characteristic is None or (characteristic.lsl is None and characteristic.usl is None):
        return LimitState.NO_LIMITS
    if measured.uom != characteristic.uom:
        return LimitState.OTHER_UOM
    value = exact(measured.value, measured.decimals)
    if characteristic.lsl is not None and value < characteristic.lsl:
        return LimitState.BELOW
    if characteristic.usl is not None and value > characteristic.usl:
        return LimitState.ABOVE
    return LimitState.WITHIN
