"""One-time tokens: made, used once, and what was answered then. The token itself is never kept, only its key's id."""

import msgspec
from sqlalchemy import delete, insert, select, update

from hub.store.core.database import Reading, Writing
from hub.store.tables.fleet import enrolment_token


class StoredToken(msgspec.Struct, frozen=True, kw_only=True):
    """Times in microseconds since 1970 UTC; ``public_key`` (base64) used it and was told ``answer``."""

    id: str
    author: str
    plant: str
    line: str
    replaces: int
    made_at: int
    expires_at: int
    used_at: int | None = None
    public_key: str | None = None
    answer: str | None = None


def insert_token(connection: Writing, token: StoredToken) -> None:
    """Keep a new token."""
    connection.execute(insert(enrolment_token), [msgspec.structs.asdict(token)])


def find_token(connection: Reading, token_id: str) -> StoredToken | None:
    """The token with that id."""
    row = connection.execute(select(enrolment_token).where(enrolment_token.c.id == token_id)).mappings().one_or_none()
    return None if row is None else StoredToken(**row)


def use_token(connection: Writing, token_id: str, *, public_key: str, answer: str, at: int) -> None:
    """Mark a token as used; it was not before."""
    connection.execute(
        update(enrolment_token)
        .where(enrolment_token.c.id == token_id, enrolment_token.c.used_at.is_(None))
        .values(used_at=at, public_key=public_key, answer=answer)
    )


def list_tokens(connection: Reading) -> list[StoredToken]:
    """Every token, the newest first."""
    query = select(enrolment_token).order_by(enrolment_token.c.made_at.desc(), enrolment_token.c.id)
    return [StoredToken(**row) for row in connection.execute(query).mappings()]


def forget_tokens(connection: Writing, author: str) -> None:
    """Tokens of an author that nobody used yet are used by nobody any more."""
    connection.execute(
        delete(enrolment_token).where(enrolment_token.c.author == author, enrolment_token.c.used_at.is_(None))
    )


def remove_token(connection: Writing, plant: str, token_id: str) -> bool:
    """Forget a token of a plant that nobody used; False when there is none."""
    unused = (enrolment_token.c.id == token_id, enrolment_token.c.plant == plant, enrolment_token.c.used_at.is_(None))
    return connection.execute(delete(enrolment_token).where(*unused)).rowcount > 0
