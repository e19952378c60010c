"""Tokens by which a person's programs ask: what the person may, as far as the token's scopes go, and no longer."""

import hmac
from collections.abc import Collection
from datetime import datetime, timedelta

import msgspec

from hub.accounts.asker import Asker
from hub.accounts.permission import Scope, permissions_of, scopes_of
from hub.accounts.secret import LONGEST_TEXT, hash_of, new_id, new_secret
from hub.accounts.sessions import asker_of_account
from hub.accounts.trail import Happened, clean, note
from hub.errors import EntryRefused, NotAllowed, NotFound
from hub.parts import Hub
from hub.store.account.people import StoredAccount, account_by_id
from hub.store.account.sessions import (
    StoredAccountToken,
    account_token_by_hash,
    account_tokens_of,
    add_account_token,
    end_account_token,
    last_uses,
)
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros, to_micros

PREFIX = "zyp_"
LONGEST = timedelta(days=365)
USUAL_DAYS = 90
MOST_TOKENS = 50


class OwnTokenMade(msgspec.Struct, frozen=True, kw_only=True):
    """``token`` is shown once and kept nowhere."""

    id: str
    token: str
    scopes: tuple[Scope, ...]
    expires: datetime


class OwnTokenView(msgspec.Struct, frozen=True, kw_only=True):
    """A token as it may be shown."""

    id: str
    scopes: tuple[Scope, ...]
    note: str
    made_at: datetime
    expires: datetime
    revoked_at: datetime | None
    used_at: datetime | None
    """To the minute."""


def make_own_token(
    hub: Hub, whose: StoredAccount, scopes: Collection[Scope], *, valid: timedelta, text: str = ""
) -> OwnTokenMade:
    """A new token of somebody; ``text`` says what it is for. ``EntryRefused`` says what does not fit."""
    where = f"token of {whose.login}"
    if not scopes or len(text) > 200:
        raise EntryRefused("a token has a scope, and a note of at most 200 characters", where=where)
    if not timedelta(0) < valid <= LONGEST:
        raise EntryRefused(f"a token of {valid} is not made", where=where, advice=f"at most {LONGEST.days} days")
    secret, now = PREFIX + new_secret(hub), hub.clock()
    token = StoredAccountToken(
        id=new_id(hub),
        hash=hash_of(secret),
        account=whose.id,
        scopes=sorted(set(scopes)),
        note=clean(text),
        made_at=to_micros(now),
        expires_at=to_micros(now + valid),
    )
    with hub.store.writing() as connection:
        good = [one for one in account_tokens_of(connection, whose.id) if _is_good(one, now)]
        if len(good) >= MOST_TOKENS:
            raise EntryRefused(f"there are {MOST_TOKENS} tokens already", where=where, advice="revoke one first")
        add_account_token(connection, token)
        note(connection, hub, Happened.TOKEN_MADE, whose, by=whose.id, token=token.id, scopes=" ".join(token.scopes))
    return OwnTokenMade(id=token.id, token=secret, scopes=tuple(sorted(set(scopes))), expires=now + valid)


def revoke_own_token(hub: Hub, whose: StoredAccount, token: str) -> None:
    """It is good for nothing any more; ``NotFound``."""
    with hub.store.writing() as connection:
        if not end_account_token(connection, whose.id, token, to_micros(hub.clock())):
            raise NotFound(f"you have no token {token[:60]!r}")
        note(connection, hub, Happened.TOKEN_REVOKED, whose, by=whose.id, token=token)


def list_own_tokens(connection: Reading, account: str) -> tuple[OwnTokenView, ...]:
    """Somebody's tokens, the latest first."""
    stored = account_tokens_of(connection, account)
    used = last_uses(connection, [one.id for one in stored])
    return tuple(
        OwnTokenView(
            id=one.id,
            scopes=tuple(Scope(scope) for scope in one.scopes),
            note=one.note,
            made_at=from_micros(one.made_at),
            expires=from_micros(one.expires_at),
            revoked_at=None if one.revoked_at is None else from_micros(one.revoked_at),
            used_at=from_micros(used[one.id]) if one.id in used else None,
        )
        for one in stored
    )


def asker_of_own_token(connection: Reading, text: str, now: datetime) -> Asker:
    """Who shows the token ``text``; ``NotAllowed`` unless it is good at ``now``. Says no more than that."""
    found = account_token_by_hash(connection, hash_of(text)) if len(text) <= LONGEST_TEXT else None
    whose = None if found is None else account_by_id(connection, found.account)
    good = found is not None and hmac.compare_digest(found.hash, hash_of(text)) and _is_good(found, now)
    if found is None or whose is None or whose.disabled_at is not None or not good:
        raise NotAllowed("the token is wrong, revoked or over", advice="make a new one on the page of your account")
    asker = asker_of_account(whose)
    may = asker.permissions & permissions_of(Scope(scope) for scope in found.scopes)
    return msgspec.structs.replace(asker, token=found.id, permissions=may, scopes=scopes_of(may))


def _is_good(token: StoredAccountToken, now: datetime) -> bool:
    return token.revoked_at is None and to_micros(now) < token.expires_at
