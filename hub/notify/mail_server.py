"""The mail server a hub may use: ``mail.toml`` in its data folder."""

import tomllib
from enum import StrEnum
from pathlib import Path

import msgspec

from hub.errors import DataDirectory

MAIL_FILE = "mail.toml"
_ADVICE = (
    'write host = "…", sender = "…" and, if needed, port, security ("tls", "starttls", "none"), user, password_file'
)


class Security(StrEnum):
    """How the connection is protected; a password is never sent over an open one."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class MailServer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``password_file`` is relative to the data folder."""

    host: str
    sender: str
    port: int = 587
    security: Security = Security.STARTTLS
    user: str | None = None
    password_file: str | None = None


def read_mail_server(data: Path) -> tuple[MailServer, str | None] | None:
    """The server and the password; None when there is no ``mail.toml``; ``DataDirectory`` says what is wrong in it."""
    path = data / MAIL_FILE
    if not path.exists():
        return None
    try:
        server = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), MailServer)
        password = None
        if server.password_file is not None:
            password = (data / server.password_file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise DataDirectory(f"can't be read: {error}", where=str(path), advice=_ADVICE) from None
    if server.user is not None and server.security is Security.NONE:
        raise DataDirectory("a password would go out in the open", where=str(path), advice='use security = "starttls"')
    return server, password
