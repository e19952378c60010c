"""Sessions and tokens of accounts: of what opens a door only the hash is here."""

import msgspec
from sqlalchemy import delete, insert, select, update

from hub.store.core.database import Reading, Writing
from hub.store.tables.account import account_session, account_token, token_use


class StoredSession(msgspec.Struct, frozen=True, kw_only=True):
    """Times in microseconds since 1970 UTC; ``complete`` once every factor was shown."""

    hash: str
    id: str
    account: str
    complete: bool
    made_at: int
    seen_at: int
    expires_at: int
    address: str
    browser: str


class StoredAccountToken(msgspec.Struct, frozen=True, kw_only=True):
    """A token by which programs ask in the name of an account."""

    id: str
    hash: str
    account: str
    scopes: list[str]
    note: str
    made_at: int
    expires_at: int
    revoked_at: int | None = None


def add_session(connection: Writing, session: StoredSession) -> None:
    """Keep a new session."""
    connection.execute(insert(account_session), [msgspec.structs.asdict(session)])


def session_by_hash(connection: Reading, hashed: str) -> StoredSession | None:
    """The session with that hash."""
    row = connection.execute(select(account_session).where(account_session.c.hash == hashed)).mappings().one_or_none()
    return None if row is None else StoredSession(**row)


def sessions_of(connection: Reading, identity: str, now: int) -> list[StoredSession]:
    """The sessions of an account that are not over, the latest first."""
    query = (
        select(account_session)
        .where(account_session.c.account == identity, account_session.c.expires_at > now)
        .order_by(account_session.c.made_at.desc(), account_session.c.id)
    )
    return [StoredSession(**row) for row in connection.execute(query).mappings()]


def note_seen(connection: Writing, hashed: str, at: int) -> None:
    """A session was used."""
    connection.execute(update(account_session).where(account_session.c.hash == hashed).values(seen_at=at))


def end_session(connection: Writing, identity: str, session: str) -> bool:
    """End one session of an account, by its id; False when it has none of that id."""
    mine = (account_session.c.account == identity, account_session.c.id == session)
    if connection.execute(select(account_session.c.id).where(*mine)).scalar_one_or_none() is None:
        return False
    connection.execute(delete(account_session).where(*mine))
    return True


def end_session_by_hash(connection: Writing, hashed: str) -> None:
    """End the session with that hash, if there is one."""
    connection.execute(delete(account_session).where(account_session.c.hash == hashed))


def end_sessions_of(connection: Writing, identity: str, but: str = "") -> None:
    """End every session of an account, but the one with the hash ``but``."""
    connection.execute(
        delete(account_session).where(account_session.c.account == identity, account_session.c.hash != but)
    )


def end_every_session(connection: Writing) -> None:
    """Nobody is signed in any more."""
    connection.execute(delete(account_session))


def drop_old_sessions(connection: Writing, now: int) -> None:
    """Forget the sessions that are over."""
    connection.execute(delete(account_session).where(account_session.c.expires_at <= now))


def add_account_token(connection: Writing, token: StoredAccountToken) -> None:
    """Keep a new token."""
    connection.execute(insert(account_token), [msgspec.structs.asdict(token)])


def account_token_by_hash(connection: Reading, hashed: str) -> StoredAccountToken | None:
    """The token with that hash."""
    row = connection.execute(select(account_token).where(account_token.c.hash == hashed)).mappings().one_or_none()
    return None if row is None else StoredAccountToken(**row)


def account_tokens_of(connection: Reading, identity: str) -> list[StoredAccountToken]:
    """The tokens of an account, the latest first."""
    query = select(account_token).where(account_token.c.account == identity)
    ordered = query.order_by(account_token.c.made_at.desc(), account_token.c.id)
    return [StoredAccountToken(**row) for row in connection.execute(ordered).mappings()]


def end_account_token(connection: Writing, identity: str, token: str, at: int) -> bool:
    """Note from when on a token of an account is good for nothing; False when it has none of that id."""
    mine = (account_token.c.account == identity, account_token.c.id == token)
    if connection.execute(select(account_token.c.id).where(*mine)).scalar_one_or_none() is None:
        return False
    connection.execute(update(account_token).where(*mine, account_token.c.revoked_at.is_(None)).values(revoked_at=at))
    return True


def last_uses(connection: Reading, tokens: list[str]) -> dict[str, int]:
    """When tokens were used last; those that never were are missing."""
    query = select(token_use).where(token_use.c.token.in_(tokens))
    return {row.token: row.used_at for row in connection.execute(query)}


def note_use(connection: Writing, token: str, at: int) -> None:
    """A token was used."""
    done = connection.execute(update(token_use).where(token_use.c.token == token).values(used_at=at))
    if not done.rowcount:
        connection.execute(insert(token_use), [{"token": token, "used_at": at}])
