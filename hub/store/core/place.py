"""Where a hub's store is: a SQLite file in its folder, or a PostgreSQL database that a settings file there names.

``hub.toml`` in the data folder::

    store = "postgresql://zhuoyue@db.plant.example/zhuoyue?sslmode=verify-full"

A password never stands in it: it comes from the environment (``ZHUOYUE_STORE_PASSWORD``), from the file
``store.password`` in the data folder that its owner alone may read, or by the ways of PostgreSQL itself
(``PGPASSFILE``, certificates, peer). Without ``hub.toml`` the store is the file ``hub.db``.

``cold`` beside it says where old batches and values go (``cold_place``).

A store that is spread over several servers names the others, too::

    shards = ["postgresql://zhuoyue@node-1.plant.example/zhuoyue", "postgresql://zhuoyue@node-2.plant.example/zhuoyue"]
"""

import json
import os
import stat
import tomllib
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from hub.errors import DataDirectory
from hub.settings import DATABASE

SETTINGS_FILE = "hub.toml"
PASSWORD_FILE = "store.password"  # noqa: S105 - a file name
PASSWORD_VARIABLE = "ZHUOYUE_STORE_PASSWORD"  # noqa: S105 - the name of a variable
_SCHEMES = ("postgresql", "postgres")
_KNOWN = {"store", "shards", "cold"}


class FilePlace(msgspec.Struct, frozen=True, tag="file"):
    """A SQLite file."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)


class ServerPlace(msgspec.Struct, frozen=True, tag="server"):
    """A PostgreSQL database; ``url`` without a password, which is looked for beside ``folder`` when connecting.

    ``shards``: addresses of the servers over which its largest tables are spread.
    """

    url: str
    folder: Path
    shards: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.url


Place = FilePlace | ServerPlace


def place_of(data: Path) -> Place:
    """Where the store of the hub in ``data`` is; ``DataDirectory`` when ``hub.toml`` is not right."""
    url, shards, _ = _stated(data / SETTINGS_FILE)
    if url is None and not shards:
        return FilePlace(data / DATABASE)
    return server_place(url or "", data, where=str(data / SETTINGS_FILE), shards=shards)


def server_place(url: str, data: Path, *, where: str, shards: tuple[str, ...] = ()) -> ServerPlace:
    """The PostgreSQL database at ``url``; ``DataDirectory`` with a password in it, or when it is none."""
    if shards:
        own, *others = (server_place(each, data, where=where).url for each in (url, *shards))
        if len({own, *others}) <= len(others):
            raise DataDirectory("a server is named twice", where=where, advice="give each a database of its own")
        return ServerPlace(url=own, folder=data, shards=tuple(others))
    try:
        parts = urlsplit(url)
        secret = parts.password is not None or any(key == "password" for key, _ in parse_qsl(parts.query))
    except ValueError as error:
        raise DataDirectory(f"the store's address can't be read: {error}", where=where, advice=_FORM) from None
    if secret:
        raise DataDirectory(
            "the store's address holds a password",
            where=where,
            advice=f"take it out; put it into {PASSWORD_FILE} in the data folder (chmod 600) or {PASSWORD_VARIABLE}",
        )
    if parts.scheme not in _SCHEMES or len(unquote(parts.path)) <= 1:
        raise DataDirectory("the store's address names no PostgreSQL database", where=where, advice=_FORM)
    return ServerPlace(url="postgresql" + url[len(parts.scheme) :], folder=data)


def password_for(place: ServerPlace) -> str | None:
    """The password to connect with; None leaves it to PostgreSQL's own ways."""
    if given := os.environ.get(PASSWORD_VARIABLE):
        return given
    return read_password(place.folder / PASSWORD_FILE)


def read_password(path: Path) -> str | None:
    """The password in a file that its owner alone may read; None when there is none."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_IMODE(mode) & (stat.S_IRWXG | stat.S_IRWXO):
        raise DataDirectory("others may read the password", where=str(path), advice=f"run 'chmod 600 {path}'")
    return path.read_text(encoding="utf-8").strip()


def write_place(place: ServerPlace) -> None:
    """Make the hub in ``place.folder`` use this database from its next start on; the file appears whole."""
    path = place.folder / SETTINGS_FILE
    cold = cold_address(place.folder)
    part = path.with_name(f"{path.name}.part")
    lines = {"store": place.url, "shards": place.shards, "cold": cold}
    text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items() if value)
    part.write_text(text, encoding="utf-8")
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(path)


def cold_address(data: Path) -> str | None:
    """Where the cold tier is, when it is not in the data folder; ``DataDirectory`` when ``hub.toml`` is not right."""
    return _stated(data / SETTINGS_FILE)[2]


def _stated(path: Path) -> tuple[str | None, tuple[str, ...], str | None]:
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None, (), None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataDirectory(f"can't be read: {error}", where=str(path), advice=_FORM) from None
    unknown = sorted(settings.keys() - _KNOWN)
    if unknown:
        raise DataDirectory(f"knows no setting {unknown[0]!r}", where=str(path), advice=_FORM)
    store, cold = settings.get("store"), settings.get("cold")
    for name, value in (("store", store), ("cold", cold)):
        if value is not None and not isinstance(value, str):
            raise DataDirectory(f"{name!r} is no text", where=str(path), advice=_FORM)
    shards = settings.get("shards", [])
    if not isinstance(shards, list) or not all(isinstance(each, str) for each in shards):
        raise DataDirectory("'shards' is no list of texts", where=str(path), advice=_FORM)
    return store, tuple(shards), cold


_FORM = 'write store = "postgresql://USER@HOST/DATABASE"'
