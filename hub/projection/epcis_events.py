"""Rows of captured EPCIS events: the event itself, by what it is found, and what it says in the graph's own words.

Assembly and transformation become links, what goes in and out of containers becomes packing, shipping and receiving
become shipments. What says something of links only together with other events (a part of a transformation that has a
name, a whole that was parted from all that it held) is kept as that. A declaration that an event is in error is a
correction of that event's record.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import unquote

import msgspec

from hub.projection.sender import Place, Sender, evidence
from hub.settings import HUB_AUTHOR
from hub.store.writing.rows import Row
from traceability.encoding import sha256, tagged
from traceability.epcis.canonical_link import canonical_link
from traceability.epcis.cbv import BIZ_STEP, DISPOSITION, PARTY_TYPE, Vocabulary
from traceability.epcis.event_links import EventLink, Nature, event_links, identity_of, transformation_parts
from traceability.epcis.stored import Mentioned, mentioned, stored_event
from traceability.errors import ZhuoyueError
from traceability.event.event import Event, ObjectEvent, Party, Quantity, TransformationEvent
from traceability.genealogy import DELETE
from traceability.identifier.item import ItemKind, parse_item
from traceability.record.base import Record
from traceability.record.epcis import EventRecord

EPCIS_HUB_ONLY: tuple[type[Record], ...] = (EventRecord,)
DECLARATION = "#errorDeclaration"
"""Behind the hash of an event: the id of the correction that an error declaration of it makes."""
_CONTAINERS = (ItemKind.LOGISTIC_UNIT, ItemKind.RETURNABLE_ASSET, ItemKind.ASSET)
_GOODS = (ItemKind.UNIT, ItemKind.LOT, ItemKind.LOGISTIC_UNIT, ItemKind.RETURNABLE_ASSET)
_STEPS = {f"{BIZ_STEP.base}shipping": "ship", f"{BIZ_STEP.base}receiving": "receive"}
_OWNER, _HOLDER, _LOCATION = (f"{PARTY_TYPE.base}{name}" for name in ("owning_party", "possessing_party", "location"))
_OWN = "urn:zhuoyue:"
_LONGEST = 400


def event_rows(record: EventRecord, place: Place) -> list[Row]:
    """The event, its keys, and its links, packings and shipments, or the correction that it declares."""
    text = "".join(record.event)
    found = mentioned(text)
    declares = found.error_declaration is not None
    step = _full(BIZ_STEP, found.biz_step)
    row = evidence(record, place) | {
        "event_id": record.event_id,
        "hash_id": record.id,
        "declaration": tagged(sha256(text.encode())) if declares else None,
        "type": found.full_type,
        "biz_step": step,
        "disposition": _full(DISPOSITION, found.disposition),
        "capture": record.capture,
        "organisation": record.organisation,
        "text": text,
    }
    rows: list[Row] = [("epcis_event", row), *_keys(found, place)]
    if declares:
        return [*rows, _correction(stored_event(text), record, place)]
    says_nothing = found.type == ObjectEvent.kind and step not in _STEPS
    return rows if says_nothing else [*rows, *_said(stored_event(text), record, place)]


def _full(words: Vocabulary, word: str | None) -> str | None:
    return None if word is None else words.full(word)


def _keys(found: Mentioned, place: Place) -> Iterator[Row]:
    keys: dict[tuple[str, str], None] = {("epc", each): None for each in found.epcs}
    keys |= {("epcClass", each): None for each in found.classes}
    if found.read_point is not None:
        keys["readPoint", found.read_point.id] = None
    if found.biz_location is not None:
        keys["bizLocation", found.biz_location.id] = None
    for number, (kind, spelling) in enumerate(keys):
        key = {"batch_id": place.batch_id, "line": place.line, "item": number, "kind": kind}
        yield "epcis_key", key | {"value": canonical_link(spelling) or spelling, "spelling": spelling}


def _said(event: Event, record: EventRecord, place: Place) -> Iterator[Row]:
    if isinstance(event, ObjectEvent):
        yield from _shipments(event, record, place)
        return
    operation = (event.biz_step or "").rpartition("/")[2].removeprefix("BizStep-")[:200]
    if isinstance(event, TransformationEvent):
        yield from _transformation(event, record, place, operation)
    packed = linked = 0
    for each in event_links(event):
        if not _short(each.parent, each.child or ""):
            continue
        if each.child is None:
            if each.action == DELETE:
                yield _emptied(each, record, place)
        elif _is_packing(each):
            yield _packing(each, record, place, packed)
            packed += 1
        else:
            yield _link(each, record, place, linked, operation)
            linked += 1


def _is_packing(link: EventLink) -> bool:
    return link.nature is Nature.CONTAINER and parse_item(link.parent).kind in _CONTAINERS


def _emptied(link: EventLink, record: EventRecord, place: Place) -> Row:
    holds = "packing" if _is_packing(link) else "link"
    row = {"record": record.id, "plant": place.plant, "holds": holds, "parent": link.parent}
    return "emptied", _dated(record, place) | row


def _transformation(event: TransformationEvent, record: EventRecord, place: Place, operation: str) -> Iterator[Row]:
    shared = _dated(record, place) | {"record": record.id, "plant": place.plant, "operation": operation}
    for number, part in enumerate(transformation_parts(event)):
        if _short(part.thing):
            yield "transformation_part", shared | {"item": number} | msgspec.structs.asdict(part)


def _link(link: EventLink, record: EventRecord, place: Place, item: int, operation: str) -> Row:
    row = {
        "item": item,
        "result_id": record.id,
        "parent": link.parent,
        "child": link.child,
        "certain": link.certain,
        "action": link.action,
        "position": None,
        "quantity": link.quantity,
        "uom": link.uom,
        "operation": operation,
        "plant": place.plant,
    }
    return "link", _dated(record, place) | row


def _packing(link: EventLink, record: EventRecord, place: Place, item: int) -> Row:
    row = {
        "item": item,
        "record": record.id,
        "plant": place.plant,
        "action": link.action,
        "container": link.parent,
        "packed": link.child,
        "quantity": link.quantity,
        "uom": link.uom,
    }
    return "packing", _dated(record, place) | row


def _shipments(event: ObjectEvent, record: EventRecord, place: Place) -> Iterator[Row]:
    step = _STEPS.get(event.biz_step or "")
    source, destination = _end(event.sources), _end(event.destinations)
    if step is None or destination is None:
        return
    shared = evidence(record, place) | {
        "record": record.id,
        "plant": place.plant,
        "step": step,
        "source_party": source[0] if source else "",
        "source_site": source[1] if source else None,
        "source_name": "",
        "party": destination[0],
        "site": destination[1],
        "name": "",
        "inside": None,
    }
    for number, (item, quantity) in enumerate(_goods(event)):
        amount = None if quantity is None or quantity.quantity is None else format(quantity.quantity, "f")
        uom = None if quantity is None or amount is None else quantity.uom
        yield "shipment", shared | {"item": number, "shipped": item, "quantity": amount, "uom": uom}


def _goods(event: ObjectEvent) -> Iterator[tuple[str, Quantity | None]]:
    named: list[tuple[str, Quantity | None]] = [(epc, None) for epc in event.epcs or ()]
    named += [(quantity.epc_class, quantity) for quantity in event.quantities or ()]
    for text, quantity in named:
        item = identity_of(text)
        if item is not None and _short(item) and parse_item(item).kind in _GOODS:
            yield item, quantity


def _end(parties: Sequence[Party] | None) -> tuple[str, str | None] | None:
    """Party and site of one end of a transfer, as shipments name them; None when no party and no site is named."""
    named = {party.type: _name(party.id) for party in reversed(parties or ())}
    site = named.get(_LOCATION)
    party = named.get(_OWNER) or named.get(_HOLDER) or site
    return None if party is None or not _short(party, site or "") else (party, site)


def _name(text: str) -> str:
    """A GS1 key in its canonical spelling, a name of ours as in the master data, others as they are."""
    if text.startswith(_OWN):
        return unquote(text.removeprefix(_OWN).partition(":")[2])
    return identity_of(text) or text


def _correction(event: Event, record: EventRecord, place: Place) -> Row:
    declared = event.error_declaration
    assert declared is not None
    row = {
        "record": record.id + DECLARATION,
        "plant": place.plant,
        "target_author": HUB_AUTHOR,
        "target_chain": None,
        "target_seq": None,
        "target_record": record.id,
        "reason": declared.reason or "declared to be in error",
        "corrective": list(declared.corrective_event_ids or ()),
        "on_behalf_of": record.organisation,
        "entered_by": record.organisation,
    }
    return "correction", evidence(record, place) | row


def _dated(record: EventRecord, place: Place) -> dict[str, object]:
    """As if each event were a chain of its own: the hub captured them in some order, only their times tell which."""
    return evidence(record, place) | {"chain": sha256(record.id.encode()).hex()[:32]}


def _short(*names: str) -> bool:
    return all(len(name) <= _LONGEST for name in names)


def _check_event(record: EventRecord, _sender: Sender) -> str:
    try:
        mentioned("".join(record.event))
    except (ZhuoyueError, ValueError) as error:
        return f"the event can't be read: {error}"
    return ""


EPCIS_CHECKS: dict[type[Record], Callable[[Any, Sender], str]] = {EventRecord: _check_event}
