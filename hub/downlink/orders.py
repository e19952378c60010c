"""What people enter for agents: holds for a plant's lines, and envelopes that a plant's own key signed.

Both are records of the hub's ledger; agents fetch them with the next batch for them.
"""

import re
from collections.abc import Sequence

from hub.entry.master import require_plant
from hub.entry.seal import Stamps, enter
from hub.errors import EntryRefused
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.ledger.authors import plant_of_author
from hub.store.ledger.batches import StoredBatch
from hub.store.mail.news import last_order
from traceability.downlink import addressed_to
from traceability.errors import IdentifierRefused
from traceability.identifier.item import ItemKind, parse_item
from traceability.record.base import Record
from traceability.record.downlink import PIECE, PIECES, HoldOrderRecord, PlantMessageRecord, plant_message_id
from traceability.record.production import HoldScope, HoldState

_PSEUDONYM = re.compile(r"[A-Za-z0-9._-]{1,60}")
_KINDS = {ItemKind.UNIT: HoldScope.UNIT, ItemKind.LOT: HoldScope.LOT}


def place_order(hub: Hub, target: str, *, plant: str | None, by: str, reason: str) -> str:
    """Order a hold on a unit or lot at a plant (None: every one); the id of the hold."""
    scope = _scope(target)
    _check_person(by, reason)
    name = f"hub-{hub.random_bytes(4).hex()}"

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        if plant is not None:
            require_plant(connection, plant, where="hold")
        return [
            HoldOrderRecord(
                id=name,
                plant=plant,
                scope=scope,
                target=target,
                state=HoldState.PLACED,
                by=by,
                reason=reason,
                **stamp(),
            )
        ]

    enter(hub, draft)
    return name


def release_order(hub: Hub, name: str, *, by: str, reason: str) -> StoredBatch | None:
    """Order the release of a hold; None when it was ordered already."""
    _check_person(by, reason)

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        order = last_order(connection, name)
        if order is None:
            raise EntryRefused(f"there is no hold {name[:80]!r}", where="hold", advice="use the id it was given")
        if order.state == HoldState.RELEASED:
            return []
        return [
            HoldOrderRecord(
                id=name,
                plant=order.plant,
                scope=HoldScope(order.scope),
                target=order.target,
                state=HoldState.RELEASED,
                by=by,
                reason=reason,
                **stamp(),
            )
        ]

    return enter(hub, draft)


def carry_message(hub: Hub, envelope: bytes) -> StoredBatch | None:
    """Take an envelope of a plant's key to the agent that it names; only that agent judges it."""
    message = addressed_to(envelope)
    text = envelope.decode()
    pieces = tuple(text[at : at + PIECE] for at in range(0, len(text), PIECE))
    if len(pieces) > PIECES:
        raise EntryRefused(f"the message has {len(text)} bytes, at most {PIECE * PIECES} are carried", where="message")

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        plant = plant_of_author(connection, message.recipient)
        if plant is None or plant != message.plant:
            raise EntryRefused(
                f"{message.recipient[:80]!r} is no agent of plant {message.plant[:80]!r}",
                where="message",
                advice="name the plant and the agent as the hub knows them",
            )
        name = plant_message_id(message.recipient, message.number)
        return [PlantMessageRecord(id=name, recipient=message.recipient, envelope=pieces, **stamp())]

    return enter(hub, draft)


def _scope(target: str) -> HoldScope:
    try:
        scope = _KINDS.get(parse_item(target).kind)
    except IdentifierRefused as error:
        raise EntryRefused(error.what, where="hold", advice="give the Digital Link of a unit or lot") from None
    if scope is None:
        raise EntryRefused(
            f"{target[:100]!r} is neither a unit nor a lot", where="hold", advice="give its Digital Link"
        )
    return scope


def is_pseudonym(text: str) -> bool:
    """Whether agents take this as who ordered something."""
    return _PSEUDONYM.fullmatch(text) is not None


def _check_person(by: str, reason: str) -> None:
    if not is_pseudonym(by):
        raise EntryRefused(
            f"{by[:80]!r} is no pseudonymous id", where="by", advice="letters, digits, '.', '_' and '-', at most 60"
        )
    if not reason.strip() or len(reason) > 1000:
        raise EntryRefused("a reason of at most 1000 characters is needed", where="reason", advice="say why")
