"""How long files of pictures stay here: those that are older go, by hand or in the background. Their records stay."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

from hub.alone import repeating_alone
from hub.errors import HubError
from hub.parts import Hub
from hub.picture.folder import PictureFolder, small_place
from hub.store.core.database import Writing
from hub.store.core.instant import to_micros
from hub.store.production.pictures import files_whole_before, note_removed

EVERY_S = 3600.0
PARTS_KEPT = timedelta(days=7)
"""A file that began to come and was not gone on with for so long begins anew."""
_AT_ONCE = 500
_LOG = logging.getLogger(__name__)


def remove_pictures(hub: Hub, before: datetime) -> int:
    """Remove the files that came before; how many. Killed in between, the next call removes the rest."""
    folder, now, removed = PictureFolder(hub.settings.data), to_micros(hub.clock()), 0
    while True:
        with hub.store.reading() as connection:
            due = files_whole_before(connection, to_micros(before), _AT_ONCE)
        if not due:
            return removed
        files = {(row.plant, row.sha256) for row in due}
        for plant, digest in files:
            folder.remove(plant, digest)
            small_place(hub.settings.data, plant, digest).unlink(missing_ok=True)
        hub.store.write(partial(_note, files=files, at=now))
        removed += len(files)


def _note(connection: Writing, *, files: set[tuple[str, str]], at: int) -> None:
    for plant, digest in files:
        note_removed(connection, plant, digest, at)


@contextmanager
def keeping_pictures(hub: Hub, days: int | None, every_s: float = EVERY_S) -> Iterator[None]:
    """Remove what is older than ``days`` (None: nothing), and what never came whole, until the block is left."""

    def work() -> None:
        now = hub.clock()
        try:
            PictureFolder(hub.settings.data).drop_parts((now - PARTS_KEPT).timestamp())
            removed = 0 if days is None else remove_pictures(hub, now - timedelta(days=days))
        except (HubError, OSError) as error:
            _LOG.warning("old files of pictures stay for now: %s", error)
            return
        if removed:
            _LOG.info("%d files of pictures removed, which were here for %s days", removed, days)

    with repeating_alone(hub, "removing old files of pictures", work, every_s, at_once=True):
        yield
