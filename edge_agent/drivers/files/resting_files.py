"""Files of a folder that have come to rest, and where they go afterwards; blocking, to be called from a thread.

Only what does not change any more is read, and it is compared before and after reading. On Windows it must moreover be
possible to open it with nobody else having it open. Times of change belong to the folder's machine, so resting is
measured by this process's own monotonic clock, from when the file was last seen to be different.
"""

import sys
import time
from collections import deque
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from edge_agent.drivers.told_settings import FolderSettings
from traceability.encoding import sha256

_COMPANIONS = {".dfx": ".dfd"}
State = tuple[int, ...]
"""Size and time of change (ns) of a file, and of its companion; of two states only equality means something."""


class FoundFile(msgspec.Struct, frozen=True, kw_only=True):
    """A complete file as it was read.

    ``rested`` is how long it has not changed (s). ``companion`` is the file that describes it (a ``.dfd``), with its
    bytes. ``too_large``: more than the settings allow, so nothing was read.
    """

    path: Path
    name: str
    content: bytes
    state: State
    rested: float
    companion: Path | None = None
    description: bytes | None = None
    too_large: bool = False

    @property
    def modified_ns(self) -> int:
        """Time of change, ns since 1970 by the clock of the folder's machine."""
        return self.state[1]


class _Seen(msgspec.Struct):
    """How a file last looked and since when (monotonic seconds); not looked into again before ``not_before``."""

    state: State
    since: float
    not_before: float = 0.0


class RestingFiles:
    """What rests in a folder, oldest first."""

    def __init__(self, settings: FolderSettings) -> None:
        self._settings = settings
        self._seen: dict[str, _Seen] = {}
        self._at_rest: deque[tuple[str, State]] = deque()

    def next(self, taken: frozenset[str]) -> FoundFile | None:
        """The next complete file that is not ``taken``; OSError when the folder cannot be read.

        One look at the folder serves as many files as it found at rest; each is compared again when it is read.
        """
        if not self._at_rest:
            self._look()
        while self._at_rest:
            name, state = self._at_rest.popleft()
            found = self._read(name, state) if name not in taken and name in self._seen else None
            if found is not None:
                return found
        return None

    def _look(self) -> None:
        present = self._present()
        self._seen = {name: seen for name, seen in self._seen.items() if name in present}
        ordered = sorted(present.items(), key=lambda entry: (entry[1][1], entry[0]))
        self._at_rest.extend((name, state) for name, state in ordered if self._rests(name, state))

    def wait_longer(self, found: FoundFile) -> None:
        """The file rests but is not readable yet: look into it again after another settling time."""
        if found.name in self._seen:
            self._seen[found.name].not_before = time.monotonic() + self._settings.settle_s

    def _present(self) -> dict[str, State]:
        present = {}
        pattern, marker = self._settings.pattern.lower(), self._settings.marker
        for path in self._settings.folder.iterdir():
            if path.name.startswith(".") or not fnmatchcase(path.name.lower(), pattern):
                continue
            if marker is not None and path.name.endswith(marker):
                continue
            try:
                if path.is_file():
                    present[path.name] = _state(path)
            except FileNotFoundError:
                continue  # gone since the folder was listed
        return present

    def _rests(self, name: str, state: State) -> bool:
        now = time.monotonic()
        seen = self._seen.get(name)
        if seen is None or seen.state != state:
            self._seen[name] = _Seen(state, now)
            return False
        marker = self._settings.marker
        if marker is not None and not (self._settings.folder / (name + marker)).exists():
            return False
        return now - seen.since >= self._settings.settle_s and now >= seen.not_before

    def _read(self, name: str, state: State) -> FoundFile | None:
        path = self._settings.folder / name
        too_large = state[0] > self._settings.max_bytes
        companion, content, description = _companion(path), b"", None
        try:
            if not too_large:
                if not _nobody_writes(path):
                    return None
                content = path.read_bytes()
                description = companion.read_bytes() if companion is not None else None
            if _state(path) != state:
                return None
        except (FileNotFoundError, PermissionError):
            return None  # gone, or still held by its writer
        return FoundFile(
            path=path,
            name=name,
            content=content,
            state=state,
            rested=time.monotonic() - self._seen[name].since,
            companion=companion,
            description=description,
            too_large=too_large,
        )


def _state(path: Path) -> State:
    companion = _companion(path)
    statuses = [place.stat() for place in (path, companion) if place is not None]
    return tuple(number for status in statuses for number in (status.st_size, status.st_mtime_ns))


def put_away(file: FoundFile, settings: FolderSettings, reasons: tuple[str, ...]) -> Path | None:
    """Move a file to ``done``, or with reasons to ``bad``; where it is now.

    None when it is gone, or when it was written anew since it was read: then it stays and is taken again.
    """
    place = _free_place(settings.folder / (settings.bad if reasons else settings.done), file)
    if not _moved(file, place):
        return None
    if reasons:
        (place.parent / (place.name + ".reason.txt")).write_text("\n".join(reasons) + "\n", encoding="utf-8")
    if file.companion is not None and file.companion.exists():
        file.companion.replace(place.with_suffix(file.companion.suffix))
    if settings.marker is not None:
        (settings.folder / (file.name + settings.marker)).unlink(missing_ok=True)
    return place


def _moved(file: FoundFile, place: Path) -> bool:
    """Whether exactly what was read is at ``place`` now; what was written in the last moment goes back."""
    place.parent.mkdir(exist_ok=True)
    try:
        if _state(file.path) != file.state:
            return False
        file.path.replace(place)
    except FileNotFoundError:
        return False
    status = place.stat()
    if (status.st_size, status.st_mtime_ns) != file.state[:2] and not file.path.exists():
        place.replace(file.path)
        return False
    return True


def _companion(path: Path) -> Path | None:
    ending = _COMPANIONS.get(path.suffix.lower())
    places = [path.with_suffix(ending), path.with_suffix(ending.upper())] if ending else []
    return next((place for place in places if place.exists()), None)


def _free_place(folder: Path, file: FoundFile) -> Path:
    """The file's own name, or with part of its hash where another file has that name already."""
    place = folder / file.name
    if not place.exists():
        return place
    return folder / f"{file.path.stem}.{sha256(file.content).hex()[:16]}{file.path.suffix}"


def _nobody_writes(path: Path) -> bool:
    """On Windows, whether the file can be opened with no sharing at all; elsewhere nothing locks a file."""
    if sys.platform != "win32":
        return True
    import ctypes  # noqa: PLC0415 - exists everywhere, but what is used of it only on Windows

    generic_read, share_nothing, open_existing = 0x80000000, 0, 3
    handle = ctypes.windll.kernel32.CreateFileW(str(path), generic_read, share_nothing, None, open_existing, 0, None)
    if handle in (-1, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF):
        return False
    ctypes.windll.kernel32.CloseHandle(handle)
    return True
