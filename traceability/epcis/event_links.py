"""What an event says about what is part of what: links for the genealogy, between canonical identities.

A link is *certain* when one single thing went into one thing; what concerns a lot, or one of several outputs, is only
potential. Identifiers that are no identity here (no GS1 key, no private one) make no link.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import lru_cache

import msgspec

from traceability.errors import IdentifierRefused
from traceability.event.event import AggregationEvent, AssociationEvent, Event, Quantity, TransformationEvent
from traceability.identifier.gs1_item import CLASS_OF
from traceability.identifier.item import item_uri, read_identity


class Nature(StrEnum):
    """What kind of whole it is: a built thing, a container, or what something was made into."""

    ASSEMBLY = "assembly"
    CONTAINER = "container"
    TRANSFORMATION = "transformation"


class EventLink(msgspec.Struct, frozen=True, kw_only=True):
    """``child`` was joined to (ADD) or parted from (DELETE) ``parent``; no ``child`` means: from all that it held."""

    parent: str
    child: str | None
    nature: Nature
    action: str = "ADD"
    certain: bool = True
    quantity: str | None = None
    uom: str | None = None


def event_links(event: Event) -> list[EventLink]:
    """The links that an event states by itself; observations state none, nor parts of a transformation with a name."""
    if isinstance(event, TransformationEvent):
        return list(_transformation(event)) if event.transformation_id is None else []
    if isinstance(event, AggregationEvent | AssociationEvent) and event.action in ("ADD", "DELETE"):
        return list(_joined(event))
    return []


class TransformationPart(msgspec.Struct, frozen=True, kw_only=True):
    """What went into (``output`` False) or came out of a transformation that several events describe together.

    ``single``: it is one single thing.
    """

    transformation: str
    output: bool
    single: bool
    thing: str
    quantity: str | None = None
    uom: str | None = None


def transformation_parts(event: TransformationEvent) -> list[TransformationPart]:
    """What an event with a ``transformationID`` tells of the transformation (EPCIS 2.0, 7.4.5); [] without one."""
    if event.transformation_id is None:
        return []
    sides = (
        (False, event.input_epcs, event.input_quantities),
        (True, event.output_epcs, event.output_quantities),
    )
    return [
        TransformationPart(
            transformation=event.transformation_id,
            output=output,
            single=quantity is None and _is_single(thing),
            thing=thing,
            quantity=_amount(quantity),
            uom=quantity.uom if quantity is not None and quantity.quantity is not None else None,
        )
        for output, epcs, quantities in sides
        for thing, quantity in _parts(epcs or (), quantities or ())
    ]


@lru_cache(maxsize=65_536)
def identity_of(text: str) -> str | None:
    """The canonical identity that an identifier of an event names, in whatever spelling; None when it is none."""
    try:
        return item_uri(read_identity(text))
    except IdentifierRefused:
        return None


def _joined(event: AggregationEvent | AssociationEvent) -> Iterator[EventLink]:
    parent = identity_of(event.parent) if event.parent is not None else None
    if parent is None:
        return
    nature = Nature.ASSEMBLY if isinstance(event, AssociationEvent) else Nature.CONTAINER
    children, lots = event.children or (), event.child_quantities or ()
    if not children and not lots:
        yield EventLink(parent=parent, child=None, nature=nature, action=event.action)
    for child, quantity in _parts(children, lots):
        yield _link(parent, child, quantity, nature, action=event.action)


def _transformation(event: TransformationEvent) -> Iterator[EventLink]:
    outputs = [each for each, _ in _parts(event.output_epcs or (), event.output_quantities or ())]
    for parent in outputs:
        for child, quantity in _parts(event.input_epcs or (), event.input_quantities or ()):
            if child != parent:
                yield _link(parent, child, quantity, Nature.TRANSFORMATION, sole=len(outputs) == 1)


def _link(
    parent: str, child: str, quantity: Quantity | None, nature: Nature, *, action: str = "ADD", sole: bool = True
) -> EventLink:
    amount = _amount(quantity) if sole else None
    return EventLink(
        parent=parent,
        child=child,
        nature=nature,
        action=action,
        certain=sole and quantity is None and _is_single(child),
        quantity=amount,
        uom=quantity.uom if quantity is not None and amount is not None else None,
    )


def _amount(quantity: Quantity | None) -> str | None:
    return None if quantity is None or quantity.quantity is None else format(quantity.quantity, "f")


def _parts(epcs: Iterable[str], quantities: Iterable[Quantity]) -> Iterator[tuple[str, Quantity | None]]:
    for epc in epcs:
        identity = identity_of(epc)
        if identity is not None:
            yield identity, None
    for quantity in quantities:
        identity = identity_of(quantity.epc_class)
        if identity is not None:
            yield identity, quantity


@lru_cache(maxsize=65_536)
def _is_single(identity: str) -> bool:
    item = read_identity(identity)
    return item.kind not in CLASS_OF.values() and item.lot is None
