"""Where a hub lives and what it is called. Fixed at ``init`` and kept in the data folder."""

from pathlib import Path

import msgspec

from traceability.batch.limits import DEFAULT_LIMITS, BatchLimits
from traceability.unit import Environment

HUB_AUTHOR = "hub"
DATABASE = "hub.db"
HUB_KEY = "hub.key"
LOG_KEY = "log.key"
HUB_PUBLIC_KEY = "hub.pub"
LOG_VERIFIER_KEY = "log.vkey"
TOKEN_HASH = "admin_token_hash"  # noqa: S105 - the name of a value in the database
ADMIN_TOKEN = "admin.token"  # noqa: S105 - a file name


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """``origin`` names the log in its checkpoints.

    ``entry_body`` bounds what people send in one request, in bytes, ``file_body`` a file they send, ``table_body`` a
    table, ``capture_body`` an EPCIS document.
    """

    data: Path
    origin: str
    environment: Environment
    limits: BatchLimits = DEFAULT_LIMITS
    entry_body: int = 1024 * 1024
    file_body: int = 11 * 1024 * 1024
    table_body: int = 64 * 1024 * 1024
    capture_body: int = 1024 * 1024 * 1024
