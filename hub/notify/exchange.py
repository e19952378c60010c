"""A notification as a signed file, from hub to hub: partners may run hubs of their own.

The file is a DSSE envelope over the content and every change, signed by the hub that wrote it. Taken in at another hub
the same content has the same hash; changes known there already are left as they are. So both sides can go on changing
and send each other files in any order, and end with the same notification.

A partner speaks for its own company only: what is new in its file must be of that company's side, and a notification
that is new here must be one that it sends.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from hub.entry.seal import Stamps, enter
from hub.errors import EntryRefused
from hub.notify.act import require_organisation
from hub.notify.read import find
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.core.instant import is_storable
from hub.store.mail.notifications import stored_changes, stored_notification
from traceability.notification.content import NotificationRefused, check_content, content_hash
from traceability.record.base import Id, Instant, Record
from traceability.record.notification import (
    Change,
    NotificationChangeRecord,
    NotificationContent,
    NotificationRecord,
    Side,
)
from traceability.signing import read_envelope, seal_envelope, verified_payload

NOTIFICATION_TYPE = "application/vnd.zhuoyue.notification+json"
MAX_CHANGES = 10_000


class CarriedChange(msgspec.Struct, frozen=True, kw_only=True):
    """A change as it travels."""

    change: Id
    after: Annotated[tuple[Id, ...], msgspec.Meta(max_length=64)]
    side: Side
    by: Id
    made_at: Instant
    content: Change


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """A notification as it travels."""

    id: Id
    by: Id
    content: NotificationContent
    changes: Annotated[tuple[CarriedChange, ...], msgspec.Meta(max_length=MAX_CHANGES)]


def write_file(connection: Reading, hub: Hub, identity: str) -> bytes:
    """The file of a notification, one line."""
    stored, _ = find(connection, identity)
    changes = sorted(
        stored_changes(connection, [identity])[identity], key=lambda change: (change.made_at, change.change)
    )
    carried = Carried(
        id=identity,
        by=stored.by,
        content=stored.content,
        changes=tuple(
            CarriedChange(
                change=change.change,
                after=change.after,
                side=change.side,
                by=change.by,
                made_at=change.made_at,
                content=change.content,
            )
            for change in changes
        ),
    )
    return seal_envelope(msgspec.json.encode(carried), NOTIFICATION_TYPE, hub.signer)


def take_in(hub: Hub, line: bytes, *, partner: str, partner_key: bytes) -> tuple[str, int]:
    """Take a file signed by the hub of company ``partner``; the notification's id and how many changes were new.

    ``SignatureRefused``, ``Malformed`` or ``EntryRefused`` (another content under the same id, unknown companies).
    """
    payload = verified_payload(read_envelope(line), NOTIFICATION_TYPE, partner_key)
    try:
        carried = msgspec.json.decode(payload, type=Carried)
        check_content(carried.content)
    except (msgspec.DecodeError, NotificationRefused) as error:
        raise EntryRefused(f"not a notification: {error}", where="file") from None
    new = 0

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        nonlocal new
        side = _side_of(partner, carried)
        records = _opening(connection, carried, side, stamp)
        known = {change.change for change in stored_changes(connection, [carried.id])[carried.id]}
        fresh = [change for change in carried.changes if change.change not in known]
        _refuse_others_words(fresh, side, partner)
        new = len(fresh)
        return records + [_taken(carried.id, change, stamp) for change in fresh]

    enter(hub, draft)
    return carried.id, new


def _side_of(partner: str, carried: Carried) -> Side:
    sides = {carried.content.sender: Side.SENDER, carried.content.receiver: Side.RECEIVER}
    if partner not in sides:
        raise EntryRefused(
            f"{partner!r} neither sent nor received it", where=carried.id, advice="name the right partner"
        )
    return sides[partner]


def _refuse_others_words(fresh: Sequence[CarriedChange], side: Side, partner: str) -> None:
    for change in fresh:
        if change.side is not side:
            raise EntryRefused(
                f"the file holds what only the {change.side} can have done, and {partner} is the {side}",
                where=f"change {change.change}",
                advice="nothing was taken; ask the partner where it comes from",
            )


def _opening(connection: Reading, carried: Carried, side: Side, stamp: Stamps) -> list[Record]:
    stored = stored_notification(connection, carried.id)
    if stored is not None:
        if stored.content_hash != content_hash(carried.content):
            raise EntryRefused(
                "this hub holds another content under the same id", where=carried.id,
                advice="ask the partner which of the two was sent; nothing was changed",
            )  # fmt: skip
        return []
    if side is not Side.SENDER:
        raise EntryRefused(
            "this hub has never sent this notification", where=carried.id, advice="ask the partner where it has it from"
        )
    for organisation in (carried.content.sender, carried.content.receiver):
        require_organisation(connection, organisation)
    return [NotificationRecord(id=carried.id, content=carried.content, by=carried.by, **stamp())]


def _taken(identity: str, change: CarriedChange, stamp: Stamps) -> Record:
    if not is_storable(change.made_at):
        raise EntryRefused("'made_at' is outside the years 2 to 9998", where=f"change {change.change}")
    return NotificationChangeRecord(id=identity, **msgspec.structs.asdict(change), **stamp())
