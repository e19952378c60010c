"""From read lines to rows. Pure: the same lines give the same rows, whenever and however often."""

from collections.abc import Iterator, Sequence

from hub.projection.objection import ReadRecord
from hub.projection.registry import PROJECTORS
from hub.projection.sender import Place, Sender
from hub.store.rows import Row

FIRST_RECORD_LINE = 2


def batch_rows(batch_id: int, sender: Sender, read: Sequence[ReadRecord]) -> Iterator[Row]:
    """Every row of a batch: of its records, and one in ``quarantine`` for each that can't be taken."""
    for line, item in enumerate(read, start=FIRST_RECORD_LINE):
        place = Place(sender=sender, batch_id=batch_id, line=line)
        if item.record is None:
            yield _quarantine(item, place)
        else:
            yield from PROJECTORS[type(item.record)](item.record, place)


def _quarantine(item: ReadRecord, place: Place) -> Row:
    return (
        "quarantine",
        {
            "batch_id": place.batch_id,
            "line": place.line,
            "author": place.sender.author,
            "chain": place.sender.chain,
            "seq": item.seq,
            "reason": item.reason,
        },
    )
