"""Events read back from the text that :func:`traceability.epcis.writing.encode_event` wrote.

That text was checked when it was captured and sealed since, so nobody looks for hostile parts in it again: a third of
the time that a document from outside takes.
"""

from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec

from traceability.epcis.context import EMPTY, Context, with_context
from traceability.epcis.jsonld import read_event
from traceability.epcis.problem import Invalid, Problem, Problems
from traceability.epcis.values import Reading
from traceability.event.event import Event
from traceability.record.epcis import PART_LENGTH


class _Contexts(msgspec.Struct):
    context: msgspec.Raw = msgspec.field(name="@context")


_decode = msgspec.json.Decoder(float_hook=Decimal).decode
_decode_context = msgspec.json.Decoder(_Contexts).decode


def event_parts(text: str) -> tuple[str, ...]:
    """The text as records hold it."""
    return tuple(text[begin : begin + PART_LENGTH] for begin in range(0, len(text), PART_LENGTH))


def stored_event(text: str) -> Event:
    """The event of a text that we wrote; ``Invalid`` when it is none after all."""
    return _remembered(text) if len(text) <= PART_LENGTH else _read(text)


@lru_cache(maxsize=2_048)
def _remembered(text: str) -> Event:
    return _read(text)


def _read(text: str) -> Event:
    problems = Problems()
    raw = _decode(text)
    context = _context(bytes(_decode_context(text).context))
    raw.pop("@context")
    event = read_event(raw, "", Reading(context, problems))
    problems.check()
    if event is None:
        raise Invalid([Problem("", "one event was expected")])
    return event


def stored_prefixes(text: str) -> dict[str, str]:
    """The namespaces by prefix that the text declares."""
    return _context(bytes(_decode_context(text).context)).prefixes


@lru_cache(maxsize=1_024)
def _context(raw: bytes) -> Context:
    value: Any = msgspec.json.decode(raw)
    problems = Problems()
    context = with_context(EMPTY, value, "/@context", problems)
    problems.check()
    return context


class _Placed(msgspec.Struct):
    id: str


class _Amount(msgspec.Struct):
    epc_class: str = msgspec.field(name="epcClass")


class Mentioned(msgspec.Struct, rename="camel"):
    """What an event mentions, read from its text without the rest; names as they stand there."""

    type: str
    context: msgspec.Raw = msgspec.field(name="@context")
    biz_step: str | None = None
    disposition: str | None = None
    read_point: _Placed | None = None
    biz_location: _Placed | None = None
    epc_list: tuple[str, ...] = ()
    parent_id: str | None = msgspec.field(name="parentID", default=None)
    child_epcs: tuple[str, ...] = msgspec.field(name="childEPCs", default=())
    input_epcs: tuple[str, ...] = msgspec.field(name="inputEPCList", default=())
    output_epcs: tuple[str, ...] = msgspec.field(name="outputEPCList", default=())
    quantity_list: tuple[_Amount, ...] = ()
    child_quantity_list: tuple[_Amount, ...] = ()
    input_quantity_list: tuple[_Amount, ...] = ()
    output_quantity_list: tuple[_Amount, ...] = ()
    error_declaration: dict[str, Any] | None = None

    @property
    def epcs(self) -> tuple[str, ...]:
        """Identifiers of single things, in whatever part they play."""
        parent = () if self.parent_id is None else (self.parent_id,)
        return (*self.epc_list, *parent, *self.child_epcs, *self.input_epcs, *self.output_epcs)

    @property
    def classes(self) -> tuple[str, ...]:
        """Identifiers of lots and other classes."""
        amounts = (
            *self.quantity_list,
            *self.child_quantity_list,
            *self.input_quantity_list,
            *self.output_quantity_list,
        )
        return tuple(amount.epc_class for amount in amounts)

    @property
    def full_type(self) -> str:
        """``ObjectEvent`` and so on; ``{namespace}name`` for a vendor's own kind."""
        return self.type if ":" not in self.type else _context(bytes(self.context)).expanded(self.type) or self.type


_decode_mentioned = msgspec.json.Decoder(Mentioned).decode


def mentioned(text: str) -> Mentioned:
    """What the event of a text that we wrote mentions; a tenth of the time that the whole event takes."""
    return _decode_mentioned(text)
