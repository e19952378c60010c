"""A mistake in the hub's own code must not stop an author's chain: what cannot be projected is quarantined.

A projector that raises is seen by ``project`` for its record alone. Here are the mistakes that show only later: a row
that the store does not take (the record it comes from is found by trying each by itself), and a roll-up that fails over
the batch (then all its records are set aside). The ledger holds the signed bytes in any case, and after an update
``replay`` makes the rows that are missing. What the disk or another writer refuses is no mistake and is raised.
"""

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from hub.projection.objection import ReadRecord
from hub.projection.project import batch_rows, set_aside
from hub.projection.sender import Sender
from hub.store.core.database import Writing
from hub.store.writing.rows import write_rows
from hub.store.writing.savepoint import StoreTrouble, undone, undone_on_error
from traceability.errors import ZhuoyueError

log = logging.getLogger(__name__)
T = TypeVar("T")
Records = Sequence[ReadRecord]


def written_or_set_aside(
    connection: Writing, batch_id: int, sender: Sender, read: Records, write: Callable[[Records], T]
) -> T:
    """``write(read)``; where that fails by a mistake it is undone and done again with records set aside."""
    try:
        with undone_on_error(connection):
            return write(read)
    except (ZhuoyueError, StoreTrouble):
        raise
    except Exception as error:  # noqa: BLE001 - whatever mistake it is, the chain must go on
        _tell(batch_id, sender, error)
    sound = [_tried(connection, batch_id, sender, item) for item in read]
    try:
        with undone_on_error(connection):
            return write(sound)
    except (ZhuoyueError, StoreTrouble):
        raise
    except Exception as error:  # noqa: BLE001 - no single record is at fault
        _tell(batch_id, sender, error)
        none = [set_aside(item, error) for item in read]
    return write(none)


def _tried(connection: Writing, batch_id: int, sender: Sender, item: ReadRecord) -> ReadRecord:
    """The record, set aside when its rows by themselves cannot be written."""
    try:
        with undone(connection):
            write_rows(connection, batch_id, batch_rows(batch_id, sender, [item]))
    except StoreTrouble:
        raise
    except Exception as error:  # noqa: BLE001 - the same, and this time it is known whose
        return set_aside(item, error)
    return item


def _tell(batch_id: int, sender: Sender, error: Exception) -> None:
    log.error("batch at log index %d of %s cannot be projected as it is", batch_id, sender.author, exc_info=error)
