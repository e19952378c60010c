"""What counts as a broken file, and how one is put aside: renamed with the time, never deleted.

Putting aside is three renames, with the new file's content complete before the first of them, so that a process killed
between any two finds at its next start how far it had come (``finish``):

1. the write-ahead log of the broken file gets its new name (without its file, that says where the file must go);
2. the broken file gets its new name;
3. the new file, which was made beside it, takes its place.
"""

import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from edge_agent.errors import OutboxUnusable

_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT)
_CHECKED_WHOLE = 256 * 1024 * 1024
_UNSOUND = ("malformed", "not a database", "no such table", "no such column", "could not decode to utf-8")
NEW = ".new"
UNREADABLE = (sqlite3.Error, UnicodeDecodeError)
"""What reading a broken file raises: SQLite's messages quote what it read, which may be no text."""


class OutboxDamaged(OutboxUnusable):
    """The outbox file is broken; it is put aside and what can be read of it is taken over."""


class ContentDamaged(sqlite3.DatabaseError):
    """A row is not what was written there."""


def is_damage(error: BaseException) -> bool:
    """Whether the error says that the file is broken, not that the disk is full or the file is in use."""
    if isinstance(error, ContentDamaged | OutboxDamaged | UnicodeDecodeError):
        return True
    if not isinstance(error, sqlite3.DatabaseError):
        return False
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
    return code in _BROKEN or any(word in str(error).lower() for word in _UNSOUND)


def check_sound(path: Path) -> None:
    """OutboxDamaged when the file's structure is broken; changes nothing.

    A very large file is believed until one of its pages says otherwise.
    """
    if not path.exists() or not 0 < path.stat().st_size <= _CHECKED_WHOLE:
        return
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        ((said,),) = connection.execute("PRAGMA quick_check(1)").fetchall()
    except UNREADABLE as error:
        if not is_damage(error):
            return  # opening it for writing says what is wrong
        said = str(error)
    finally:
        connection.close()
    if said != "ok":
        raise OutboxDamaged(str(said)[:500], where=str(path))


def put_aside(path: Path, aside: Path) -> None:
    """Rename the broken file, and put the complete new one into its place."""
    log = _log_of(path)
    if log.exists():
        log.rename(_log_of(aside))
    _settle(path.parent)
    if path.exists():
        path.rename(aside)
    _shared_memory_of(path).unlink(missing_ok=True)
    _settle(path.parent)
    Path(f"{path}{NEW}").rename(path)
    _settle(path.parent)


def finish(path: Path) -> None:
    """Finish the renames that a killed process had begun; drop a new file that was not complete."""
    new = Path(f"{path}{NEW}")
    for log in path.parent.glob(f"{path.stem}.broken-*{path.suffix}-wal"):
        aside = log.with_name(log.name.removesuffix("-wal"))
        if not aside.exists() and path.exists() and new.exists():
            path.rename(aside)
            _shared_memory_of(path).unlink(missing_ok=True)
    if new.exists() and not path.exists() and not _log_of(path).exists():
        new.rename(path)
    for left in (new, _log_of(new), _shared_memory_of(new), Path(f"{new}-journal")):
        left.unlink(missing_ok=True)


def aside_name(path: Path, now: datetime) -> Path:
    """Where the broken file will be, beside the new one."""
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%S")
    for number in range(1, 10_000):
        again = "" if number == 1 else f"-{number}"
        name = path.with_name(f"{path.stem}.broken-{stamp}{again}{path.suffix}")
        if not name.exists() and not _log_of(name).exists():
            return name
    raise OutboxUnusable("too many files were put aside at once", where=str(path), advice="look at the disk")


def _log_of(path: Path) -> Path:
    return Path(f"{path}-wal")


def _shared_memory_of(path: Path) -> Path:
    return Path(f"{path}-shm")


def _settle(folder: Path) -> None:
    """Have the renames so far survive a power cut, where the system can promise that."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return  # Windows opens no folders
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
