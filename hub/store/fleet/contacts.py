"""When an agent last asked for what is new, and what it said of itself then. Not evidence."""

from typing import Any

import msgspec
from sqlalchemy import RowMapping, delete, insert, select

from hub.store.core.database import Reading, Writing
from hub.store.tables.fleet import agent_contact
from traceability.downlink import Heartbeat


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """Times in microseconds since 1970 UTC: ``at`` by the hub's clock, ``said_at`` as the agent signed it.

    ``instances`` are those before the present one, the newest last; ``clone_at`` is when one of them came back.
    """

    author: str
    at: int
    said_at: int
    instance: str
    instances: tuple[str, ...]
    clone_at: int | None
    heartbeat: Heartbeat


def find_contact(connection: Reading, author: str) -> Contact | None:
    """The last contact of an agent."""
    row = connection.execute(select(agent_contact).where(agent_contact.c.author == author)).mappings().one_or_none()
    return None if row is None else _contact(row)


def keep_contact(connection: Writing, contact: Contact) -> None:
    """Put it in the place of the one before."""
    connection.execute(delete(agent_contact).where(agent_contact.c.author == contact.author))
    row: dict[str, Any] = msgspec.to_builtins(contact)
    connection.execute(insert(agent_contact), [row])


def all_contacts(connection: Reading) -> dict[str, Contact]:
    """The last contact of every agent that ever asked."""
    rows = connection.execute(select(agent_contact)).mappings()
    return {row["author"]: _contact(row) for row in rows}


def _contact(row: RowMapping) -> Contact:
    return msgspec.convert({str(key): value for key, value in row.items()}, Contact)
