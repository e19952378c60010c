"""The evidence file of one unit, put together from the bytes as they were stored, and its check.

It holds every record about the unit and about everything that is in it, the control plans they cite and, for each
author, the record by which the hub introduced its key. What the projection says is used only to find the records;
the records themselves, their Merkle paths and envelopes come from the ledger.
"""

from collections.abc import Collection, Iterable

import msgspec

from hub.errors import NotFound
from hub.ledger.log import current_checkpoint, verifier_key
from hub.parts import Hub
from hub.settings import HUB_AUTHOR
from hub.store.database import Reading
from hub.store.evidence_queries import (
    Place,
    SealedBatch,
    key_places,
    log_nodes,
    places_about,
    plan_places,
    sealed_batches,
    sealing_authors,
)
from hub.store.trace_queries import StoreLinks
from traceability.batch.limits import BatchLimits
from traceability.batch.open import decompress, open_batch
from traceability.encoding import to_base64
from traceability.errors import LimitExceeded, Malformed, ProofRefused
from traceability.evidence import EVIDENCE_FORMAT, Evidence, ProvedHeader, ProvedRecord
from traceability.genealogy import TraceLimits, trace
from traceability.log.checkpoint import sign_checkpoint
from traceability.merkle import all_nodes, inclusion_path, leaf_hash

FIRST_RECORD_LINE = 2
LOG_START = 0


class EvidenceLimits(msgspec.Struct, frozen=True):
    """One file holds no more; the evidence of a larger unit is taken part by part."""

    items: int = 2_000
    batches: int = 2_000
    records: int = 20_000


DEFAULT_EVIDENCE_LIMITS = EvidenceLimits()


def assemble_evidence(
    connection: Reading, hub: Hub, unit: str, limits: EvidenceLimits = DEFAULT_EVIDENCE_LIMITS
) -> Evidence:
    """The evidence of ``unit`` (canonical identity).

    ``NotFound`` when nobody sent a record about it, ``LimitExceeded`` when its genealogy is larger than one file
    takes, ``ProofRefused`` or ``Malformed`` when the stored bytes are not what the ledger took.
    """
    places = _places(connection, unit, limits)
    places |= _keys(connection, {batch_id for batch_id, _ in places})
    sealed = sealed_batches(connection, {batch_id for batch_id, _ in places})
    checkpoint = current_checkpoint(connection, hub.settings.origin)
    paths = _log_paths(connection, [batch.id for batch in sealed], checkpoint.size)
    headers, records = [], []
    for batch in sealed:
        lines = sorted(line for batch_id, line in places if batch_id == batch.id)
        envelope, proved = _proved(batch, lines, hub.settings.limits)
        headers.append(ProvedHeader(hash=batch.hash, envelope=envelope, log_index=batch.id, path=paths[batch.id]))
        records.extend(proved)
    return Evidence(
        format=EVIDENCE_FORMAT,
        subject=unit,
        log_key=str(verifier_key(hub)),
        checkpoint=sign_checkpoint(checkpoint, hub.log_signer),
        headers=tuple(headers),
        records=tuple(records),
    )


def _places(connection: Reading, unit: str, limits: EvidenceLimits) -> set[Place]:
    below = trace(unit, StoreLinks(connection), limits=TraceLimits(items=limits.items))
    if not places_about(connection, [unit]):
        raise NotFound(f"nobody has sent a record about {unit}", advice="check serial and GTIN")
    places = places_about(connection, below.depth_of)
    places |= plan_places(connection, places)
    batches = {batch_id for batch_id, _ in places}
    if below.truncated or len(places) > limits.records or len(batches) > limits.batches:
        raise LimitExceeded(
            f"the evidence of {unit} would fill more than one file "
            f"({limits.items} parts, {limits.batches} batches, {limits.records} records)",
            advice="take the evidence of its components one by one",
        )
    return places


def _keys(connection: Reading, batches: Collection[int]) -> set[Place]:
    """For each batch the key record in force at its place; for the batches that hold those records too."""
    authors = sealing_authors(connection, batches)
    known = key_places(connection, {*authors.values(), HUB_AUTHOR})
    waiting = dict(authors)
    found: set[Place] = {key.place for key in known if key.author == HUB_AUTHOR and key.place[0] == LOG_START}
    while waiting:
        position, author = waiting.popitem()
        before = [key.place for key in known if key.author == author and key.place[0] < max(position, LOG_START + 1)]
        if not before:
            raise ProofRefused(f"the ledger holds no key of {author!r} from before log position {position}")
        place = max(before)
        if place not in found:
            found.add(place)
            waiting[place[0]] = HUB_AUTHOR
    return found


def _log_paths(connection: Reading, positions: Collection[int], size: int) -> dict[int, tuple[str, ...]]:
    """The log inclusion path of each position, with one look-up for all of them."""
    wanted: set[tuple[int, int]] = set()

    def note(level: int, index: int) -> bytes:
        wanted.add((level, index))
        return b""

    for position in positions:
        inclusion_path(position, size, note)
    nodes = log_nodes(connection, wanted)
    missing = wanted - nodes.keys()
    if missing:
        raise ProofRefused(f"the log has lost its node {min(missing)}", advice="run 'zhuoyue-hub fsck'")
    return {position: _texts(inclusion_path(position, size, lambda lv, ix: nodes[lv, ix])) for position in positions}


def _proved(sealed: SealedBatch, lines: Iterable[int], limits: BatchLimits) -> tuple[str, list[ProvedRecord]]:
    """The batch's envelope, and the records at ``lines`` with their Merkle paths."""
    opened = open_batch(decompress(sealed.body, limits), limits)
    nodes = all_nodes(leaf_hash(line) for line in opened.lines)
    count = len(opened.lines)
    proved = []
    for number in lines:
        index = number - FIRST_RECORD_LINE
        path = _texts(inclusion_path(index, count, lambda lv, ix: nodes[lv, ix]))
        proved.append(ProvedRecord(batch=sealed.hash, index=index, path=path, line=_text(opened.lines[index], sealed)))
    return opened.envelope_line.decode(), proved


def _text(line: bytes, sealed: SealedBatch) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        raise Malformed("a record is not UTF-8", where=f"batch at log position {sealed.id}") from None


def _texts(path: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(to_base64(digest) for digest in path)
