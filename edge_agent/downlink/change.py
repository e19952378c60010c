"""Several files changed together or not at all, wherever the power fails: a journal beside the configuration.

1. What the files hold now goes into ``agent.toml.change``, durably and by one rename. From here the change is open.
2. The new contents take their places one by one, each by a rename.
3. The journal is taken away: the change stands.

Whoever finds an open change puts the old contents back: they were in force, and the hub still has the message that
brought the new ones, because an agent takes a batch only after it has dealt with what it says.
"""

import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from edge_agent.datafolder import is_held
from edge_agent.errors import AgentError

_JOURNAL = ".change"
_HALF = ".half"


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What a file held before; None where there was none."""

    path: str
    content: bytes | None


class _Journal(msgspec.Struct, frozen=True, kw_only=True):
    """``data`` is the folder of the agent that changes its files."""

    data: str
    files: tuple[_Kept, ...]


class Change:
    """A change of files that belong to the configuration ``config``."""

    def __init__(self, config: Path, data: Path) -> None:
        self._journal = _journal_of(config)
        self._data = data

    def make(self, contents: Mapping[Path, bytes | None]) -> None:
        """Steps 1 and 2; a file without content (None) is taken away. OSError leaves the change open."""
        self.undo()
        kept = tuple(_Kept(path=str(path), content=_content(path)) for path in contents)
        journal = _Journal(data=str(self._data), files=kept)
        _write(self._journal, msgspec.json.encode(journal), mode=0o600)
        for path, content in contents.items():
            if content is None:
                _remove(path)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, content)

    def keep(self) -> None:
        """Step 3: the new contents stand."""
        _remove(self._journal)

    def undo(self) -> bool:
        """Put the old contents of an open change back; whether there was one."""
        return _undone(self._journal)


def undo_open_change(config: Path) -> bool:
    """At the start of an agent: undo a change that was cut off, unless the agent that makes it is alive.

    Whether there was one; AgentError when it can't be undone.
    """
    path = _journal_of(config.absolute())
    try:
        journal = _read(path)
        return journal is not None and not is_held(Path(journal.data)) and _undone(path)
    except OSError as error:
        raise AgentError(
            f"a change of the configuration was cut off and cannot be undone: {error.strerror}",
            where=str(error.filename or path),
            advice="run this as the user the agent runs as; look whether the disk is full",
        ) from None


def leftovers(files: Iterable[Path]) -> None:
    """Take away what a cut-off writing of these files left beside them."""
    for file in files:
        file.with_name(file.name + _HALF).unlink(missing_ok=True)


def _undone(path: Path) -> bool:
    journal = _read(path)
    if journal is None:
        return False
    for kept in journal.files:
        if kept.content is None:
            _remove(Path(kept.path))
        else:
            _write(Path(kept.path), kept.content)
    leftovers(Path(kept.path) for kept in journal.files)
    _remove(path)
    return True


def _read(path: Path) -> _Journal | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Journal)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise AgentError(
            f"the note of a change that was cut off cannot be read: {error}",
            where=str(path),
            advice="compare agent.toml and the control plan with what is wanted, then remove this file",
        ) from None


def _journal_of(config: Path) -> Path:
    return config.with_name(config.name + _JOURNAL)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _write(path: Path, content: bytes, mode: int | None = None) -> None:
    """Replace a file durably; it keeps its mode."""
    half = path.with_name(path.name + _HALF)
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode or 0o644), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if mode is None and path.exists():
        shutil.copymode(path, half)
    half.replace(path)
    _sync(path.parent)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    if path.parent.is_dir():
        _sync(path.parent)


def _sync(folder: Path) -> None:
    """Make names durable; a folder cannot be opened on Windows, where renames are journalled."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
