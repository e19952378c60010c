"""The five kinds of EPCIS 2.0 events, and events of a vendor's own kind (EPCIS 2.0, chapter 7).

Times, offsets and identifiers are kept as the text in which they came (already checked), numbers as exact decimals, so
that an event goes in and out without loss. Vocabulary of GS1 is spelt in full (``https://ref.gs1.org/cbv/…``). ``None``
means absent, an empty tuple an empty list. Extensions are keyed ``{namespace}name``; their values are JSON.
"""

from decimal import Decimal
from typing import Any, ClassVar

import msgspec

from traceability.event.sensor import Extensions, SensorElement


class Quantity(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """So much of a class (a lot or a part); without ``quantity`` an unknown amount, without ``uom`` a count."""

    epc_class: str
    quantity: Decimal | None = None
    uom: str | None = None


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A read point or business location."""

    id: str
    extensions: Extensions = {}


class BizTransaction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A business transaction by its identifier, such as an order."""

    id: str
    type: str | None = None


class Party(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A source or destination of a transfer."""

    id: str
    type: str


class PersistentDisposition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """States that hold until they are unset."""

    set: tuple[str, ...] | None = None
    unset: tuple[str, ...] | None = None


class ErrorDeclaration(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """States that the event which has the same identifier is in error (EPCIS 2.0, 7.4.1.2)."""

    declaration_time: str
    reason: str | None = None
    corrective_event_ids: tuple[str, ...] | None = None
    extensions: Extensions = {}


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What every event has. ``certification_info`` is one URI, or a tuple of URIs or of JSON objects."""

    kind: ClassVar[str] = ""

    event_time: str
    event_time_zone_offset: str
    record_time: str | None = None
    event_id: str | None = None
    certification_info: Any = None
    error_declaration: ErrorDeclaration | None = None
    biz_step: str | None = None
    disposition: str | None = None
    persistent_disposition: PersistentDisposition | None = None
    read_point: Place | None = None
    biz_location: Place | None = None
    biz_transactions: tuple[BizTransaction, ...] | None = None
    sources: tuple[Party, ...] | None = None
    destinations: tuple[Party, ...] | None = None
    sensor_elements: tuple[SensorElement, ...] | None = None
    extensions: Extensions = {}


class ObjectEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Something happened to objects (7.4.2)."""

    kind: ClassVar[str] = "ObjectEvent"

    action: str
    epcs: tuple[str, ...] | None = None
    quantities: tuple[Quantity, ...] | None = None
    ilmd: Extensions | None = None


class AggregationEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Objects were put into, or taken out of, a container (7.4.3)."""

    kind: ClassVar[str] = "AggregationEvent"

    action: str
    parent: str | None = None
    children: tuple[str, ...] | None = None
    child_quantities: tuple[Quantity, ...] | None = None


class AssociationEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Objects were joined to, or parted from, another object or a place (7.4.6)."""

    kind: ClassVar[str] = "AssociationEvent"

    action: str
    parent: str
    children: tuple[str, ...] | None = None
    child_quantities: tuple[Quantity, ...] | None = None


class TransactionEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Objects became part of a business transaction, or ceased to be (7.4.4)."""

    kind: ClassVar[str] = "TransactionEvent"

    action: str
    parent: str | None = None
    epcs: tuple[str, ...] | None = None
    quantities: tuple[Quantity, ...] | None = None


class TransformationEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Inputs were used up, outputs came to be (7.4.5)."""

    kind: ClassVar[str] = "TransformationEvent"

    input_epcs: tuple[str, ...] | None = None
    input_quantities: tuple[Quantity, ...] | None = None
    output_epcs: tuple[str, ...] | None = None
    output_quantities: tuple[Quantity, ...] | None = None
    transformation_id: str | None = None
    ilmd: Extensions | None = None


class VendorEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """An event of a vendor's own ``type`` (``{namespace}name``), which may use every field of the standard."""

    type: str
    action: str | None = None
    parent: str | None = None
    epcs: tuple[str, ...] | None = None
    quantities: tuple[Quantity, ...] | None = None
    children: tuple[str, ...] | None = None
    child_quantities: tuple[Quantity, ...] | None = None
    input_epcs: tuple[str, ...] | None = None
    input_quantities: tuple[Quantity, ...] | None = None
    output_epcs: tuple[str, ...] | None = None
    output_quantities: tuple[Quantity, ...] | None = None
    transformation_id: str | None = None
    ilmd: Extensions | None = None


EVENT_TYPES: dict[str, type[Event]] = {
    each.kind: each for each in (ObjectEvent, AggregationEvent, TransactionEvent, TransformationEvent, AssociationEvent)
}


def type_name(event: Event) -> str:
    """``ObjectEvent`` and so on; ``{namespace}name`` for a vendor's own kind."""
    return event.type if isinstance(event, VendorEvent) else event.kind
