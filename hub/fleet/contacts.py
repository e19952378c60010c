"""What an agent says of itself beside its batches: when it last asked for news, how it does, whether its key counts."""

from datetime import datetime

import msgspec

from hub.fleet.freshness import FreshnessLimits, freshness
from hub.fleet.views import AgentView
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.fleet.contacts import Contact, all_contacts
from hub.store.ledger.authors import authors_revoked


class Contacts(msgspec.Struct, frozen=True):
    """Contacts and reasons of revocations, by author."""

    by_author: dict[str, Contact]
    revoked: dict[str, str]

    def beside(self, view: AgentView, now: datetime, limits: FreshnessLimits) -> AgentView:
        """The view with contact, heartbeat and freshness; a question counts as much as a batch."""
        contact = self.by_author.get(view.author)
        heard = [view.last_contact, None if contact is None else from_micros(contact.at)]
        last = max((time for time in heard if time is not None), default=None)
        return msgspec.structs.replace(
            view,
            last_heard=last,
            heartbeat=None if contact is None else contact.heartbeat,
            clone_at=None if contact is None or contact.clone_at is None else from_micros(contact.clone_at),
            revoked=self.revoked.get(view.author),
            freshness=freshness(last, now, limits),
        )


def read_contacts(connection: Reading) -> Contacts:
    """Of every agent."""
    return Contacts(all_contacts(connection), authors_revoked(connection))
