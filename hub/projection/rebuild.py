"""Make every projection row again from the ledger, in one transaction."""

from hub.errors import DataDirectory
from hub.parts import Hub
from hub.projection.objection import read_lines
from hub.projection.project import batch_rows
from hub.projection.sender import Sender
from hub.store.authors import key_in_force
from hub.store.batches import StoredBatch, batch_body, batch_by_id, batch_by_seq, log_size
from hub.store.database import Reading, Writing
from hub.store.rows import clear_projection, write_rows
from traceability.batch.open import decompress, open_batch


def rebuild(hub: Hub) -> int:
    """Rebuild; returns how many batches were read. Other writers wait, and are turned away if it takes long."""
    with hub.store.writing() as connection:
        clear_projection(connection)
        size = log_size(connection)
        for index in range(size):
            _project_again(connection, hub, index)
    return size


def due_record(connection: Reading, author: str, chain: str, seq: int) -> int:
    """The record sequence with which batch ``seq`` of a chain has to begin."""
    before = batch_by_seq(connection, author, chain, seq - 1)
    return 1 if before is None else before.first_record + before.records


def _project_again(connection: Writing, hub: Hub, index: int) -> None:
    stored, body = batch_by_id(connection, index), batch_body(connection, index)
    if stored is None or body is None:
        raise DataDirectory(
            f"log index {index} has no batch", where=str(hub.settings.data), advice="restore the ledger from a backup"
        )
    opened = open_batch(decompress(body, hub.settings.limits), hub.settings.limits)
    sender = _sender(connection, stored)
    due = due_record(connection, stored.author, stored.chain, stored.seq)
    write_rows(connection, index, batch_rows(index, sender, read_lines(opened.lines, due, sender)))


def _sender(connection: Reading, stored: StoredBatch) -> Sender:
    key = key_in_force(connection, stored.author, stored.id)
    return Sender(author=stored.author, chain=stored.chain, plant=None if key is None else key.plant)
