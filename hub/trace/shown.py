"""Whether what pages show is what was sealed: the rows of a unit compared with its proved records.

Pages read the projection, proofs come from the ledger. Somebody who edits a row of the database must not get a page
that shows the edited value beside the word "proved". Rows that are missing altogether are not noticed here, because
records are found by their rows: making the projection again brings them back.
"""

from collections.abc import Iterator, Mapping

import msgspec

from hub.projection.columns import column_rows
from hub.projection.project import FIRST_RECORD_LINE
from hub.projection.registry import PROJECTORS
from hub.projection.sender import Place, Sender
from hub.store.core.database import Reading
from hub.store.production.measured import spread, value_rows_at
from hub.store.trace.evidence import rows_at
from hub.store.writing.rows import Row
from traceability.batch.header import HEADER_TYPE, Header, decode_header
from traceability.evidence import Evidence
from traceability.record.codec import AnyRecord, decode_record
from traceability.record.master import AuthorKeyRecord
from traceability.record.production import MeasurementsRecord
from traceability.signing import envelope_payload, read_envelope


def differences(connection: Reading, evidence: Evidence) -> list[str]:
    """One line for each proved record whose rows say something else; ``evidence`` has passed its check."""
    records = list(_records(evidence))
    plants = {record.id: record.plant for _, _, record in records if isinstance(record, AuthorKeyRecord)}
    expected = {
        (index, line): {_spelt(row) for row in _rows(header, (index, line), record, plants)}
        for (index, line), header, record in records
    }
    stored: dict[tuple[int, int], set[bytes]] = {place: set() for place in expected}
    tables = {str(msgspec.json.decode(row)[0]) for rows in expected.values() for row in rows}
    for name, row in (*rows_at(connection, expected, tables), *value_rows_at(connection, expected)):
        stored[_place(row)].add(_spelt((name, row)))
    return [
        f"line {line} of the batch at log position {index}: pages show something else than what was sealed; "
        "run 'zhuoyue-hub rebuild'"
        for (index, line), rows in sorted(expected.items())
        if stored[index, line] != rows
    ]


def _records(evidence: Evidence) -> Iterator[tuple[tuple[int, int], Header, AnyRecord]]:
    headers = {}
    for stated in evidence.headers:
        payload = envelope_payload(read_envelope(stated.envelope.encode()), HEADER_TYPE)
        headers[stated.hash] = (stated.log_index, decode_header(payload))
    for proved in evidence.records:
        index, header = headers[proved.batch]
        yield (index, proved.index + FIRST_RECORD_LINE), header, decode_record(proved.line.encode())


def _rows(header: Header, place: tuple[int, int], record: AnyRecord, plants: dict[str, str | None]) -> list[Row]:
    sender = Sender(author=header.author, chain=header.chain, plant=plants.get(header.author))
    batch_id, line = place
    rows = PROJECTORS[type(record)](record, Place(sender=sender, batch_id=batch_id, line=line))
    measured = [(line, record)] if isinstance(record, MeasurementsRecord) else []
    return list(spread([*rows, *column_rows(batch_id, sender, measured)]))


def _place(row: Mapping[str, object]) -> tuple[int, int]:
    batch_id, line = row["batch_id"], row["line"]
    assert isinstance(batch_id, int)
    assert isinstance(line, int)
    return batch_id, line


def _spelt(row: Row) -> bytes:
    """A row in one spelling, whether it comes from a record or from the database."""
    name, columns = row
    return msgspec.json.encode((name, columns), order="deterministic")
