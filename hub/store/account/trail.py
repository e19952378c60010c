"""What happened to accounts, failures in a row, and errands to identity providers."""

from typing import Any

import msgspec
from sqlalchemy import delete, func, insert, or_, select

from hub.store.core.database import Reading, Writing
from hub.store.tables.account import account_errand, account_event, account_failure, identity_provider


class StoredEvent(msgspec.Struct, frozen=True, kw_only=True):
    """``account`` is whom it is about, ``by`` who did it: an account or "operator"."""

    at: int
    kind: str
    account: str
    organisation: str
    by: str
    address: str
    detail: dict[str, str]
    number: int = 0


class StoredFailure(msgspec.Struct, frozen=True, kw_only=True):
    """``count`` failures in a row of ``key``, the last at ``last_at``; nothing is tried before ``until``."""

    key: str
    count: int
    until: int
    last_at: int


class StoredErrand(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody was sent to an identity provider and shall come back with the state of this hash."""

    hash: str
    nonce: str
    verifier: str
    goal: str
    back: str
    expires_at: int


class StoredProvider(msgspec.Struct, frozen=True, kw_only=True):
    """An identity provider; ``secret`` is sealed, ``role`` None when nobody is added by signing in."""

    issuer: str
    client: str
    secret: str | None
    label: str
    claim: str
    organisation: str
    role: str | None


def add_event(connection: Writing, event: StoredEvent) -> None:
    """Put an event at the end of the trail."""
    row = {name: value for name, value in msgspec.structs.asdict(event).items() if name != "number"}
    connection.execute(insert(account_event), [row])


def events_of(connection: Reading, organisation: str | None, before: int | None, limit: int) -> list[StoredEvent]:
    """The latest events of one organisation (of all if None) with a number below ``before``."""
    query = select(account_event).order_by(account_event.c.number.desc()).limit(limit)
    if organisation is not None:
        query = query.where(account_event.c.organisation == organisation)
    if before is not None:
        query = query.where(account_event.c.number < before)
    return [StoredEvent(**row) for row in connection.execute(query).mappings()]


def events_about(connection: Reading, identity: str, limit: int) -> list[StoredEvent]:
    """The latest events about one account, or done by it."""
    mine = or_(account_event.c.account == identity, account_event.c.by == identity)
    query = select(account_event).where(mine).order_by(account_event.c.number.desc()).limit(limit)
    return [StoredEvent(**row) for row in connection.execute(query).mappings()]


def failure_of(connection: Reading, key: str) -> StoredFailure | None:
    """The failures in a row of ``key``."""
    row = connection.execute(select(account_failure).where(account_failure.c.key == key)).mappings().one_or_none()
    return None if row is None else StoredFailure(**row)


def put_failure(connection: Writing, failure: StoredFailure) -> None:
    """In place of what was known of its key."""
    forget_failures(connection, failure.key)
    connection.execute(insert(account_failure), [msgspec.structs.asdict(failure)])


def forget_failures(connection: Writing, key: str) -> None:
    """Begin to count anew."""
    connection.execute(delete(account_failure).where(account_failure.c.key == key))


def drop_old_failures(connection: Writing, before: int) -> None:
    """Forget the keys whose last failure was before ``before``."""
    connection.execute(delete(account_failure).where(account_failure.c.last_at < before))


def put_errand(connection: Writing, errand: StoredErrand, now: int, most: int) -> bool:
    """Keep an errand; those that are over are forgotten. False when ``most`` are under way."""
    connection.execute(delete(account_errand).where(account_errand.c.expires_at <= now))
    if int(connection.execute(select(func.count()).select_from(account_errand)).scalar_one()) >= most:
        return False
    connection.execute(insert(account_errand), [msgspec.structs.asdict(errand)])
    return True


def take_errand(connection: Writing, hashed: str) -> StoredErrand | None:
    """The errand with that hash; it is not taken twice."""
    row = connection.execute(select(account_errand).where(account_errand.c.hash == hashed)).mappings().one_or_none()
    connection.execute(delete(account_errand).where(account_errand.c.hash == hashed))
    return None if row is None else StoredErrand(**row)


def put_provider(connection: Writing, provider: StoredProvider) -> None:
    """The one identity provider, in place of an earlier one."""
    drop_provider(connection)
    connection.execute(insert(identity_provider), [msgspec.structs.asdict(provider)])


def drop_provider(connection: Writing) -> None:
    """Nobody signs in by an identity provider any more."""
    connection.execute(delete(identity_provider))


def the_provider(connection: Reading) -> StoredProvider | None:
    """The identity provider, where there is one."""
    row: Any = connection.execute(select(identity_provider)).mappings().first()
    return None if row is None else StoredProvider(**row)
