"""Sessions: who signed in, for how long, and what proves it.

A session's secret (256 random bits) is in the browser's cookie alone; the store has its hash. It is over after ``IDLE``
without a request, ``LONGEST`` after the sign-in, when it is ended, and when its account is disabled. What a form has to
send along is made of the secret too, so nobody has it who has not the cookie or a page of the session.
"""

from datetime import datetime, timedelta

import msgspec

from hub.accounts.asker import Asker, Person
from hub.accounts.permission import ROLE_MAY, Role, scopes_of
from hub.accounts.secret import LONGEST_TEXT, hash_of, new_id, new_secret
from hub.accounts.trail import Visitor, clean
from hub.parts import Hub
from hub.store.account.people import StoredAccount, account_by_id
from hub.store.account.sessions import (
    StoredSession,
    add_session,
    drop_old_sessions,
    end_session_by_hash,
    session_by_hash,
    sessions_of,
)
from hub.store.core.database import Reading, Writing
from hub.store.core.instant import from_micros, to_micros
from traceability.encoding import sha256

IDLE = timedelta(hours=8)
LONGEST = timedelta(days=7)
UNFINISHED = timedelta(minutes=10)
"""So long may the second factor take."""
SEEN_EVERY = timedelta(minutes=1)


class SessionView(msgspec.Struct, frozen=True, kw_only=True):
    """A session as its owner sees it."""

    id: str
    made_at: datetime
    seen_at: datetime
    expires: datetime
    address: str
    browser: str
    this: bool


def open_session(
    connection: Writing, hub: Hub, whose: StoredAccount, visitor: Visitor, *, complete: bool, before: str
) -> str:
    """A new session, whose secret is given; the one that the browser had (secret ``before``) is over."""
    now = hub.clock()
    drop_old_sessions(connection, to_micros(now))
    if before:
        end_session_by_hash(connection, hash_of(before))
    secret = new_secret(hub)
    session = StoredSession(
        hash=hash_of(secret),
        id=new_id(hub),
        account=whose.id,
        complete=complete,
        made_at=to_micros(now),
        seen_at=to_micros(now),
        expires_at=to_micros(now + (LONGEST if complete else UNFINISHED)),
        address=clean(visitor.address[:60]),
        browser=clean(visitor.browser[:200]),
    )
    add_session(connection, session)
    return secret


def session_of(
    connection: Reading, secret: str, now: datetime, *, complete: bool = True
) -> tuple[StoredSession, StoredAccount] | None:
    """The session of ``secret`` and whose it is, when it is good at ``now``."""
    session = session_by_hash(connection, hash_of(secret)) if 0 < len(secret) <= LONGEST_TEXT else None
    if session is None or session.complete is not complete:
        return None
    at = to_micros(now)
    if at >= session.expires_at or now - from_micros(session.seen_at) >= IDLE:
        return None
    whose = account_by_id(connection, session.account)
    return None if whose is None or whose.disabled_at is not None else (session, whose)


def asker_of_account(whose: StoredAccount, *, session: str = "", secret: str = "") -> Asker:
    """What somebody is who signed in; ``session`` is the hash of ``secret``."""
    role = Role(whose.role)
    may = ROLE_MAY[role]
    return Asker(
        organisation=whose.organisation,
        scopes=scopes_of(may),
        permissions=may,
        person=Person(
            account=whose.id,
            login=whose.login,
            name=whose.name,
            role=role,
            plants=frozenset(whose.plants),
            session=session,
            csrf=csrf_of(secret) if secret else "",
        ),
    )


def csrf_of(secret: str) -> str:
    """What a form of the session with ``secret`` sends along; it tells nothing of the secret."""
    return sha256(b"zhuoyue form of " + secret.encode(errors="surrogatepass")).hex()


def list_sessions(connection: Reading, account: str, now: datetime, this: str) -> tuple[SessionView, ...]:
    """The sessions of an account that are still good; ``this`` is the hash of the one that asks."""
    return tuple(
        SessionView(
            id=one.id,
            made_at=from_micros(one.made_at),
            seen_at=from_micros(one.seen_at),
            expires=min(from_micros(one.expires_at), from_micros(one.seen_at) + IDLE),
            address=one.address,
            browser=one.browser,
            this=one.hash == this,
        )
        for one in sessions_of(connection, account, to_micros(now))
        if one.complete and now - from_micros(one.seen_at) < IDLE
    )
