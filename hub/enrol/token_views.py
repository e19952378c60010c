"""Tokens as they are shown: what each is for and what became of it, never their text, which nobody has kept."""

from datetime import datetime
from enum import StrEnum

import msgspec

from hub.errors import NotFound
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.fleet.enrolment import StoredToken, list_tokens, remove_token


class TokenState(StrEnum):
    """What became of a token."""

    WAITING = "waiting"
    USED = "used"
    OVER = "over"


class TokenView(msgspec.Struct, frozen=True, kw_only=True):
    """One token; ``author`` is the agent that it lets in."""

    id: str
    author: str
    plant: str
    line: str
    replaces: bool
    made_at: datetime
    expires: datetime
    used_at: datetime | None
    state: TokenState


class TokenList(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens, the newest first."""

    tokens: tuple[TokenView, ...]


def token_list(connection: Reading, plant: str | None, now: datetime) -> TokenList:
    """Every token (of a plant)."""
    return TokenList(tokens=tuple(_view(one, now) for one in list_tokens(connection) if plant in (None, one.plant)))


def void_token(hub: Hub, plant: str, token: str) -> None:
    """Nobody uses it any more; ``NotFound`` when the plant has no such token that is unused."""
    with hub.store.writing() as connection:
        if not remove_token(connection, plant, token):
            raise NotFound(f"there is no unused token {token[:80]!r}", advice="the list of tokens names them")


def _view(token: StoredToken, now: datetime) -> TokenView:
    expires = from_micros(token.expires_at)
    used = None if token.used_at is None else from_micros(token.used_at)
    waiting = TokenState.WAITING if expires > now else TokenState.OVER
    return TokenView(
        id=token.id,
        author=token.author,
        plant=token.plant,
        line=token.line,
        replaces=bool(token.replaces),
        made_at=from_micros(token.made_at),
        expires=expires,
        used_at=used,
        state=waiting if used is None else TokenState.USED,
    )
