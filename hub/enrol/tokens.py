"""The administrator's side: a token for one author of one plant, used once and for a short time.

That a token exists is no evidence, so it stands beside the ledger; that it was used is a record.
"""

from datetime import datetime, timedelta

import msgspec

from hub.entry.master import check_author_id, require_plant
from hub.errors import EntryRefused
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.core.instant import to_micros
from hub.store.fleet.enrolment import StoredToken, forget_tokens, insert_token
from hub.store.ledger.authors import key_in_force, plant_of_author
from hub.store.ledger.batches import log_size
from traceability.encoding import to_base64
from traceability.enrolment import Token, checked_pin, write_token

SEED_BYTES = 32
SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(days=30)
USUAL = timedelta(hours=24)
_LOCAL = ("http://127.0.0.1", "http://[::1]", "http://localhost")


class TokenOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What a token is made for; ``replaces``: it may take the place of a key that is in force."""

    author: str
    plant: str
    line: str
    hub_url: str
    tls_pin: str | None = None
    next_tls_pin: str | None = None
    valid: timedelta = USUAL
    replaces: bool = False


class MadeToken(msgspec.Struct, frozen=True, kw_only=True):
    """``text`` is shown once and kept nowhere."""

    id: str
    text: str
    author: str
    plant: str
    line: str
    expires: datetime


def make_token(hub: Hub, order: TokenOrder) -> MadeToken:
    """A new token; unused ones of the same author are void from now on. ``EntryRefused`` says what does not fit."""
    _check_order(order)
    now = hub.clock()
    token = Token(
        seed=to_base64(hub.random_bytes(SEED_BYTES)),
        hub_url=order.hub_url.rstrip("/"),
        hub_key=to_base64(hub.signer.public_key),
        author=order.author,
        expires=now + order.valid,
        tls_pin=order.tls_pin,
        next_tls_pin=order.next_tls_pin,
    )
    stored = StoredToken(
        id=token.id,
        author=order.author,
        plant=order.plant,
        line=order.line,
        replaces=int(order.replaces),
        made_at=to_micros(now),
        expires_at=to_micros(token.expires),
    )
    with hub.store.writing() as connection:
        _check_author(connection, order)
        forget_tokens(connection, order.author)
        insert_token(connection, stored)
    return MadeToken(
        id=token.id,
        text=write_token(token),
        author=order.author,
        plant=order.plant,
        line=order.line,
        expires=token.expires,
    )


def _check_order(order: TokenOrder) -> None:
    check_author_id(order.author)
    if not SHORTEST <= order.valid <= LONGEST:
        raise EntryRefused(
            f"a token of {order.valid} is not made", where="expires", advice="choose from one minute to 30 days"
        )
    url = order.hub_url
    local = url.startswith(_LOCAL)
    if not url.startswith("https://") and not local:
        raise EntryRefused(
            f"{url[:200]!r} is no address for a token: agents elsewhere use https only",
            where="hub address",
            advice="serve with --tls, or give --hub-url https://HOST:PORT",
        )
    if order.tls_pin is not None:
        checked_pin(order.tls_pin, "the pin of the hub's certificate")


def _check_author(connection: Reading, order: TokenOrder) -> None:
    where = f"agent {order.author}"
    require_plant(connection, order.plant, where=where)
    owner = plant_of_author(connection, order.author)
    if owner is not None and owner != order.plant:
        raise EntryRefused(f"belongs to plant {owner!r} already", where=where, advice="choose another author id")
    if key_in_force(connection, order.author, log_size(connection)) is not None and not order.replaces:
        raise EntryRefused(
            "has a key in force already",
            where=where,
            advice="if its machine is lost or was restored, make the token with --replace; else choose another id",
        )
