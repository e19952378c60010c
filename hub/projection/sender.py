"""Whose record it is and where it stands: what a row says beside the record's own words."""

import msgspec

from hub.store.core.instant import to_micros
from traceability.record.base import Record


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """The author of a batch as registered when the batch was taken; ``plant`` is None for the hub itself."""

    author: str
    chain: str
    plant: str | None


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a record stands: ``batch_id`` is the log index, line 1 of a batch is its header."""

    sender: Sender
    batch_id: int
    line: int

    @property
    def plant(self) -> str | None:
        """The sender's plant."""
        return self.sender.plant


def evidence(record: Record, place: Place) -> dict[str, object]:
    """The columns that every row made of ``record`` begins with."""
    return {
        "batch_id": place.batch_id,
        "line": place.line,
        "author": place.sender.author,
        "chain": place.sender.chain,
        "seq": record.seq,
        "event_time": to_micros(record.event_time),
    }
