"""The hub's one composition root: the only place that reads the clock and makes randomness, keys and paths."""

import os
import secrets
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from hub.entry.found import found
from hub.errors import DataDirectory, HubError
from hub.ledger.log import verifier_key
from hub.parts import Clock, Hub, RandomBytes
from hub.settings import (
    ADMIN_TOKEN,
    DATABASE,
    HUB_KEY,
    HUB_PUBLIC_KEY,
    LOG_KEY,
    LOG_VERIFIER_KEY,
    TOKEN_HASH,
    Settings,
)
from hub.store.backend.copying import open_copy_store
from hub.store.backend.opening import create_at, finish, open_at
from hub.store.backend.schema import bring_up
from hub.store.core.database import Store
from hub.store.core.place import SETTINGS_FILE, FilePlace, Place, ServerPlace, place_of, server_place, write_place
from hub.store.ledger.meta import read_meta, write_meta
from hub.store.tables.every import SCHEMA_VERSION
from traceability.encoding import sha256, tagged, to_base64
from traceability.keyfile import OWNER_ONLY, create_key_file, read_key_file
from traceability.unit import Environment

UNFINISHED = "init.unfinished"
_SCHEMA, _ORIGIN, _ENVIRONMENT = "schema_version", "origin", "environment"


def system_clock() -> datetime:
    """The time of this machine, in UTC."""
    return datetime.now(UTC)


def create_hub(
    data: Path,
    *,
    origin: str | None,
    environment: Environment,
    store_url: str | None = None,
    shards: tuple[str, ...] = (),
    clock: Clock = system_clock,
    random_bytes: RandomBytes = secrets.token_bytes,
) -> Hub:
    """Make a new hub in ``data``: keys, admin token, database and the first batch of its ledger.

    The database is a file there, or the empty PostgreSQL one at ``store_url``, spread over ``shards``. It comes last,
    the file under another name until it is whole, so that a hub is either there or not. What an ``init`` that was
    killed left behind is cleared away: its keys have signed nothing that anybody saw.
    """
    if origin is not None:
        _check_origin(origin)
    place = _new_place(data, store_url, shards)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    _clear_unfinished(data)
    signer, log_signer = create_key_file(data / HUB_KEY), create_key_file(data / LOG_KEY)
    name = origin or f"zhuoyue-hub/{log_signer.public_key[:8].hex()}"
    settings = Settings(data=data, origin=name, environment=environment)
    parts = Hub(
        settings=settings,
        store=create_at(place),
        signer=signer,
        log_signer=log_signer,
        clock=clock,
        random_bytes=random_bytes,
    )
    with closing(parts.store) as store:
        with store.writing() as connection:
            write_meta(connection, _meta(settings, _write_token(data / ADMIN_TOKEN)))
        found(parts)
        finish(store)
    _publish_keys(parts)
    _appear(place, data)
    return msgspec.structs.replace(parts, store=open_at(place_of(data)))


def open_hub(data: Path) -> Hub:
    """The hub that lives in ``data``; ``DataDirectory`` says what is missing or does not fit."""
    store = open_at(place_of(data))
    try:
        known = _fitting(store)
    except HubError:
        store.close()
        raise
    (data / UNFINISHED).unlink(missing_ok=True)
    settings = Settings(data=data, origin=known[_ORIGIN], environment=Environment(known[_ENVIRONMENT]))
    return Hub(
        settings=settings,
        store=store,
        signer=read_key_file(data / HUB_KEY),
        log_signer=read_key_file(data / LOG_KEY),
        clock=system_clock,
        random_bytes=secrets.token_bytes,
    )


def _fitting(store: Store) -> dict[str, str]:
    """What the store says of the hub, once it is as this program wants it; ``DataDirectory`` says why it can't be."""
    with store.reading() as connection:
        known = read_meta(connection)
    if known.get(_SCHEMA) != SCHEMA_VERSION:
        raise DataDirectory(
            f"the database is of version {known.get(_SCHEMA)}, this program knows version {SCHEMA_VERSION}",
            where=str(store.place),
            advice="use the program version that made it",
        )
    bring_up(store)
    return known


