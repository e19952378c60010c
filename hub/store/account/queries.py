"""Tokens of organisations; of the token itself only the hash is here."""

import msgspec
from sqlalchemy import insert, select, update

from hub.store.core.database import Reading, Writing
from hub.store.tables.every import organisation_token


class StoredToken(msgspec.Struct, frozen=True, kw_only=True):
    """Times in microseconds since 1970 UTC."""

    id: str
    hash: str
    organisation: str
    scopes: list[str]
    note: str
    made_at: int
    expires_at: int
    revoked_at: int | None = None


def add_token(connection: Writing, token: StoredToken) -> None:
    """Keep a new token."""
    row = msgspec.structs.asdict(token) | {"scopes": [str(scope) for scope in token.scopes]}
    connection.execute(insert(organisation_token), [row])


def token_by_hash(connection: Reading, hashed: str) -> StoredToken | None:
    """The token with that hash."""
    query = select(organisation_token).where(organisation_token.c.hash == hashed)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else StoredToken(**row)


def tokens_of(connection: Reading, organisation: str) -> list[StoredToken]:
    """The tokens of one organisation, the latest first."""
    query = select(organisation_token).where(organisation_token.c.organisation == organisation)
    ordered = query.order_by(organisation_token.c.made_at.desc(), organisation_token.c.id)
    return [StoredToken(**row) for row in connection.execute(ordered).mappings()]


def end_token(connection: Writing, identity: str, at: int) -> bool:
    """Note from when on a token is good for nothing; the first time stays. False when there is none."""
    query = select(organisation_token.c.id).where(organisation_token.c.id == identity)
    if connection.execute(query).scalar_one_or_none() is None:
        return False
    connection.execute(
        update(organisation_token)
        .where(organisation_token.c.id == identity, organisation_token.c.revoked_at.is_(None))
        .values(revoked_at=at)
    )
    return True
