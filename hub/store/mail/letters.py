"""Contacts, and letters that wait. Writing a letter twice leaves one: its occasion is unique."""

from typing import Any

import msgspec
from sqlalchemy import Row, delete, insert, select, update

from hub.store.core.database import Reading, Writing
from hub.store.tables.every import meta
from hub.store.tables.notify import contact, letter, notification_change

_CURSOR = "letters_written_to"
WAITING, SENT, FAILED = "waiting", "sent", "failed"


class Contact(msgspec.Struct, frozen=True):
    """Where a company is told; an empty text: not this way."""

    organisation: str
    mail: str
    webhook: str


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be told at an address; times in microseconds since 1970 UTC."""

    id: int
    notification: str
    occasion: str
    channel: str
    address: str
    subject: str
    body: str
    state: str
    tries: int
    next_at: int
    problem: str
    written_at: int


def put_contact(connection: Writing, given: Contact) -> None:
    """In place of the one that was there."""
    connection.execute(delete(contact).where(contact.c.organisation == given.organisation))
    if given.mail or given.webhook:
        connection.execute(insert(contact), [msgspec.structs.asdict(given)])


def contact_of(connection: Reading, organisation: str) -> Contact | None:
    """Where a company is told."""
    row = connection.execute(select(contact).where(contact.c.organisation == organisation)).first()
    return None if row is None else Contact(row.organisation, row.mail, row.webhook)


def written_to(connection: Reading) -> int:
    """Up to which log position (exclusive) changes have become letters."""
    value = connection.execute(select(meta.c.value).where(meta.c.key == _CURSOR)).scalar_one_or_none()
    return 0 if value is None else int(value)


def changes_since(connection: Reading, log_index: int) -> list[tuple[int, str, str]]:
    """Log position, notification and name of every change sealed from there on, in the order of the log."""
    table = notification_change
    query = select(table.c.batch_id, table.c.id, table.c.change).where(table.c.batch_id >= log_index)
    return [
        (row.batch_id, row.id, row.change) for row in connection.execute(query.order_by(table.c.batch_id, table.c.line))
    ]


def write_letters(connection: Writing, letters: list[dict[str, Any]], up_to: int) -> None:
    """Put ``letters`` that are not there yet (by occasion) and remember how far changes were looked at."""
    for each in letters:
        known = connection.execute(select(letter.c.id).where(letter.c.occasion == each["occasion"])).first()
        if known is None:
            connection.execute(insert(letter), [each])
    connection.execute(delete(meta).where(meta.c.key == _CURSOR))
    connection.execute(insert(meta), [{"key": _CURSOR, "value": str(up_to)}])


def due_letters(connection: Reading, now: int, most: int) -> list[Letter]:
    """Letters whose time has come, the oldest first."""
    query = select(letter).where(letter.c.state == WAITING, letter.c.next_at <= now)
    return [_letter(row) for row in connection.execute(query.order_by(letter.c.id).limit(most))]


def letters_of(connection: Reading, notification: str) -> list[Letter]:
    """Every letter about a notification."""
    query = select(letter).where(letter.c.notification == notification)
    return [_letter(row) for row in connection.execute(query.order_by(letter.c.id))]


def note_outcome(connection: Writing, identity: int, *, state: str, tries: int, next_at: int, problem: str) -> None:
    """What became of an attempt to deliver."""
    values = {"state": state, "tries": tries, "next_at": next_at, "problem": problem}
    connection.execute(update(letter).where(letter.c.id == identity).values(**values))


def _letter(row: Row[Any]) -> Letter:
    return Letter(**row._mapping)  # noqa: SLF001 - SQLAlchemy's documented accessor
