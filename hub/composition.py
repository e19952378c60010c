"""The hub's one composition root: the only place that reads the clock and makes randomness, keys and paths."""

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from hub.entry.found import found
from hub.errors import DataDirectory
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
from hub.store.database import add_missing_tables, create_store, open_store
from hub.store.meta import read_meta, write_meta
from hub.store.tables import SCHEMA_VERSION
from traceability.encoding import sha256, tagged, to_base64
from traceability.keyfile import OWNER_ONLY, create_key_file, read_key_file
from traceability.unit import Environment

_SCHEMA, _ORIGIN, _ENVIRONMENT = "schema_version", "origin", "environment"


def system_clock() -> datetime:
    """The time of this machine, in UTC."""
    return datetime.now(UTC)


def create_hub(
    data: Path,
    *,
    origin: str | None,
    environment: Environment,
    clock: Clock = system_clock,
    random_bytes: RandomBytes = secrets.token_bytes,
) -> Hub:
    """Make a new hub in ``data``: keys, admin token, database and the first batch of its ledger.

    The database comes last and under another name until it is whole, so that a hub is either there or not.
    """
    if (data / DATABASE).exists():
        raise DataDirectory("a hub is here already", where=str(data), advice="choose another folder, or use this one")
    if origin is not None:
        _check_origin(origin)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    signer, log_signer = create_key_file(data / HUB_KEY), create_key_file(data / LOG_KEY)
    settings = Settings(
        data=data, origin=origin or f"zhuoyue-hub/{log_signer.public_key[:8].hex()}", environment=environment
    )
    unfinished = data / f"{DATABASE}.new"
    store = create_store(unfinished)
    parts = Hub(
        settings=settings,
        store=store,
        signer=signer,
        log_signer=log_signer,
        clock=clock,
        random_bytes=random_bytes,
    )
    with store.writing() as connection:
        write_meta(connection, _meta(settings, _write_token(data / ADMIN_TOKEN)))
    found(parts)
    store.close()
    (data / HUB_PUBLIC_KEY).write_text(to_base64(signer.public_key) + "\n", encoding="ascii")
    (data / LOG_VERIFIER_KEY).write_text(f"{verifier_key(parts)}\n", encoding="ascii")
    unfinished.rename(data / DATABASE)
    return msgspec.structs.replace(parts, store=open_store(data / DATABASE))


def open_hub(data: Path) -> Hub:
    """The hub that lives in ``data``; ``DataDirectory`` says what is missing or does not fit."""
    store = open_store(data / DATABASE)
    with store.reading() as connection:
        known = read_meta(connection)
    if known.get(_SCHEMA) != SCHEMA_VERSION:
        raise DataDirectory(
            f"the database is of version {known.get(_SCHEMA)}, this program knows version {SCHEMA_VERSION}",
            where=str(data / DATABASE),
            advice="use the program version that made it",
        )
    add_missing_tables(store)
    settings = Settings(data=data, origin=known[_ORIGIN], environment=Environment(known[_ENVIRONMENT]))
    return Hub(
        settings=settings,
        store=store,
        signer=read_key_file(data / HUB_KEY),
        log_signer=read_key_file(data / LOG_KEY),
        clock=system_clock,
        random_bytes=secrets.token_bytes,
    )


def _meta(settings: Settings, token: str) -> dict[str, str]:
    return {
        _SCHEMA: SCHEMA_VERSION,
        _ORIGIN: settings.origin,
        _ENVIRONMENT: settings.environment,
        TOKEN_HASH: tagged(sha256(token.encode())),
    }


def _write_token(path: Path) -> str:
    token = secrets.token_urlsafe(32)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(token + "\n")
    return token


def _check_origin(origin: str) -> None:
    if not origin or not origin.isprintable() or any(c.isspace() or c == "+" for c in origin):
        raise DataDirectory(
            f"{origin!r} can't name a log", where="--origin", advice="use letters without spaces and without '+'"
        )
