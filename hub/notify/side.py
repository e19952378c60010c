"""For which side of a notification somebody acts: an organisation for its own, the operator for either."""

from collections.abc import Collection
from typing import Annotated

from fastapi import Depends

from hub.accounts.asker import Scope
from hub.api.access import Acting, may
from hub.errors import EntryRefused
from hub.notify.act import canonical
from hub.notify.components import components_of
from hub.notify.read import find
from hub.parts import Hub
from traceability.record.notification import Side

Acts = Annotated[Acting, Depends(may(Scope.WRITE))]
"""Whoever may act in notifications."""
ReadersOnly = Depends(may(Scope.READ))
"""The admin token, or an organisation's token, which sees the notifications it is a party of."""


def hub_of_side(acting: Acting, seen: Hub, identity: str, side: Side) -> Hub:
    """The hub to act on; ``NotFound`` for a stranger as for an unknown id, ``ScopeMissing`` for the other side."""
    with seen.store.reading() as connection:
        stored, _ = find(connection, identity)
    acting.side_of(stored.content.sender if side is Side.SENDER else stored.content.receiver)
    return acting.hub


def check_named(acting: Acting, seen: Hub, identity: str, items: Collection[str]) -> None:
    """``EntryRefused`` when an organisation names an item of which it sees nothing that is in the notification."""
    if acting.asker.is_operator:
        return
    with seen.store.reading() as connection:
        stored, _ = find(connection, identity)
        told = {*stored.content.items, *components_of(connection, stored.content.items)}
    strange = set(canonical(items)) - told
    if strange:
        raise EntryRefused(
            f"{min(strange)[:200]} is not in what the notification names",
            where="items",
            advice="name items of the notification, or what you know to be in them",
        )
