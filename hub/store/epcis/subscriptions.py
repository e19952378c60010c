"""Named queries, and who wants to be told of their answers."""

from typing import Any

import msgspec
from sqlalchemy import Row, delete, func, insert, select, update

from hub.store.core.database import Reading, Writing
from hub.store.tables.epcis import epcis_query, epcis_subscription

ACTIVE, FAILED = "active", "failed"


class NamedQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A query by its name; ``query`` is JSON as it was given. Times in microseconds since 1970 UTC."""

    name: str
    query: str
    created_at: int


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """Where the answers of a query go; ``cursor`` is the place of the log up to which they went."""

    id: str
    query: str
    dest: str
    signature_token: str | None
    report_if_empty: bool
    stream: bool
    schedule: dict[str, str] | None
    initial_record_time: str | None
    created_at: int
    cursor: int
    next_at: int
    tries: int = 0
    failing_since: int | None = None
    last_notified_at: int | None = None
    state: str = ACTIVE
    problem: str = ""


def add_query(connection: Writing, query: NamedQuery) -> bool:
    """Keep a query; False when there is one of this name."""
    if query_of(connection, query.name) is not None:
        return False
    connection.execute(insert(epcis_query), [msgspec.structs.asdict(query)])
    return True


def query_of(connection: Reading, name: str) -> NamedQuery | None:
    """A query by its name."""
    row = connection.execute(select(epcis_query).where(epcis_query.c.name == name)).one_or_none()
    return None if row is None else _query(row)


def queries_after(connection: Reading, name: str, most: int) -> list[NamedQuery]:
    """Queries in the order of their names, behind ``name``."""
    query = select(epcis_query).where(epcis_query.c.name > name).order_by(epcis_query.c.name).limit(most)
    return [_query(row) for row in connection.execute(query)]


def count_of(connection: Reading) -> tuple[int, int]:
    """How many queries and subscriptions there are."""
    queries = connection.execute(select(func.count()).select_from(epcis_query)).scalar_one()
    subscriptions = connection.execute(select(func.count()).select_from(epcis_subscription)).scalar_one()
    return int(queries), int(subscriptions)


def remove_query(connection: Writing, name: str) -> bool:
    """Remove a query and its subscriptions; False when there is none."""
    connection.execute(delete(epcis_subscription).where(epcis_subscription.c.query == name))
    return connection.execute(delete(epcis_query).where(epcis_query.c.name == name)).rowcount > 0


def add_subscription(connection: Writing, subscription: Subscription) -> None:
    """Keep a new subscription."""
    connection.execute(insert(epcis_subscription), [msgspec.structs.asdict(subscription)])


def put_subscription(connection: Writing, subscription: Subscription) -> None:
    """Write what has become of a subscription, unless it was removed."""
    fields = msgspec.structs.asdict(subscription)
    name = fields.pop("id")
    connection.execute(update(epcis_subscription).where(epcis_subscription.c.id == name).values(**fields))


def subscription_of(connection: Reading, query: str, subscription_id: str) -> Subscription | None:
    """A subscription of a query."""
    table = epcis_subscription
    found = select(table).where(table.c.id == subscription_id, table.c.query == query)
    row = connection.execute(found).one_or_none()
    return None if row is None else _subscription(row)


def subscriptions_after(connection: Reading, query: str, name: str, most: int) -> list[Subscription]:
    """Subscriptions of a query in the order of their ids, behind ``name``."""
    table = epcis_subscription
    found = select(table).where(table.c.query == query, table.c.id > name).order_by(table.c.id).limit(most)
    return [_subscription(row) for row in connection.execute(found)]


def due_subscriptions(connection: Reading, now: int, most: int) -> list[Subscription]:
    """Subscriptions whose time has come, the longest waiting first."""
    table = epcis_subscription
    due = select(table).where(table.c.state == ACTIVE, table.c.next_at <= now).order_by(table.c.next_at).limit(most)
    return [_subscription(row) for row in connection.execute(due)]


def remove_subscription(connection: Writing, query: str, subscription_id: str) -> bool:
    """Remove a subscription; False when there is none."""
    table = epcis_subscription
    gone = delete(table).where(table.c.id == subscription_id, table.c.query == query)
    return connection.execute(gone).rowcount > 0


def _query(row: Row[Any]) -> NamedQuery:
    return NamedQuery(name=row.name, query=row.query, created_at=row.created_at)


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(**{name: getattr(row, name) for name in Subscription.__struct_fields__})
