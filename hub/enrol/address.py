"""Where agents reach this hub and what they pin: ``serve`` remembers both, so that tokens need no arguments."""

from hub.parts import Hub
from hub.store.ledger.meta import read_meta, write_meta

_URL, _PIN = "agents_url", "agents_tls_pin"


def remember_address(hub: Hub, url: str, tls_pin: str | None) -> None:
    """Keep the address that the hub serves agents at."""
    with hub.store.writing() as connection:
        write_meta(connection, {_URL: url, _PIN: tls_pin or ""})


def agents_address(hub: Hub) -> tuple[str, str | None]:
    """Address and pin as ``serve`` kept them last; the address is empty before that."""
    with hub.store.reading() as connection:
        known = read_meta(connection)
    return known.get(_URL, ""), known.get(_PIN) or None
