"""Rows of Catena-X aspects: the aspect itself, the name that it gives an item, and the links that it states.

A link stands between identities of Catena-X ids. What they name is said by the aspects of serial parts and batches,
as an alias; so the order in which a part's aspects come changes nothing.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from hub.projection.sender import Place, Sender, evidence
from hub.projection.trace_records import SAME
from hub.store.core.instant import is_storable, to_micros
from hub.store.writing.rows import Row
from traceability.catenax.aspects import Batch, SerialPart, SingleLevelBomAsBuilt
from traceability.catenax.identity import subject_of
from traceability.catenax.mapping import AspectLink, links_of_bom, links_of_usage
from traceability.catenax.reading import AnyAspect, content_of, kind_of_model, moment, times_of
from traceability.encoding import sha256, tagged
from traceability.errors import ZhuoyueError
from traceability.record.base import Record
from traceability.record.catenax import AspectRecord, BusinessPartnerRecord

CATENAX_HUB_ONLY: tuple[type[Record], ...] = (AspectRecord, BusinessPartnerRecord)
REASON = "Catena-X"


def aspect_rows(record: AspectRecord, place: Place) -> list[Row]:
    """The aspect; and an alias, or links."""
    aspect = _aspect(record)
    row = evidence(record, place) | {
        "organisation": record.organisation,
        "model": record.model,
        "hash": record.hash,
        "subject": record.subject,
        "item": record.item,
        "content": "".join(record.content),
    }
    rows: list[Row] = [("catenax_aspect", row)]
    if isinstance(aspect, SerialPart | Batch):
        return [*rows, _alias(record, place)] if record.item not in (None, record.subject) else rows
    links = links_of_bom(aspect) if isinstance(aspect, SingleLevelBomAsBuilt) else links_of_usage(aspect)
    return [*rows, *(_link(link, record, place, number) for number, link in enumerate(links))]


def business_partner_rows(record: BusinessPartnerRecord, place: Place) -> list[Row]:
    """One row."""
    row = evidence(record, place) | {"number": record.number, "organisation": record.organisation}
    return [("business_partner", row)]


def _alias(record: AspectRecord, place: Place) -> Row:
    row = {
        "record": record.id,
        "plant": place.plant,
        "kind": SAME,
        "reason": REASON,
        "one": record.item,
        "other": record.subject,
    }
    return "alias", _dated(record, place) | row


def _link(link: AspectLink, record: AspectRecord, place: Place, item: int) -> Row:
    row = {
        "event_time": to_micros(moment(link.created)),
        "item": item,
        "result_id": record.id,
        "parent": subject_of(link.parent),
        "child": subject_of(link.child),
        "certain": link.certain,
        "action": "ADD",
        "position": None,
        "quantity": link.quantity,
        "uom": link.uom,
        "operation": "",
        "plant": place.plant,
    }
    return "link", _dated(record, place) | row


def _dated(record: AspectRecord, place: Place) -> dict[str, object]:
    """As if each aspect were a chain of its own: the hub took them in some order, only their times tell which."""
    return evidence(record, place) | {"chain": sha256(record.id.encode()).hex()[:32]}


def _aspect(record: AspectRecord) -> AnyAspect:
    kind = kind_of_model(record.model)
    if kind is None:
        raise ValueError(f"{record.model[:100]!r} is no aspect model that is known here")
    return content_of("".join(record.content), kind)


def _check_aspect(record: AspectRecord, _sender: Sender) -> str:
    try:
        aspect = _aspect(record)
        subject = subject_of(aspect.catena_x_id)
        times = times_of(aspect)
    except (ZhuoyueError, ValueError, msgspec.DecodeError) as error:
        return f"the aspect can't be read: {error}"
    if not all(map(is_storable, times)):
        return "a time is outside the years 2 to 9998"
    if subject != record.subject:
        return "the aspect is about something else than 'subject' says"
    if tagged(sha256("".join(record.content).encode())) != record.hash:
        return "the aspect is not the one that 'hash' names"
    return ""


CATENAX_CHECKS: dict[type[Record], Callable[[Any, Sender], str]] = {AspectRecord: _check_aspect}
