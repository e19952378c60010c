"""Subscriptions to alarms, the messages that wait for them, and saved views."""

from typing import Any

import msgspec
from sqlalchemy import Row, delete, func, insert, select, update

from hub.store.core.database import Reading, Writing
from hub.store.mail.alarms import StoredAlarm, stored_alarm
from hub.store.tables.alarm import alarm
from hub.store.tables.subscription import alarm_message, alarm_subscription, saved_view

WAITING, SENT, FAILED = "waiting", "sent", "failed"


class StoredSubscription(msgspec.Struct, frozen=True, kw_only=True):
    """A row of ``alarm_subscription``; times in microseconds since 1970 UTC."""

    id: str
    owner: str
    person: str
    plants: list[str]
    kinds: list[str]
    channel: str
    address: str
    made_at: int
    cursor: int


class StoredMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A row of ``alarm_message``."""

    id: int
    subscription: str
    occasion: str
    alarms: int
    subject: str
    body: str
    state: str
    tries: int
    next_at: int
    problem: str
    written_at: int


class StoredView(msgspec.Struct, frozen=True, kw_only=True):
    """A row of ``saved_view``."""

    id: str
    owner: str
    person: str
    name: str
    address: str
    made_at: int


def add_subscription(connection: Writing, given: StoredSubscription) -> None:
    """Keep a new one."""
    connection.execute(insert(alarm_subscription), [msgspec.structs.asdict(given)])


def subscriptions(connection: Reading, owner: str | None = None) -> list[StoredSubscription]:
    """Those of an owner (None: every one), the latest first."""
    query = select(alarm_subscription).order_by(alarm_subscription.c.made_at.desc(), alarm_subscription.c.id)
    if owner is not None:
        query = query.where(alarm_subscription.c.owner == owner)
    return [StoredSubscription(**row) for row in connection.execute(query).mappings()]


def subscription_by_id(connection: Reading, identity: str) -> StoredSubscription | None:
    """The subscription of that id."""
    query = select(alarm_subscription).where(alarm_subscription.c.id == identity)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else StoredSubscription(**row)


def remove_subscription(connection: Writing, identity: str) -> None:
    """Forget it, and what was sent for it."""
    connection.execute(delete(alarm_message).where(alarm_message.c.subscription == identity))
    connection.execute(delete(alarm_subscription).where(alarm_subscription.c.id == identity))


def move_cursor(connection: Writing, identity: str, cursor: int) -> None:
    """Alarms before ``cursor`` have been told."""
    table = alarm_subscription
    connection.execute(update(table).where(table.c.id == identity).values(cursor=cursor))


def new_alarms(
    connection: Reading, places: tuple[int, int], plants: list[str], kinds: list[str], most: int
) -> tuple[int, list[StoredAlarm]]:
    """Alarms sealed at log positions ``places`` (the second one excluded): how many, and the first ``most`` of them."""
    wanted = [alarm.c.batch_id >= places[0], alarm.c.batch_id < places[1]]
    if plants:
        wanted.append(alarm.c.plant.in_(plants))
    if kinds:
        wanted.append(alarm.c.warns_of.in_(kinds))
    number = connection.execute(select(func.count()).select_from(alarm).where(*wanted)).scalar_one()
    query = select(alarm).where(*wanted).order_by(alarm.c.batch_id, alarm.c.line).limit(most)
    return int(number), [stored_alarm(row) for row in connection.execute(query)] if number else []


def write_message(connection: Writing, **fields: Any) -> None:
    """Let a message wait; one of the same occasion is written once."""
    known = select(alarm_message.c.id).where(alarm_message.c.occasion == fields["occasion"])
    if connection.execute(known).first() is None:
        connection.execute(insert(alarm_message), [{"state": WAITING, "tries": 0, "problem": "", **fields}])


def due_messages(connection: Reading, now: int, most: int) -> list[StoredMessage]:
    """Messages whose time has come, the oldest first."""
    table = alarm_message
    query = select(table).where(table.c.state == WAITING, table.c.next_at <= now).order_by(table.c.id).limit(most)
    return [_message(row) for row in connection.execute(query)]


def messages_of(connection: Reading, identities: list[str], most: int) -> list[StoredMessage]:
    """The latest messages of some subscriptions."""
    table = alarm_message
    query = select(table).where(table.c.subscription.in_(identities)).order_by(table.c.id.desc()).limit(most)
    return [_message(row) for row in connection.execute(query)]


def note_attempt(connection: Writing, identity: int, *, state: str, tries: int, next_at: int, problem: str) -> None:
    """What became of an attempt to deliver."""
    values = {"state": state, "tries": tries, "next_at": next_at, "problem": problem}
    connection.execute(update(alarm_message).where(alarm_message.c.id == identity).values(**values))


def try_again(connection: Writing, subscription: str, now: int) -> int:
    """Let every message of a subscription that was not delivered wait anew; how many there are."""
    table = alarm_message
    late = (table.c.subscription == subscription, table.c.state != SENT)
    values = {"state": WAITING, "next_at": now, "written_at": now}
    return int(connection.execute(update(table).where(*late).values(**values)).rowcount)


def forget_messages(connection: Writing, before: int) -> None:
    """Remove messages written before a time that wait no more."""
    table = alarm_message
    connection.execute(delete(table).where(table.c.state != WAITING, table.c.written_at < before))


def add_view(connection: Writing, given: StoredView) -> None:
    """Keep a view."""
    connection.execute(insert(saved_view), [msgspec.structs.asdict(given)])


def views_of(connection: Reading, owner: str, person: str) -> list[StoredView]:
    """The views of a reader, by name."""
    query = select(saved_view).where(saved_view.c.owner == owner, saved_view.c.person == person)
    return [StoredView(**row) for row in connection.execute(query.order_by(saved_view.c.name)).mappings()]


def remove_view(connection: Writing, identity: str, owner: str, person: str) -> bool:
    """Forget a view of this reader; False when there is none."""
    own = (saved_view.c.id == identity, saved_view.c.owner == owner, saved_view.c.person == person)
    return connection.execute(delete(saved_view).where(*own)).rowcount > 0


def _message(row: Row[Any]) -> StoredMessage:
    return StoredMessage(**row._mapping)  # noqa: SLF001 - SQLAlchemy's documented accessor
