"""Entering one record about a plant."""

from collections.abc import Callable, Sequence

from hub.entry.master import require_plant
from hub.entry.seal import Stamp, Stamps, enter
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.ledger.batches import StoredBatch
from traceability.record.base import Record

ID_BYTES = 8


def new_id(hub: Hub, kind: str) -> str:
    """An id that nothing else has."""
    return f"{kind}-{hub.random_bytes(ID_BYTES).hex()}"


def enter_for_plant(hub: Hub, plant: str, kind: str, record: Callable[[str, Stamp], Record]) -> StoredBatch:
    """Seal what ``record`` makes of a new id and a stamp; ``EntryRefused`` when there is no such plant."""
    identity = new_id(hub, kind)

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        require_plant(connection, plant, where=kind)
        return [record(identity, stamp())]

    stored = enter(hub, draft)
    assert stored is not None  # the draft always has a record
    return stored
