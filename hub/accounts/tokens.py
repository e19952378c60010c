"""Tokens of organisations: made once, shown once, kept as a hash, and over at a stated time."""

import hmac
from collections.abc import Collection
from datetime import datetime, timedelta

import msgspec

from hub.accounts.asker import Asker, Scope
from hub.accounts.permission import permissions_of
from hub.accounts.trail import COMMAND, Happened
from hub.accounts.trail import note as note_down
from hub.errors import EntryRefused, NotAllowed, NotFound
from hub.parts import Hub
from hub.store.account.queries import StoredToken, add_token, end_token, token_by_hash, tokens_of
from hub.store.account.sessions import last_uses
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros, to_micros
from hub.store.ledger.authors import latest_organisation
from traceability.encoding import sha256, tagged

SECRET_BYTES = 32
ID_BYTES = 6
PREFIX = "zy_"
"""So that a token is known for one when it turns up where it should not be."""
USUAL = timedelta(days=365)
LONGEST = timedelta(days=3 * 365)
MOST_NOTE = 200
LONGEST_TEXT = 200


class MadeToken(msgspec.Struct, frozen=True, kw_only=True):
    """``text`` is shown once and kept nowhere."""

    id: str
    text: str
    organisation: str
    scopes: tuple[Scope, ...]
    expires: datetime


class TokenView(msgspec.Struct, frozen=True, kw_only=True):
    """A token as it may be shown."""

    id: str
    organisation: str
    scopes: tuple[Scope, ...]
    note: str
    made_at: datetime
    expires: datetime
    revoked_at: datetime | None
    used_at: datetime | None = None
    """Last time, to the minute."""


def make_token(
    hub: Hub, organisation: str, scopes: Collection[Scope], *, valid: timedelta = USUAL, note: str = ""
) -> MadeToken:
    """A new token of ``organisation``; ``EntryRefused`` says what does not fit."""
    where = f"token of {organisation}"
    if not scopes:
        raise EntryRefused("a token without scopes is good for nothing", where=where, advice="name one at least")
    if not timedelta(0) < valid <= LONGEST:
        raise EntryRefused(f"a token of {valid} is not made", where=where, advice=f"at most {LONGEST.days} days")
    if len(note) > MOST_NOTE:
        raise EntryRefused(f"the note is longer than {MOST_NOTE} characters", where=where, advice="say it shorter")
    text = PREFIX + hub.random_bytes(SECRET_BYTES).hex()
    now = hub.clock()
    stored = StoredToken(
        id=hub.random_bytes(ID_BYTES).hex(),
        hash=_hash(text),
        organisation=organisation,
        scopes=sorted(set(scopes)),
        note=note,
        made_at=to_micros(now),
        expires_at=to_micros(now + valid),
    )
    with hub.store.writing() as connection:
        if latest_organisation(connection, organisation) is None:
            raise EntryRefused(f"there is no organisation {organisation!r}", where=where, advice="add it first")
        add_token(connection, stored)
        note_down(
            connection, hub, Happened.TOKEN_MADE, None, by=COMMAND, organisation=organisation, token=stored.id,
            scopes=" ".join(stored.scopes),
        )  # fmt: skip
    return MadeToken(
        id=stored.id, text=text, organisation=organisation, scopes=tuple(sorted(set(scopes))), expires=now + valid
    )


def revoke_token(hub: Hub, identity: str) -> None:
    """The token is good for nothing any more; ``NotFound`` when there is no such token."""
    with hub.store.writing() as connection:
        if not end_token(connection, identity, to_micros(hub.clock())):
            raise NotFound(f"there is no token {identity[:60]!r}", advice="'org tokens' lists them")
        note_down(connection, hub, Happened.TOKEN_REVOKED, None, by=COMMAND, token=identity)


def list_tokens(connection: Reading, organisation: str) -> tuple[TokenView, ...]:
    """The tokens of an organisation, the latest first."""
    stored = tokens_of(connection, organisation)
    used = last_uses(connection, [one.id for one in stored])
    return tuple(
        TokenView(
            id=one.id,
            organisation=one.organisation,
            scopes=tuple(Scope(scope) for scope in one.scopes),
            note=one.note,
            made_at=from_micros(one.made_at),
            expires=from_micros(one.expires_at),
            revoked_at=None if one.revoked_at is None else from_micros(one.revoked_at),
            used_at=from_micros(used[one.id]) if one.id in used else None,
        )
        for one in stored
    )


def asker_of(connection: Reading, text: str, now: datetime) -> Asker:
    """Who shows the token ``text``; ``NotAllowed`` unless it is good at ``now``. Says no more than that."""
    stored = token_by_hash(connection, _hash(text)) if len(text) <= LONGEST_TEXT else None
    good = (
        stored is not None
        and hmac.compare_digest(stored.hash, _hash(text))
        and stored.revoked_at is None
        and to_micros(now) < stored.expires_at
    )
    if stored is None or not good:
        raise NotAllowed(
            "the token is wrong, revoked or over",
            advice="send one that the hub's operator made for you, or the one in admin.token of its data folder",
        )
    scopes = frozenset(Scope(scope) for scope in stored.scopes)
    return Asker(organisation=stored.organisation, scopes=scopes, token=stored.id, permissions=permissions_of(scopes))


def _hash(text: str) -> str:
    return tagged(sha256(text.encode(errors="surrogateescape")))
