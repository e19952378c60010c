"""Links by which a supplier without the software answers: unguessable, ending by themselves, revocable.

The hub keeps the hash of a link's secret only. A guest acts as the receiver, under the pseudonymous id ``guest``.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from hub.errors import NotFound
from hub.notify.act import Actor, change, change_by
from hub.notify.read import find
from hub.notify.views import GuestLinkView, Made
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.mail.notifications import notification_of_secret
from traceability.encoding import sha256, tagged
from traceability.notification.fold import Notification
from traceability.record.notification import Change, GuestLink, GuestLinkRevoked, Side

GUEST = Actor(side=Side.RECEIVER, by="guest")
GUEST_PATH = "/guest/"
SECRET_BYTES = 24


def give_link(hub: Hub, identity: str, by: str, lasts: timedelta) -> GuestLinkView:
    """A new link for the receiver of a notification."""
    secret = hub.random_bytes(SECRET_BYTES).hex()
    expires = hub.clock() + lasts
    change(hub, identity, GuestLink(secret=_hash(secret), expires=expires), Actor(side=Side.SENDER, by=by))
    return GuestLinkView(path=GUEST_PATH + secret, expires=expires)


def revoke_links(hub: Hub, identity: str, by: str) -> list[Made]:
    """Take back every link of a notification."""
    with hub.store.reading() as connection:
        _, now = find(connection, identity)
    actor = Actor(side=Side.SENDER, by=by)
    return [change_by(hub, identity, _revoking(link.secret), actor) for link in now.guest_links]


def guest_notification(connection: Reading, secret: str, at: datetime) -> Notification:
    """What a guest may see and answer; ``NotFound`` says nothing about why the link does not count."""
    identity = notification_of_secret(connection, _hash(secret))
    if identity is not None:
        _, now = find(connection, identity)
        if any(link.secret == _hash(secret) and at < link.expires for link in now.guest_links):
            return now
    raise NotFound("this link does not count, or no more", advice="ask whoever sent it for another one")


def _revoking(secret: str) -> Callable[[Notification], Change]:
    return lambda _now: GuestLinkRevoked(secret=secret)


def _hash(secret: str) -> str:
    return tagged(sha256(secret.encode()))
