"""Results and measurements as nearly all of them are spelt, taken apart without making a record of each.

What is recognised here is a part of what :func:`traceability.record.codec.decode_record` takes, and says the same: keys
in the order in which the encoder writes them, each once, texts without escapes, values that are simply Good. Of any
other line nothing is said: it is for the codec. A test holds the one against the other.
"""

import re
from functools import lru_cache
from typing import NamedTuple

import msgspec

from traceability.measurement import Status
from traceability.record.production import MeasuredValue
from traceability.unit import Flag, Purpose, Verdict

NESTING, STRING = 3, 8000
"""Levels and bytes in one string that such a line has at most."""

_MEMBER = r'[^"\\\x00-\x1f]'
_ID = rf'"({_MEMBER}{{1,200}}+)"'
_ITEM = rf'"({_MEMBER}{{1,400}}+)"'
_TIME = r'"([0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?)Z"'
_POSITIVE, _COUNT, _INTEGER = "[1-9][0-9]{0,14}", "(?:0|[1-9][0-9]{0,14})", "(?:0|-?[1-9][0-9]{0,14})"
_PLAN = r'(?:,"plan":"(sha256:[0-9a-f]{64})")?'
_FLAG = f'"(?:{"|".join(Flag)})"'
_BEGIN = rf'"id":{_ID},"seq":({_POSITIVE}),"event_time":{_TIME},"salt":"[0-9a-f]{{32}}","unit":{_ITEM}'
_RESULT = re.compile(
    rf'\{{"kind":"unit-result",{_BEGIN},"part":{_ITEM},"operation":{_ID},"work_cell":{_ID}'
    rf',"verdict":"({"|".join(Verdict)})","attempt":({_POSITIVE})(?:,"flags":(\[{_FLAG}(?:,{_FLAG})*+\]))?'
    rf'(?:,"purpose":"({"|".join(Purpose)})")?(?:,"cycle":({_COUNT}))?(?:,"source_time":{_TIME})?'
    rf'(?:,"device_offset_ms":{_INTEGER})?(?:,"defect":"({_MEMBER}{{0,2000}}+)")?{_PLAN}\}}'
).fullmatch
_MEASURED = re.compile(rf'\{{"kind":"measurements",{_BEGIN},"operation":{_ID},"values":(\[.*\]){_PLAN}\}}').fullmatch
_values = re.compile(rf'"value":({_INTEGER})(?=,"decimals")').split


class PlainResult(NamedTuple):
    """The words of a line; what it leaves out is None. Times are told without their Z."""

    id: str
    seq: str
    event_time: str
    unit: str
    part: str
    operation: str
    work_cell: str
    verdict: str
    attempt: str
    flags: str | None
    purpose: str | None
    cycle: str | None
    source_time: str | None
    defect: str | None
    plan: str | None


class PlainMeasurements(NamedTuple):
    """The same of measurements; ``values`` is a JSON array."""

    id: str
    seq: str
    event_time: str
    unit: str
    operation: str
    values: str
    plan: str | None


class Measured(NamedTuple):
    """What is measured in a record, value by value."""

    characteristic: str
    uom: str
    decimals: int


Words = tuple[str | None, ...]


def plain_result(line: str) -> Words | None:
    """The fields of ``PlainResult``, or None: ask the codec."""
    found = _RESULT(line)
    return None if found is None else found.groups()


def plain_measurements(line: str) -> Words | None:
    """The fields of ``PlainMeasurements``, or None: ask the codec."""
    found = _MEASURED(line)
    return None if found is None else found.groups()


def plain_values(values: str) -> tuple[list[str], list[str]]:
    """A record's array of values without the numbers, and these; what is between them, ``measured_in`` tells."""
    parts = _values(values)
    return parts[0::2], parts[1::2]


@lru_cache(maxsize=1024)  # every record of one plan has the same
def measured_in(between: tuple[str, ...]) -> tuple[Measured, ...] | None:
    """What is measured where an array has such words between its numbers, or None: ask the codec.

    Where the array is one with 0 for every number, and is spelt as it would be written, it is one with any.
    """
    text = '"value":0'.join(between)
    try:
        found = _read(text.encode())
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None
    plain = all(one.value == 0 and one.raw is None and one.status is Status.GOOD for one in found)
    if not plain or len(found) != len(between) - 1 or msgspec.json.encode(found) != text.encode() or "\\" in text:
        return None
    return tuple(Measured(one.characteristic, one.uom, one.decimals) for one in found)


_read = msgspec.json.Decoder(tuple[MeasuredValue, ...]).decode


@lru_cache(maxsize=256)
def flags_in(text: str | None) -> tuple[Flag, ...]:
    """The flags of ``PlainResult``."""
    return () if text is None else msgspec.json.decode(text, type=tuple[Flag, ...])


VERDICTS = {verdict.value: verdict for verdict in Verdict}
PURPOSES: dict[str | None, Purpose] = {None: Purpose.FIRST} | {purpose.value: purpose for purpose in Purpose}
