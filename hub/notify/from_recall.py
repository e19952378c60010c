"""The items that a notification made from a recall names.

A receiver is told only of what concerns it, unless the sender says otherwise: an item that was last sent to it, or that
it made. Nobody learns so what went to another customer.
"""

from collections.abc import Iterator
from enum import StrEnum

from hub.errors import EntryRefused
from hub.parts import Hub
from hub.recall.answer import affected_items, recalled_items
from hub.recall.desk import DETAILING, DONE, FAILED, RecallDesk
from hub.recall.views import Affected
from hub.store.trace.recall_acts import GIVEN_UP
from hub.store.trace.recalls import RecallRow
from traceability.identifier.item import ItemKind, parse_item
from traceability.record.notification import MAX_ITEMS

WAITS_S = 5.0
MOST_LOOKED_AT = 200_000
"""Affected items of which it is looked up whom they concern while somebody waits for the answer."""


class RecallItems(StrEnum):
    """Which of the affected items are named."""

    RECEIVERS = "receivers"
    ALL = "all"
    LOTS = "lots"


def items_of_recall(hub: Hub, recalls: RecallDesk, recall: str, receiver: str, which: RecallItems) -> list[str]:
    """Canonical identities, at most ``MAX_ITEMS``; ``EntryRefused`` says why there are none, or too many."""
    row = _reached(recalls, recall)
    if which is RecallItems.RECEIVERS and row.reached > MOST_LOOKED_AT:
        raise _refused(
            f"recall {recall} reached {row.reached} items, too many to look up whom each of them concerns",
            'ask for less, or name the lots among them with recall_items "lots"',
        )
    if which is RecallItems.ALL and row.reached > MAX_ITEMS:
        raise _too_many(recall, f"{row.reached}")
    found: list[str] = []
    for item in _wanted(hub, recalls, recall, receiver, which):
        if len(found) == MAX_ITEMS:
            raise _too_many(recall, f"more than {MAX_ITEMS}")
        found.append(item)
    if not found:
        nothing = {
            RecallItems.RECEIVERS: f"nothing that recall {recall} reached was last sent to {receiver!r}, or made by it",
            RecallItems.ALL: f"recall {recall} reached nothing",
            RecallItems.LOTS: f"there are no lots among what recall {recall} reached",
        }
        raise _refused(nothing[which], 'recall_items "all" names everything that was reached; items names some')
    return found


def _wanted(hub: Hub, recalls: RecallDesk, recall: str, receiver: str, which: RecallItems) -> Iterator[str]:
    if which is RecallItems.RECEIVERS:
        return (each.item for each in affected_items(hub, recalls, recall) if _concerns(each, receiver))
    items = recalled_items(hub, recalls, recall)
    return items if which is RecallItems.ALL else (item for item in items if parse_item(item).kind is ItemKind.LOT)


def _concerns(item: Affected, receiver: str) -> bool:
    made = item.organisation is not None and item.organisation.id == receiver
    return made or (bool(item.shipped) and item.shipped[-1].party.id == receiver)


def _reached(recalls: RecallDesk, recall: str) -> RecallRow:
    row = recalls.read(recall)
    if row.state not in (DETAILING, DONE, FAILED):
        recalls.wait(recall, WAITS_S)
        row = recalls.read(recall)
    if row.state == FAILED:
        raise _refused(f"recall {recall} failed: {row.problem}", "ask again")
    if row.state == GIVEN_UP:
        raise _refused(f"recall {recall} was given up before it was complete", "ask again")
    if row.state not in (DETAILING, DONE):
        raise _refused(f"recall {recall} is still being worked out", "try again when it is done")
    if row.truncated:
        raise _refused(f"recall {recall} was cut, there is more than it reached", "ask it with a higher limit or depth")
    return row


def _too_many(recall: str, count: str) -> EntryRefused:
    return _refused(
        f"recall {recall} has {count} items for it, at most {MAX_ITEMS} fit one notification",
        'name the lots among them with recall_items "lots", or ask narrower recalls and make several notifications',
    )


def _refused(what: str, advice: str) -> EntryRefused:
    return EntryRefused(what, where="from_recall", advice=advice)
