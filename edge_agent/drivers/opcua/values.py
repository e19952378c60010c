"""OPC UA values and the agent's: samples from what a server gave, variants for what is written.

Text comes from the library with bytes that are no UTF-8 kept as lone surrogates; such a text is Bad, never recorded.
"""

import logging
from datetime import UTC, datetime
from typing import Any

from asyncua import ua

from edge_agent.drivers.interface import Raw, Sample
from firmware_profiles.format import DataType
from traceability.measurement import Status

_LOG = logging.getLogger(__name__)

VARIANTS = {
    DataType.BOOL: ua.VariantType.Boolean,
    DataType.INT8: ua.VariantType.SByte,
    DataType.UINT8: ua.VariantType.Byte,
    DataType.INT16: ua.VariantType.Int16,
    DataType.UINT16: ua.VariantType.UInt16,
    DataType.INT32: ua.VariantType.Int32,
    DataType.UINT32: ua.VariantType.UInt32,
    DataType.INT64: ua.VariantType.Int64,
    DataType.UINT64: ua.VariantType.UInt64,
    DataType.FLOAT32: ua.VariantType.Float,
    DataType.FLOAT64: ua.VariantType.Double,
    DataType.STRING: ua.VariantType.String,
    DataType.DATETIME: ua.VariantType.DateTime,
}
"""The type of a variant that is written to a point."""


def standard(number: int) -> ua.NodeId:
    """The NodeId of a node of the base specification."""
    return ua.NodeId(ua.Int32(number))


def sample_of(name: str, value: ua.DataValue, where: tuple[str, str]) -> Sample:
    """The sample of point ``name``; what is no scalar, or no text, is Bad and logged with device and address."""
    raw = value.Value.Value if value.Value is not None else None
    status = status_of(value.StatusCode)
    problem = _problem(raw)
    if problem:
        _LOG.warning("device %s at %s, point %s: %s; it counts as Bad", *where, name, problem)
        raw, status = None, Status.BAD
    return Sample(point=name, raw=_aware(raw), status=status, source_time=utc(value.SourceTimestamp))


def status_of(code: ua.StatusCode | None) -> Status:
    """Good, Uncertain or Bad; a server leaves a good code out."""
    if code is None or code.is_good():
        return Status.GOOD
    return Status.BAD if code.is_bad() else Status.UNCERTAIN


def overflowed(code: ua.StatusCode | None) -> bool:
    """Whether the server says that its queue dropped values beside this one (OPC 10000-4, 7.39.1: Overflow)."""
    return code is not None and code.value & 0x0480 == 0x0480


def utc(time: datetime | None) -> datetime | None:
    """OPC UA times are UTC; the library gives them with or without saying so."""
    if time is None:
        return None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def is_text(text: str) -> bool:
    """Whether every byte was UTF-8."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _problem(raw: Any) -> str | None:
    if isinstance(raw, str):
        return None if is_text(raw) else "the text is not UTF-8"
    return None if isinstance(raw, bool | int | float | datetime | None) else f"no scalar but {type(raw).__name__}"


def _aware(raw: Any) -> Raw:
    return utc(raw) if isinstance(raw, datetime) else raw
