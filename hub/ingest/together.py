"""Several batches in one transaction, with one look at what they need and one commit: as if each came by itself.

Batches that are verified while others are being written wait for these and are then written together: the more there
are, the less each costs. What any of them is refused for concerns it alone. Where a mistake of the hub's own shows, all
is undone and they are taken one after another, so that the one at fault is found and set aside.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

from hub.errors import KeyRevoked, OutOfOrder, UnknownAuthor, WrongEnvironment
from hub.ingest.admit import Taken, admit, alarm, check_place, named_quarantine
from hub.ingest.clock import clock_notices
from hub.ingest.verify import VerifiedBatch, key_still
from hub.ledger.append import Entry, append_batches, receipted
from hub.parts import Hub
from hub.projection.objection import read_lines
from hub.projection.project import QUARANTINE, batch_rows
from hub.projection.sender import Sender
from hub.rollup.roll_up import roll_up_new
from hub.store.core.database import Writing
from hub.store.ledger.authors import KeyInForce, key_state
from hub.store.ledger.batches import StoredBatch, batches_by_hash, chain_head, log_size
from hub.store.ledger.forks import insert_fork
from hub.store.writing.rows import Row, write_new_rows
from hub.store.writing.savepoint import StoreTrouble
from traceability.errors import ProofRefused, SignatureRefused, ZhuoyueError

log = logging.getLogger(__name__)
Outcome = Taken | ZhuoyueError
"""What became of a batch; a ``Fork`` has left its alarm."""


def store_together(hub: Hub, batches: Sequence[VerifiedBatch]) -> list[Outcome]:
    """Ledger, log and projection of all of them in one transaction; outcomes in the order of ``batches``."""
    if len(batches) > 1:
        try:
            return hub.store.write(lambda connection: _Round(connection, hub, batches).outcomes())
        except (ZhuoyueError, StoreTrouble):
            raise
        except Exception as error:  # noqa: BLE001 - one by one it is found which of them it is
            _tell(batches, error)
    return [_alone(hub, verified) for verified in batches]


def _tell(batches: Sequence[VerifiedBatch], error: Exception) -> None:
    log.error("%d batches cannot be written together", len(batches), exc_info=error)


def _alone(hub: Hub, verified: VerifiedBatch) -> Outcome:
    try:
        return hub.store.write(lambda connection: admit(connection, hub, verified))
    except (OutOfOrder, KeyRevoked, UnknownAuthor, WrongEnvironment, ProofRefused, SignatureRefused) as error:
        return error


class _Round:
    """One writing transaction over several batches; what it has found out stays true until the end."""

    def __init__(self, connection: Writing, hub: Hub, batches: Sequence[VerifiedBatch]) -> None:
        self._connection = connection
        self._hub = hub
        self._batches = batches
        self._known = batches_by_hash(connection, {verified.opened.hash for verified in batches})
        self._first = self._index = log_size(connection)
        self._now: datetime = hub.clock()
        self._keys = key_state(connection)
        self._heads: dict[tuple[str, str], StoredBatch | None] = {}
        self._entries: list[Entry] = []
        self._rows: list[Row] = []

    def outcomes(self) -> list[Outcome]:
        """What becomes of each; everything is written."""
        outcomes = [self._outcome(verified) for verified in self._batches]
        if self._entries:
            append_batches(self._connection, self._entries)
            write_new_rows(self._connection, self._rows)
            roll_up_new(self._connection, self._first, self._index - 1, self._rows)
        return outcomes

    def _outcome(self, verified: VerifiedBatch) -> Outcome:
        known = self._known.get(verified.opened.hash)
        if known is not None:
            return Taken(stored=known, new=False)
        try:
            key = key_still(self._connection, self._hub, verified, self._keys)
            head = self._head(verified)
            fork = check_place(verified, head)
        except ZhuoyueError as error:
            return error
        if fork is not None:
            insert_fork(self._connection, alarm(verified, self._now))
            return fork
        return self._taken(verified, key, head)

    def _head(self, verified: VerifiedBatch) -> StoredBatch | None:
        chain = verified.opened.header.author, verified.opened.header.chain
        if chain not in self._heads:
            self._heads[chain] = chain_head(self._connection, *chain)
        return self._heads[chain]

    def _taken(self, verified: VerifiedBatch, key: KeyInForce, head: StoredBatch | None) -> Taken:
        opened, hub = verified.opened, self._hub
        header = opened.header
        sender = Sender(author=header.author, chain=header.chain, plant=key.plant)
        due = 1 if head is None else head.first_record + head.records
        read = read_lines(opened.lines, due, sender, hub.settings.limits)
        notices = clock_notices(header, read, self._now)
        rows = list(batch_rows(self._index, sender, read))
        quarantined = tuple(named_quarantine(row) for table, row in rows if table == QUARANTINE)
        stored = receipted(hub, opened, index=self._index, now=self._now, quarantined=quarantined, notices=notices)
        self._index += 1
        self._known[stored.hash] = self._heads[header.author, header.chain] = stored
        self._entries.append(Entry(stored, verified.body))
        self._rows += rows
        return Taken(stored=stored, new=True, quarantined=quarantined, notices=notices)
