"""Growing delays after failures in a row, of a name and of an address.

A try is counted before it is judged, in one writing transaction with the look at what was counted: so a thousand tries
at once are a thousand tries. Names that nobody has are counted like others, by their hash.
"""

import ipaddress
from datetime import datetime, timedelta

import msgspec

from hub.store.account.trail import (
    StoredFailure,
    drop_old_failures,
    failure_of,
    forget_failures,
    put_failure,
)
from hub.store.core.database import Writing
from hub.store.core.instant import from_micros, to_micros
from traceability.encoding import sha256

LONGEST = timedelta(minutes=15)
FORGOTTEN = timedelta(days=1)
"""After so long without a failure the count begins anew."""


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """``key`` may fail ``free`` times; from then on each failure doubles the delay, from one second on."""

    key: str
    free: int


def of_name(login: str) -> Limit:
    """For the account of that name, whether there is one or not."""
    return Limit(key=f"name:{sha256(login.encode(errors='surrogatepass')).hex()}", free=5)


def of_address(address: str) -> Limit:
    """For whoever comes from ``address``; of IPv6 the first half, which is one customer's (RFC 6177)."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return Limit(key="address:?", free=20)
    if isinstance(known, ipaddress.IPv6Address) and not known.is_loopback:
        address = str(ipaddress.ip_network((known, 64), strict=False))
    return Limit(key=f"address:{address}", free=20)


def delay_after(failures: int, free: int) -> timedelta:
    """How long nothing is tried after so many failures in a row."""
    beyond = failures - free
    if beyond < 0:
        return timedelta(0)
    return min(LONGEST, timedelta(seconds=2 ** min(beyond, 20)))


def begin_try(connection: Writing, limits: tuple[Limit, ...], now: datetime) -> timedelta:
    """Count a try against every limit; when one of them says wait, nothing is counted and the time to wait is given."""
    drop_old_failures(connection, to_micros(now - FORGOTTEN))
    known = {limit.key: failure_of(connection, limit.key) for limit in limits}
    until = max((found.until for found in known.values() if found is not None), default=0)
    if until > to_micros(now):
        return from_micros(until) - now
    for limit in limits:
        before = known[limit.key]
        count = (before.count if before else 0) + 1
        put_failure(
            connection,
            StoredFailure(
                key=limit.key,
                count=count,
                until=to_micros(now + delay_after(count, limit.free)),
                last_at=to_micros(now),
            ),
        )
    return timedelta(0)


def succeeded(connection: Writing, login: Limit, address: Limit) -> None:
    """The name's failures are forgotten; the address is given back this one try, for others fail from there too."""
    forget_failures(connection, login.key)
    known = failure_of(connection, address.key)
    if known is not None:
        put_failure(connection, msgspec.structs.replace(known, count=known.count - 1, until=0))
