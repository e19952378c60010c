"""The last batches of an ended chain: records that were salvaged before they were sealed, byte for byte.

They keep their chain and their numbers, so that a hub that has them already (in a batch this file has forgotten) sees
a fork and takes none of them twice. A number whose record could not be salvaged is filled by the declaration that it
is lost, because a chain's numbers have no gaps.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from zlib import crc32

import msgspec

from edge_agent.outbox.chain import Identity
from edge_agent.outbox.former import FormerChain, former_chains, keep_former
from edge_agent.outbox.records import Salt
from edge_agent.outbox.schema import micros
from traceability.batch.header import FORMAT_VERSION, Header, encode_header, header_hash
from traceability.batch.seal import records_root, seal_batch
from traceability.record.codec import encode_record
from traceability.record.production import DataLossRecord
from traceability.signing import Signer

_PER_BATCH = 500


def seal_salvaged(connection: sqlite3.Connection, identity: Identity, signer: Signer, salt: Salt, now: datetime) -> int:
    """Seal what was salvaged of ended chains; how many batches that were."""
    made = 0
    for former in former_chains(connection):
        found = dict(connection.execute("SELECT seq, line FROM former_record WHERE chain = ?", (former.chain,)))
        if not found or former.config is None:
            continue
        numbers = range(former.next_record, max(found) + 1)
        lines = [found.get(number) or _lost(former.chain, number, salt, now) for number in numbers]
        head = _Head(former, former.config, identity, signer)
        for start in range(0, len(lines), _PER_BATCH):
            head = _seal(connection, head, lines[start : start + _PER_BATCH], now)
            made += 1
        connection.execute("DELETE FROM former_record WHERE chain = ?", (former.chain,))
    return made


class _Head(msgspec.Struct, frozen=True):
    """Where an ended chain stands, and who seals on."""

    former: FormerChain
    config: str
    identity: Identity
    signer: Signer


def _seal(connection: sqlite3.Connection, head: _Head, lines: Sequence[bytes], now: datetime) -> _Head:
    former = head.former
    header = Header(
        format=FORMAT_VERSION,
        environment=head.identity.environment,
        author=head.identity.author,
        chain=former.chain,
        seq=former.batches + 1,
        prev=former.head,
        sealed_at=now,
        first_record=former.next_record,
        records=len(lines),
        root=records_root(lines),
        config=head.config,
    )
    body, name = seal_batch(header, lines, head.signer), header_hash(encode_header(header))
    connection.execute(
        "INSERT INTO batch (seq, hash, records, sealed_at, body, crc) VALUES (?, ?, ?, ?, ?, ?)",
        (former.base + header.seq, name, len(lines), micros(now), body, crc32(body)),
    )
    longer = msgspec.structs.replace(former, batches=header.seq, head=name, next_record=former.next_record + len(lines))
    keep_former(connection, longer, now)
    return msgspec.structs.replace(head, former=longer)


def _lost(chain: str, number: int, salt: Salt, now: datetime) -> bytes:
    return encode_record(
        DataLossRecord(
            id=f"chain:{chain}:{number}",
            seq=number,
            salt=salt(),
            event_time=now,
            stream=f"chain:{chain}",
            count=1,
            first=number,
            last=number,
            reason="the record of this number could not be read from the line PC's broken outbox file",
        )
    )
