"""What can't be taken of names, shipments and corrections: see ``objection``."""

from collections.abc import Callable
from typing import Any

from hub.projection.sender import Sender
from hub.settings import HUB_AUTHOR
from traceability.errors import ZhuoyueError
from traceability.identifier.alias import alias_name
from traceability.identifier.foreign_name import is_foreign_name
from traceability.identifier.item import ItemKind, parse_item, read_identity
from traceability.identifier.private import is_uuid
from traceability.record.base import Record
from traceability.record.correction import CorrectionRecord
from traceability.record.identity import AliasRecord, ReidentificationRecord
from traceability.record.logistics import PackingRecord, ShipmentRecord, ShippedItem

_GOODS = (ItemKind.UNIT, ItemKind.LOT, ItemKind.LOGISTIC_UNIT, ItemKind.RETURNABLE_ASSET)
_CONTAINERS = (ItemKind.LOGISTIC_UNIT, ItemKind.RETURNABLE_ASSET, ItemKind.ASSET)


def _check_alias(record: AliasRecord, _sender: Sender) -> str:
    return _same_thing(record.one, record.other)


def _check_reidentification(record: ReidentificationRecord, _sender: Sender) -> str:
    return _same_thing(record.before, record.after)


def _same_thing(one: str, other: str) -> str:
    try:
        names = (alias_name(one), alias_name(other))
    except ZhuoyueError as error:
        return str(error.what)
    if names[0] == names[1]:
        return "the two names are one name"
    items = [read_identity(name) for name in names if not is_foreign_name(name)]
    kinds = {item.kind for item in items if not is_uuid(item)}
    return f"a {' and a '.join(sorted(kinds))} can't be one thing" if len(kinds) > 1 else ""


def _check_shipment(record: ShipmentRecord, _sender: Sender) -> str:
    return _no_goods(record.items)


def _check_packing(record: PackingRecord, _sender: Sender) -> str:
    return not_one_of(record.container, _CONTAINERS) or _no_goods(record.items)


def _no_goods(items: tuple[ShippedItem, ...]) -> str:
    for item in items:
        fault = not_one_of(item.item, _GOODS)
        if not fault and item.inside is not None:
            fault = not_one_of(item.inside, _CONTAINERS)
        if fault:
            return fault
    return "" if items else "names no item"


def _check_correction(record: CorrectionRecord, sender: Sender) -> str:
    target = record.target
    if (target.chain is None) != (target.seq is None) or (target.seq is None) == (target.record is None):
        return "the target needs a chain with a seq, or a record id, and not both"
    if record.on_behalf_of is not None and sender.author != HUB_AUTHOR:
        return "only the hub corrects on behalf of others"
    return ""


def not_one_of(text: str, kinds: tuple[ItemKind, ...]) -> str:
    """Why ``text`` is no canonical identity of one of ``kinds``, or an empty text."""
    try:
        item = parse_item(text)
    except ZhuoyueError as error:
        return f"{text[:100]!r} identifies no item: {error.what}"
    return "" if item.kind in kinds else f"{text[:100]!r} is a {item.kind}, expected a {' or a '.join(kinds)}"


TRACE_CHECKS: dict[type[Record], Callable[[Any, Sender], str]] = {
    AliasRecord: _check_alias,
    ReidentificationRecord: _check_reidentification,
    ShipmentRecord: _check_shipment,
    PackingRecord: _check_packing,
    CorrectionRecord: _check_correction,
}
