"""The identity provider by which people may sign in, as the hub's administrator set it (OpenID Connect Core 1.0)."""

import ipaddress
from urllib.parse import urlsplit

from hub.accounts.permission import Role
from hub.accounts.secret import seal_secret
from hub.accounts.trail import COMMAND, Happened, note
from hub.errors import EntryRefused
from hub.parts import Hub
from hub.store.account.trail import StoredProvider, drop_provider, put_provider, the_provider
from hub.store.core.database import Reading
from hub.store.ledger.authors import latest_organisation

CLAIMS = ("email", "preferred_username", "sub")
"""Which of the provider's words is the name to sign in by; ``email`` only where the provider verified it."""
MOST_LABEL = 60


def set_provider(
    hub: Hub,
    issuer: str,
    client: str,
    *,
    secret: str | None,
    label: str,
    claim: str,
    role: Role | None = None,
    organisation: str = "",
) -> None:
    """The one provider from now on; whoever signs in there without an account is added when there is a ``role``."""
    where = f"identity provider {issuer[:100]!r}"
    if not is_safe_address(issuer) or len(issuer) > 400 or "?" in issuer or "#" in issuer:
        raise EntryRefused("an issuer is an https address", where=where, advice="copy it from its configuration")
    if not client or not 0 < len(label) <= MOST_LABEL or claim not in CLAIMS:
        raise EntryRefused(f"needs a client id and a label of at most {MOST_LABEL} characters", where=where)
    if role is Role.ADMIN:
        raise EntryRefused(
            "nobody becomes an administrator by signing in", where=where, advice="change the role of one afterwards"
        )
    stored = StoredProvider(
        issuer=issuer,
        client=client,
        secret=None if secret is None else seal_secret(hub, issuer, secret),
        label=label,
        claim=claim,
        organisation=organisation,
        role=role,
    )
    with hub.store.writing() as connection:
        if organisation and latest_organisation(connection, organisation) is None:
            raise EntryRefused(f"there is no organisation {organisation!r}", where=where, advice="add it first")
        put_provider(connection, stored)
        note(connection, hub, Happened.PROVIDER_SET, None, by=COMMAND, issuer=issuer, adds=role or "nobody")


def remove_provider(hub: Hub) -> None:
    """Nobody signs in by it any more."""
    with hub.store.writing() as connection:
        drop_provider(connection)
        note(connection, hub, Happened.PROVIDER_SET, None, by=COMMAND, issuer="none")


def provider_of(connection: Reading) -> StoredProvider | None:
    """The provider, where there is one."""
    return the_provider(connection)


def is_safe_address(address: str) -> bool:
    """Whether what is sent there is not read on the way: by TLS, or on this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme == "https":
        return bool(host)
    try:
        return parts.scheme == "http" and (host == "localhost" or ipaddress.ip_address(host).is_loopback)
    except ValueError:
        return False
