"""Which line and byte of a batch were changed, when the signature says only that something was.

Its records are projected as they are now and compared with the rows that were made when the batch came: the first line
whose rows differ is the one that was changed in the ledger (or whose rows were changed; the signature tells which).
Then the byte is looked for whose change explains the root (``repair``), in that line, or in all where no row tells.
When several bytes were changed and no row tells, only the batch can be named: one root stands for all of its lines.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from hub.audit.fault import Fault
from hub.audit.repair import MOST_TRIES, find_changed_byte, find_changed_header_byte
from hub.errors import ColdTrouble
from hub.parts import Hub
from hub.projection.objection import read_lines
from hub.projection.project import FIRST_RECORD_LINE, batch_rows
from hub.projection.rebuild import due_record, sender_of
from hub.store.core.database import Reading
from hub.store.ledger.batches import StoredBatch, batch_body, batch_by_id
from hub.store.production.measured import spread
from hub.store.writing.rows import Row, rows_of_batch
from traceability.batch.open import OpenedBatch, decompress, open_batch
from traceability.batch.seal import records_root
from traceability.encoding import from_tagged
from traceability.errors import ZhuoyueError


def pinpointed(connection: Reading, hub: Hub, fault: Fault, tries: int = MOST_TRIES) -> Fault:
    """``fault`` with line and byte, where rows, or ``tries`` of what the byte may have been, tell."""
    if fault.log_index is None or fault.line is not None or fault.byte is not None:
        return fault
    stored = batch_by_id(connection, fault.log_index)
    try:
        body = batch_body(connection, fault.log_index)
        if stored is None or body is None:
            return fault
        opened = open_batch(decompress(body, hub.settings.limits), hub.settings.limits)
    except ZhuoyueError:
        return fault
    if opened.hash != stored.hash:
        return _named_in_header(fault, opened, stored)
    if records_root(opened.lines) == opened.header.root:
        return fault
    sender = sender_of(connection, stored)
    due = due_record(connection, stored.author, stored.chain, stored.seq)
    now = _by_line(batch_rows(stored.id, sender, read_lines(opened.lines, due, sender, hub.settings.limits)))
    try:
        then = _by_line(rows_of_batch(connection, stored.id))
    except ColdTrouble:  # its rows tell nothing now
        then = {}
    differing = sorted(line for line in now.keys() | then.keys() if now.get(line) != then.get(line))
    return _named(fault, opened, differing[0] if then and differing else None, tries)


def _named_in_header(fault: Fault, opened: OpenedBatch, stored: StoredBatch) -> Fault:
    """The log's leaf is the hash of the header as it was."""
    byte = find_changed_header_byte(opened.envelope_line, from_tagged(stored.hash, "the header's hash"))
    if byte is None:
        return fault
    return msgspec.structs.replace(
        fault, line=1, byte=byte, what=f"{fault.what}; with another value in this one byte the header is as logged"
    )


def _named(fault: Fault, opened: OpenedBatch, line: int | None, tries: int) -> Fault:
    """``line`` is the one whose rows differ, None where none does."""
    known = None if line is None else line - FIRST_RECORD_LINE
    root = from_tagged(opened.header.root, "the root")
    found = None if known is None else find_changed_byte(opened.lines, root, known, tries)
    if found is None:  # rows differ also where they are gone
        found = find_changed_byte(opened.lines, root, None, tries)
    if found is not None:
        line, byte = found[0] + FIRST_RECORD_LINE, found[1]
        why = "with another value in this one byte they would match"
    elif line is not None:
        byte, why = 0, "this line is not what was projected when the batch came"
    else:
        why = "no flipped bit or changed digit explains it, and one root over all lines can't tell which was changed"
        return msgspec.structs.replace(fault, what=f"{fault.what}; {why}")
    return msgspec.structs.replace(fault, line=line, byte=_offset(opened, line) + byte, what=f"{fault.what}; {why}")


def _by_line(rows: Iterable[Row]) -> Mapping[int, set[bytes]]:
    by_line: defaultdict[int, set[bytes]] = defaultdict(set)
    for table, columns in spread(rows):
        line = columns["line"]
        assert isinstance(line, int)
        by_line[line].add(msgspec.json.encode([table, dict(columns)], order="sorted"))
    return by_line


def _offset(opened: OpenedBatch, line: int) -> int:
    """Where a line begins in the decompressed batch."""
    before = opened.lines[: line - FIRST_RECORD_LINE]
    return len(opened.envelope_line) + 1 + sum(len(one) + 1 for one in before)
