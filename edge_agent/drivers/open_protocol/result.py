"""A tightening result from its message; pure.

The structure must be exact: length, and the number before each field. A single value that cannot be read is None and
spoils only itself; but a result without its own number cannot be told from others, so it is ``Malformed``.
"""

import re
from datetime import datetime
from decimal import Decimal

import msgspec

from edge_agent.drivers.open_protocol.fields import TABLES, Field, Kind
from edge_agent.drivers.open_protocol.framing import Message
from traceability.errors import Malformed

LARGEST_ID = 4_294_967_295
FieldValue = int | Decimal | bytes | datetime | None

_NUMBER = re.compile(rb" *(-?[0-9]+) *")
_TIME = re.compile(rb"([0-9]{4})-([0-9]{2})-([0-9]{2}):([0-9]{2}):([0-9]{2}):([0-9]{2})")


class Tightening(msgspec.Struct, frozen=True, kw_only=True):
    """One result. Texts are exact bytes without the padding; times are local to the controller, without a zone."""

    id: int
    time: datetime | None
    values: dict[str, FieldValue]


def parse_tightening(message: Message) -> Tightening:
    """The result in a message of MID 0061 or 0065."""
    where = f"MID {message.mid:04d} revision {message.revision}"
    table = TABLES.get(message.mid, {}).get(message.revision)
    if table is None:
        raise Malformed("this is no tightening result of a revision known here", where=where)
    length = sum(2 + field.width for field in table)
    if len(message.data) != length:
        raise Malformed(f"expected {length} bytes of data, there are {len(message.data)}", where=where)
    values: dict[str, FieldValue] = {}
    at = 0
    for number, field in enumerate(table, start=1):
        if message.data[at : at + 2] != b"%02d" % number:
            raise Malformed(f"expected field {number:02d}, found {message.data[at : at + 2]!r}", where=where)
        values[field.name] = _value(field, message.data[at + 2 : at + 2 + field.width])
        at += 2 + field.width
    found, time = values["tightening_id"], values["timestamp"]
    if not isinstance(found, int) or not 0 <= found <= LARGEST_ID:
        raise Malformed("the result has no tightening id that can be read", where=where)
    return Tightening(id=found, time=time if isinstance(time, datetime) else None, values=values)


def _value(field: Field, content: bytes) -> FieldValue:
    if field.kind is Kind.TEXT:
        return content.rstrip(b" ")
    if field.kind is Kind.TIME:
        return _time(content)
    found = _NUMBER.fullmatch(content)
    if found is None:
        return None
    number = int(found[1])
    return Decimal(number).scaleb(-2) if field.kind is Kind.HUNDREDTHS else number


def _time(content: bytes) -> datetime | None:
    found = _TIME.fullmatch(content)
    if found is None:
        return None
    try:
        return datetime(*map(int, found.groups()))  # type: ignore[arg-type]  # noqa: DTZ001 - its zone is not said
    except ValueError:
        return None  # a clock that was never set says 0000-00-00
