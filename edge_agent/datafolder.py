"""The agent's data folder: what lies where, and that only one agent uses it."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from edge_agent.errors import AgentError, DataFolderBusy

OUTBOX = "outbox.db"
PICTURES = "pictures"
LINE_STATE = "line.json"
LOCK = "agent.lock"
_SECOND_LOOK = 0.1


@contextmanager
def held_folder(folder: Path) -> Iterator[Path]:
    """Hold the folder for this process, making it where there is none; DataFolderBusy when another agent holds it.

    The operating system lets go of the lock when the process ends, however it ends.
    """
    lock = folder / LOCK
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = lock.open("a+b")
    except OSError as error:
        raise AgentError(
            f"the data folder cannot be used: {error.strerror}", where=str(folder), advice="give the agent the right to"
        ) from None
    with file:
        if not _lock(file) and not _lock_later(file):
            file.seek(0)
            holder = file.read(20).decode("ascii", "replace").strip() or "unknown"
            raise DataFolderBusy(
                f"another agent (process {holder}) runs on this data folder",
                where=str(folder),
                advice="stop it first, or give this one a data folder of its own",
            )
        file.truncate(0)
        file.write(str(os.getpid()).encode())
        file.flush()
        yield folder


def is_held(folder: Path) -> bool:
    """Whether an agent runs on this folder; looking takes the lock for a moment when none does."""
    try:
        file = (folder / LOCK).open("rb")
    except OSError:
        return False
    with file:
        return not _lock(file)


def _lock_later(file: BinaryIO) -> bool:
    time.sleep(_SECOND_LOOK)  # somebody who only looks lets go at once
    return _lock(file)


if sys.platform == "win32":
    import msvcrt

    _BYTE = 1_000_000  # beyond the content, because Windows forbids reading what is locked

    def _lock(file: BinaryIO) -> bool:
        file.seek(_BYTE)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        file.seek(0)
        return True
else:
    import fcntl

    def _lock(file: BinaryIO) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
