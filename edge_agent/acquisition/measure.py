"""A sample becomes a measurement of a characteristic: an exact integer in the characteristic's resolution.

Rounding is half to even. When it changed the number, the device's own value is kept beside it as text. A value that
cannot be trusted is None with status Bad, and is logged; nothing is invented.
"""

import logging
from decimal import ROUND_HALF_EVEN, Context, Decimal

from edge_agent.drivers.interface import Sample
from firmware_profiles.decode import decode
from firmware_profiles.errors import DecodeFault
from firmware_profiles.format import DataType, Point
from traceability.measurement import Characteristic, Measurement, Status

_LOG = logging.getLogger(__name__)
_ROUNDING = Context(prec=1100, rounding=ROUND_HALF_EVEN)
_EXACT_IN_JSON = 2**53
_NOT_MEASURABLE = (DataType.BOOL, DataType.STRING, DataType.DATETIME)


def measure(sample: Sample, point: Point, characteristic: Characteristic) -> Measurement:
    """The measurement of ``characteristic`` from what was read of ``point``."""
    if sample.status is Status.BAD:
        return _bad(characteristic)
    try:
        number = _number(point, sample)
        value, exact = _in_resolution(point, number, characteristic.decimals)
    except DecodeFault as fault:
        _LOG.warning("characteristic %s: %s; recorded as Bad", characteristic.id, fault)
        return _bad(characteristic)
    return Measurement(
        characteristic=characteristic.id,
        value=value,
        decimals=characteristic.decimals,
        uom=characteristic.uom,
        status=sample.status,
        raw=None if exact else str(number),
    )


def binding_problem(point: Point, characteristic: Characteristic) -> str | None:
    """Why this point cannot be measured as this characteristic, or None; for checking a configuration."""
    if point.type in _NOT_MEASURABLE or point.enum is not None or point.flags is not None:
        return f"point {point.name} is no number; characteristic {characteristic.id} needs one"
    if point.uom is not None and point.uom != characteristic.uom:
        return (
            f"point {point.name} is in {point.uom}, characteristic {characteristic.id} in {characteristic.uom}; "
            "units are never converted in silence, make them agree"
        )
    return None


def _number(point: Point, sample: Sample) -> Decimal:
    value = decode(point, sample.raw)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise DecodeFault(point.name, f"expected a number, read {value!r}")
    return Decimal(value)


def _in_resolution(point: Point, number: Decimal, decimals: int) -> tuple[int, bool]:
    scaled = number.scaleb(decimals, _ROUNDING)
    rounded = scaled.to_integral_value(context=_ROUNDING)
    if abs(rounded) >= _EXACT_IN_JSON:
        raise DecodeFault(point.name, f"{number:g} with {decimals} decimals is too large to be kept exactly")
    return int(rounded), rounded == scaled


def _bad(characteristic: Characteristic) -> Measurement:
    return Measurement(
        characteristic=characteristic.id,
        value=None,
        decimals=characteristic.decimals,
        uom=characteristic.uom,
        status=Status.BAD,
    )
