"""Pictures that results rest on, kept under the hash of their bytes: ``<first two digits>/<sha256>.png``."""

import os
from pathlib import Path

from traceability.encoding import sha256


class Album:
    """A folder of kept pictures."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, content: bytes) -> str:
        """Store a picture durably; its SHA-256 in hex. The same bytes are kept once."""
        digest = sha256(content).hex()
        place = self.place(digest)
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            half = place.with_suffix(f".{os.getpid()}.half")
            with half.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            half.replace(place)
            _sync_folder(place.parent)
        return digest

    def place(self, digest: str) -> Path:
        """Where the picture with that SHA-256 (hex) is kept."""
        return self._folder / digest[:2] / f"{digest}.png"


def _sync_folder(folder: Path) -> None:
    """Make the new name durable too; a folder cannot be opened on Windows, where the rename is journalled."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
