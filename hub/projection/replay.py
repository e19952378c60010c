"""Read again what was quarantined, after a fix or an update of the hub.

The ledger stays as it is: the signed bytes, and the receipt that named the record. Only rows are made anew, and what is
rolled up from them, so that in the end all is what it would be had the record never been quarantined. Roll-ups depend
on the place of every value in its stream, so the rows are made by a whole rebuild, whose result is put in place in one
transaction.
"""

import msgspec

from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.store.ledger.quarantine import quarantined_places


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """``records`` were taken that had been quarantined, ``remaining`` of them still are; both in ``batches``."""

    batches: int
    records: int
    remaining: int


def replay(hub: Hub) -> Replayed:
    """Read every quarantined record again; ``DataDirectory`` while another rebuild is under way."""
    with hub.store.reading() as connection:
        before = quarantined_places(connection)
    if before:
        rebuild(hub)
    with hub.store.reading() as connection:
        remaining = before & quarantined_places(connection)
    return Replayed(
        batches=len({batch_id for batch_id, _ in before}),
        records=len(before) - len(remaining),
        remaining=len(remaining),
    )
