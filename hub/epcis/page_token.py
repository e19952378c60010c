"""Tokens that lead to the next page: opaque, signed, bound to their query, good for a day.

They say where the last page ended, so nothing is kept for them here; who changes one only gets it refused.
"""

import hmac
from datetime import datetime, timedelta
from functools import lru_cache

import msgspec

from hub.epcis.problems import EpcisRefused, Kind
from hub.parts import Hub
from hub.store.epcis.queries import LogPlace
from traceability.encoding import from_base64, sha256, to_base64
from traceability.errors import Malformed

LIFETIME = timedelta(days=1)
_PURPOSE = b"zhuoyue EPCIS page tokens, version 1"
_MAC = 16


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """Where a page ended.

    ``after`` is the last event, or for lists of names ``name``; ``given`` counts events so far, ``until`` is the size
    of the log when the first page was made, ``of`` the query, ``expires`` seconds since 1970 UTC.
    """

    of: str
    after: LogPlace = (-1, 0, 0)
    given: int = 0
    until: int = 0
    expires: int = 0
    name: str = ""


def write_token(hub: Hub, cursor: Cursor) -> str:
    """The token of a cursor."""
    payload = msgspec.json.encode(cursor)
    return _url_safe(_mac(hub, payload) + payload)


def read_token(hub: Hub, token: str, of: str) -> Cursor:
    """The cursor of a token for the query ``of``; ``EpcisRefused`` when it is another's, over, or none of ours."""
    cursor = any_cursor(hub, token)
    if cursor.of != of:
        raise _refused("belongs to another query", "keep the parameters of the first page")
    return cursor


def any_cursor(hub: Hub, token: str) -> Cursor:
    """The cursor of a token, whatever its query."""
    try:
        raw = from_base64(token.replace("-", "+").replace("_", "/") + "=" * (-len(token) % 4), "the token")
        payload = raw[_MAC:]
        if not hmac.compare_digest(_mac(hub, payload), raw[:_MAC]):
            raise _refused("is none of this hub's")
        cursor = msgspec.json.decode(payload, type=Cursor)
    except (Malformed, msgspec.DecodeError):
        raise _refused("is none of this hub's") from None
    if cursor.expires < hub.clock().timestamp():
        raise _refused("is over")
    return cursor


def query_digest(*parts: str) -> str:
    """A short name for a query."""
    return sha256("\0".join(parts).encode()).hex()[:24]


def expiry(now: datetime) -> datetime:
    """Until when a token made now is good."""
    return now + LIFETIME


def _mac(hub: Hub, payload: bytes) -> bytes:
    key = _key(hub.signer.sign(_PURPOSE))
    return hmac.new(key, payload, "sha256").digest()[:_MAC]


@lru_cache(maxsize=8)
def _key(signature: bytes) -> bytes:
    """A secret that only who holds the hub's key can make, and that is the same after a restart."""
    return sha256(signature)


def _url_safe(raw: bytes) -> str:
    return to_base64(raw).replace("+", "-").replace("/", "_").rstrip("=")


def _refused(what: str, advice: str = "ask for the first page again") -> EpcisRefused:
    return EpcisRefused(Kind.QUERY_PARAMETER, 400, what, where="nextPageToken", advice=advice)