def unchecked_store(data: Path) -> Store:
    """The store of the hub in ``data``, of whatever version it is: for who brings it to another one."""
    return open_at(place_of(data))


def _new_place(data: Path, store_url: str | None, shards: tuple[str, ...]) -> Place:
    if (data / DATABASE).exists() or (data / SETTINGS_FILE).exists():
        raise DataDirectory("a hub is here already", where=str(data), advice="choose another folder, or use this one")
    if store_url is None and not shards:
        return FilePlace(data / f"{DATABASE}.new")
    return server_place(store_url or "", data, where="--store", shards=shards)


def _appear(place: Place, data: Path) -> None:
    """From now on there is a hub in ``data``."""
    if isinstance(place, ServerPlace):
        write_place(place)
    else:
        place.path.rename(data / DATABASE)
    (data / UNFINISHED).unlink()


def _publish_keys(hub: Hub) -> None:
    """Put the public keys where people find them."""
    public = to_base64(hub.signer.public_key)
    (hub.settings.data / HUB_PUBLIC_KEY).write_text(f"{public}\n", encoding="ascii")
    (hub.settings.data / LOG_VERIFIER_KEY).write_text(f"{verifier_key(hub)}\n", encoding="ascii")


def open_copy(data: Path) -> Hub:
    """The hub of a copied database, to be looked at only: without private keys, and no byte of it is changed."""
    store = open_copy_store(data / DATABASE)
    with store.reading() as connection:
        known = read_meta(connection)
    settings = Settings(data=data, origin=known[_ORIGIN], environment=Environment(known[_ENVIRONMENT]))
    return Hub(
        settings=settings,
        store=store,
        signer=_NoKey(),
        log_signer=_NoKey(),
        clock=system_clock,
        random_bytes=secrets.token_bytes,
    )


def new_admin_token() -> str:
    """Something nobody guesses."""
    return secrets.token_urlsafe(32)


class _NoKey:
    """In the place of a key that is not here."""

    public_key = b""

    def sign(self, message: bytes) -> bytes:
        raise DataDirectory(f"there is no key here to sign {len(message)} bytes", advice="restore the copy first")


def _clear_unfinished(data: Path) -> None:
    """Remove what a killed ``init`` left; keys without its mark belong to a hub that lost its database, and stay."""
    mark = data / UNFINISHED
    if mark.exists():
        made = (HUB_KEY, LOG_KEY, ADMIN_TOKEN, HUB_PUBLIC_KEY, LOG_VERIFIER_KEY)
        for name in (*made, *(f"{DATABASE}.new{suffix}" for suffix in ("", "-wal", "-shm", "-journal"))):
            (data / name).unlink(missing_ok=True)
    elif any((data / name).exists() for name in (HUB_KEY, LOG_KEY)):
        raise DataDirectory(
            "the keys of a hub are here already, its database is not",
            where=str(data),
            advice="restore it from a backup with --keys and this folder, or choose another folder for a new hub",
        )
    mark.touch()


def _meta(settings: Settings, token: str) -> dict[str, str]:
    return {
        _SCHEMA: SCHEMA_VERSION,
        _ORIGIN: settings.origin,
        _ENVIRONMENT: settings.environment,
        TOKEN_HASH: tagged(sha256(token.encode())),
    }


def _write_token(path: Path) -> str:
    token = new_admin_token()
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(token + "\n")
    return token


def _check_origin(origin: str) -> None:
    if not origin or not origin.isprintable() or any(c.isspace() or c == "+" for c in origin):
        raise DataDirectory(
            f"{origin!r} can't name a log", where="--origin", advice="use letters without spaces and without '+'"
        )
