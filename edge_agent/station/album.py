"""Pictures that results rest on, kept under the hash of their bytes.

What was taken lies in ``<first two digits>/<sha256>.png`` (or the ending of its kind), with a note beside it: for which
cycle, with which program and parameters, with which verdict. Once every result that rests on it is OK it moves to
``ok/``, where less room is given: pictures of failures, of doubts and of cycles that a crash cut off stay longer. The
signed record holds the hash, so that a picture proves itself for as long as it is kept.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from edge_agent.config.settings import PictureRule
from traceability.encoding import sha256
from vision.whole import suffix_of

_OK = "ok"
ASIDE = "aside"
"""Pictures that end the process that reads them."""

_DAY = 86_400.0


class Swept(msgspec.Struct, frozen=True, kw_only=True):
    """How many pictures went, and how many bytes are left."""

    pictures: int
    left: int


class Album:
    """A folder of kept pictures."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def aside(self) -> Path:
        """Where pictures go that end the process that reads them."""
        return self._folder / ASIDE

    def keep(self, content: bytes) -> str:
        """Store a picture durably; its SHA-256 in hex. The same bytes are kept once."""
        digest = sha256(content).hex()
        if self.find(digest) is None:
            _write_durably(self._folder / digest[:2] / f"{digest}{suffix_of(content)}", content)
        return digest

    def find(self, digest: str) -> Path | None:
        """The picture with that SHA-256 (hex), if it is kept."""
        for folder in (self._folder, self._folder / _OK):
            for found in (folder / digest[:2]).glob(f"{digest}.*"):
                if found.suffix not in (".json", ".half"):
                    return found
        return None

    def settle(self, digest: str, note: dict[str, Any], *, ok: bool) -> None:
        """A result that rests on the picture is stored: note it, and file the picture by its verdicts."""
        picture = self.find(digest)
        if picture is None:
            return
        beside = picture.with_suffix(".json")
        notes = _notes(beside)
        if note not in notes:
            notes.append(note)
        place = self._folder / _OK / digest[:2] if ok and all(entry.get("ok") for entry in notes) else None
        place = place or self._folder / digest[:2]
        place.mkdir(parents=True, exist_ok=True)
        half = place / f"{digest}.{os.getpid()}.half"
        half.write_text(json.dumps(notes, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        half.replace(place / beside.name)
        if place != picture.parent:
            picture.replace(place / picture.name)
            beside.unlink(missing_ok=True)

    def sweep(self, rule: PictureRule, now: float) -> Swept:
        """Delete what is too old or too much, the oldest first; ``now`` in seconds since 1970, as files are dated."""
        gone, left = 0, 0
        classes = ((self._folder / _OK, rule.ok_bytes, rule.ok_days), (self._folder, rule.other_bytes, rule.other_days))
        for folder, most, days in classes:
            kept = 0
            for at, size, picture in sorted(_pictures(folder), reverse=True):
                if kept + size <= most and now - at <= days * _DAY:
                    kept += size
                    continue
                picture.unlink(missing_ok=True)
                picture.with_suffix(".json").unlink(missing_ok=True)
                gone += 1
            left += kept
        return Swept(pictures=gone, left=left)


def _pictures(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """Time of change, size and path of each; what a crash left half written counts as a picture."""
    for part in folder.glob("[0-9a-f][0-9a-f]"):
        for entry in os.scandir(part):
            if entry.name.endswith(".json"):
                continue
            try:
                status = entry.stat()
            except FileNotFoundError:
                continue  # gone since the folder was listed
            yield status.st_mtime, status.st_size, Path(entry.path)


def _notes(file: Path) -> list[dict[str, Any]]:
    try:
        notes = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return []
    return notes if isinstance(notes, list) else []


def _write_durably(place: Path, content: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    half = place.with_suffix(f".{os.getpid()}.half")
    with half.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    half.replace(place)
    _sync_folder(place.parent)


def _sync_folder(folder: Path) -> None:
    """Make the new name durable too; a folder cannot be opened on Windows, where the rename is journalled."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
