"""Small pictures for pages: made by a process of its own, kept beside the files they were made of, and never evidence.

They lie in a folder of their own below the data folder, which may be deleted at any time: they are made again.
"""

import os
import threading
import weakref
from pathlib import Path

from hub.errors import TooBusy
from hub.picture.folder import OWNER_ONLY, PictureFolder, small_place
from hub.store.production.pictures import FileRow
from vision.reduce_process import Reducer

MOST_SIDE = 480
_WAITING = 12


class SmallDesk:
    """The process that makes them, for one application; started when the first one is asked for."""

    def __init__(self, reducer: Reducer | None = None, *, waiting: int = _WAITING) -> None:
        self._reducer = reducer or Reducer(MOST_SIDE)
        weakref.finalize(self, self._reducer.close)  # for an application that is dropped and was never shut down
        self._free = threading.BoundedSemaphore(waiting)

    def small(self, data: Path, row: FileRow) -> bytes:
        """A JPEG of a file that is here; empty when none can be made of it. ``TooBusy`` while too many wait."""
        place = small_place(data, row.plant, row.sha256)
        try:
            return place.read_bytes()
        except FileNotFoundError:
            pass
        if not self._free.acquire(blocking=False):
            raise TooBusy("other small pictures are being made", own=False, after_s=2)
        try:
            made = self._reducer.small(PictureFolder(data).read(row.plant, row.sha256))
        finally:
            self._free.release()
        if made:
            _keep(place, made)
        return made

    def close(self) -> None:
        """Ends the process."""
        self._reducer.close()


def _keep(place: Path, made: bytes) -> None:
    """As well as the disk allows: it can be made again."""
    half = place.with_name(f"{place.name}.{threading.get_ident()}.{os.getpid()}.part")
    try:
        place.parent.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
        half.write_bytes(made)
        half.replace(place)
    except OSError:
        half.unlink(missing_ok=True)
