"""When agents were last heard of: a question for news counts as much as a batch. A fixed number of statements."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from hub.settings import HUB_AUTHOR
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.fleet.contacts import Contact
from hub.store.ledger.heads import last_of_authors
from hub.store.master.queries import AuthorEntry, Master

LATE = timedelta(minutes=5)
"""An agent asks every 25 seconds; after so long it is late."""


def agent_entries(master: Master) -> list[AuthorEntry]:
    """Every author but the hub itself, by id."""
    return [entry for author, entry in sorted(master.authors.items()) if author != HUB_AUTHOR]


def last_heard(
    connection: Reading, master: Master, contacts: Mapping[str, Contact], now: datetime
) -> dict[str, datetime]:
    """By agent; those never heard of are missing. Batches are looked up only of those that have not asked lately."""
    named = [entry.author for entry in agent_entries(master)]
    asked = {author: from_micros(contacts[author].at) for author in named if author in contacts}
    quiet = [author for author in named if author not in asked or now - asked[author] > LATE]
    sent = last_of_authors(connection, quiet)
    return asked | {author: max(at, asked.get(author, at)) for author, at in sent.items()}
