"""Whose key counts from which log position on, and which plants and organisations there are."""

from typing import NamedTuple

import msgspec
from sqlalchemy import Table, bindparam, func, select

from hub.store.core.database import Reading
from hub.store.core.quick import ask
from hub.store.tables.every import author_key, organisation, plant
from hub.store.tables.fleet import author_key_revoked
from traceability.encoding import from_base64


class KeyInForce(msgspec.Struct, frozen=True, kw_only=True):
    """The key of an author at a log position; ``plant`` is the author's, None for the hub itself."""

    author: str
    plant: str | None
    public_key: bytes
    environment: str


class Revocation(msgspec.Struct, frozen=True, kw_only=True):
    """No key of an author counts behind ``batch_id``, where ``reason`` was entered."""

    batch_id: int
    reason: str


class KeyState(NamedTuple):
    """Where the last key was entered, and the last one revoked; while both stay, every author's key does."""

    entered: int
    revoked: int


def key_state(connection: Reading) -> KeyState:
    """As of now."""
    row = ask(connection, _KEY_STATE)[0]
    return KeyState(entered=row[0], revoked=row[1])


def key_in_force(connection: Reading, author: str, position: int) -> KeyInForce | None:
    """The key by which a batch of ``author`` at log index ``position`` is verified: the last one entered before it.

    None when there is none, or when it was revoked before ``position`` and no new one was entered since.
    """
    if revocation_in_force(connection, author, position) is not None:
        return None
    return _last_key(connection, author, position)


def revocation_in_force(connection: Reading, author: str, position: int) -> Revocation | None:
    """The revocation that leaves ``author`` without a key at log index ``position``, if one does."""
    found = ask(connection, _REVOKED, {"author": author, "before": position})
    if not found:
        return None
    batch_id, reason = found[0]
    later = select(author_key.c.batch_id).where(
        author_key.c.id == author, author_key.c.batch_id < position, author_key.c.batch_id > batch_id
    )
    if connection.execute(later.limit(1)).one_or_none() is not None:
        return None
    return Revocation(batch_id=batch_id, reason=reason)


def places_of_keys(connection: Reading) -> frozenset[int]:
    """Log indexes of the batches that enter or revoke a key."""
    tables = (author_key, author_key_revoked)
    return frozenset(
        int(found) for each in tables for found in connection.execute(select(each.c.batch_id).distinct()).scalars()
    )


def plant_of_author(connection: Reading, author: str) -> str | None:
    """The plant an author belongs to, also when its key is revoked; None when it was never entered."""
    key = _last_key(connection, author, _END)
    return None if key is None else key.plant


def authors_revoked(connection: Reading) -> dict[str, str]:
    """Why, for each author that has no key now because it was revoked."""
    found = {}
    for author in connection.execute(select(author_key_revoked.c.id).distinct()).scalars():
        revoked = revocation_in_force(connection, author, _END)
        if revoked is not None:
            found[author] = revoked.reason
    return found


def _last_key(connection: Reading, author: str, position: int) -> KeyInForce | None:
    found = ask(connection, _LAST_KEY, {"author": author, "before": position})
    if not found:
        return None
    plant_id, public_key, environment = found[0]
    key = from_base64(public_key, f"public key of {author}")
    return KeyInForce(author=author, plant=plant_id, public_key=key, environment=environment)


def latest_organisation(connection: Reading, organisation_id: str) -> tuple[str, str] | None:
    """Name and Chinese name of an organisation as entered last."""
    row = _latest(connection, organisation, organisation_id)
    return None if row is None else (row["name"], row["name_zh"])


def latest_plant(connection: Reading, plant_id: str) -> tuple[str, str, str, str] | None:
    """Organisation, name, Chinese name and time zone of a plant as entered last."""
    row = _latest(connection, plant, plant_id)
    return None if row is None else (row["organisation"], row["name"], row["name_zh"], row["time_zone"])


_END = 2**62


def _latest(connection: Reading, table: Table, row_id: str) -> dict[str, str] | None:
    query = select(table).where(table.c.id == row_id).order_by(table.c.batch_id.desc(), table.c.line.desc()).limit(1)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else dict(row)


# made once: they are asked for every batch
_KEY_STATE = select(
    *(
        func.coalesce(select(func.max(table.c.batch_id)).scalar_subquery(), -1)
        for table in (author_key, author_key_revoked)
    )
)
_REVOKED = (
    select(author_key_revoked.c.batch_id, author_key_revoked.c.reason)
    .where(author_key_revoked.c.id == bindparam("author"), author_key_revoked.c.batch_id < bindparam("before"))
    .order_by(author_key_revoked.c.batch_id.desc())
    .limit(1)
)
_LAST_KEY = (
    select(author_key.c.plant, author_key.c.public_key, author_key.c.environment)
    .where(author_key.c.id == bindparam("author"), author_key.c.batch_id < bindparam("before"))
    .order_by(author_key.c.batch_id.desc(), author_key.c.line.desc())
    .limit(1)
)
