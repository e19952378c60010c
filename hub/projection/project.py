"""From read lines to rows. Pure: the same lines give the same rows, whenever and however often."""

import logging
from collections.abc import Iterator, Sequence

from hub.projection.columns import column_rows
from hub.projection.objection import ReadRecord
from hub.projection.registry import PROJECTORS
from hub.projection.sender import Place, Sender
from hub.store.writing.rows import Row
from hub.store.writing.savepoint import said_of
from traceability.record.production import MeasurementsRecord

log = logging.getLogger(__name__)
FIRST_RECORD_LINE = 2
QUARANTINE = "quarantine"
"""The table of records that could not be taken."""
_REASON_LENGTH = 300


def batch_rows(batch_id: int, sender: Sender, read: Sequence[ReadRecord]) -> Iterator[Row]:
    """Every row of a batch: of its records, and one in ``quarantine`` for each that can't be taken."""
    measured: list[tuple[int, MeasurementsRecord]] = []
    for line, item in enumerate(read, start=FIRST_RECORD_LINE):
        rows = record_rows(item, Place(sender=sender, batch_id=batch_id, line=line))
        yield from rows
        if isinstance(item.record, MeasurementsRecord) and rows[0][0] != QUARANTINE:
            measured.append((line, item.record))
    yield from column_rows(batch_id, sender, measured)


def set_aside(item: ReadRecord, error: Exception | None) -> ReadRecord:
    """The record as one that the hub could not project, by a mistake of its own."""
    reason = f"this version of the hub fails on it: {said_of(error)}"
    return item if item.record is None else ReadRecord(seq=item.seq, record=None, reason=reason[:_REASON_LENGTH])


def record_rows(item: ReadRecord, place: Place) -> list[Row]:
    """The rows of one record, or one in ``quarantine``; the values that it states stand in columns of its batch."""
    if item.record is None:
        return [_quarantine(item, place)]
    try:
        return list(PROJECTORS[type(item.record)](item.record, place))
    except Exception as error:  # noqa: BLE001 - a mistake in one projector must not stop an author's chain
        return [_quarantine(_told(item, place, error), place)]


def _told(item: ReadRecord, place: Place, error: Exception) -> ReadRecord:
    log.error("record %d of %s cannot be projected", item.seq, place.sender.author, exc_info=error)
    return set_aside(item, error)


def _quarantine(item: ReadRecord, place: Place) -> Row:
    return (
        QUARANTINE,
        {
            "batch_id": place.batch_id,
            "line": place.line,
            "author": place.sender.author,
            "chain": place.sender.chain,
            "seq": item.seq,
            "reason": item.reason,
        },
    )
