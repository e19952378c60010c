"""An evidence file put together from the bytes as they were stored.

What the projection says is used only to find the records; the records themselves, their Merkle paths and envelopes
come from the ledger. To the records asked for come, for each author, the record by which the hub introduced the key
that counted at that place, and those that revoked it. The checkpoint is the one that most witnesses cosigned among
those that hold every batch of the file; where there is none, the log's state now.
"""

from collections.abc import Collection, Iterable
from functools import lru_cache

import msgspec

from hub.ledger.log import verifier_key
from hub.parts import Hub
from hub.settings import HUB_AUTHOR
from hub.store.core.database import Reading
from hub.store.trace.evidence import (
    Place,
    SealedBatch,
    key_places,
    log_nodes,
    revocation_places,
    sealed_batches,
    sealing_authors,
)
from hub.witness.cosigned import cosigned_note, current_note
from traceability.batch.limits import BatchLimits
from traceability.batch.open import OpenedBatch, decompress, open_batch
from traceability.encoding import to_base64
from traceability.errors import Malformed, ProofRefused
from traceability.evidence import (
    EVIDENCE_FORMAT,
    WITHHELD_TYPE,
    Evidence,
    ProvedHeader,
    ProvedRecord,
    WithheldRecord,
    withheld_words,
)
from traceability.merkle import all_nodes, inclusion_path, leaf_hash
from traceability.record.base import Record, kind_of
from traceability.record.codec import decode_record
from traceability.signing import seal_envelope

FIRST_RECORD_LINE = 2
LOG_START = 0
NOTHING: frozenset[str] = frozenset()
SMALL = 64 * 1024
"""Batches up to so many bytes stay open, found by all of their bytes: those that introduce keys are in every file."""
MOST_APART = 32


class _Opened(msgspec.Struct, frozen=True):
    """A batch's envelope, and those of its records that the file shows or withholds."""

    envelope: str
    shown: list[ProvedRecord]
    withheld: list[WithheldRecord]


class _Hiding(msgspec.Struct, frozen=True):
    """Which records of a batch are shown by their hash only: of these kinds, and at these lines."""

    kinds: Collection[str]
    lines: Collection[int]

    @property
    def any(self) -> bool:
        """Whether there may be one."""
        return bool(self.kinds or self.lines)

    def hides(self, number: int, record: Record) -> bool:
        """Whether this is one."""
        return number in self.lines or kind_of(record) in self.kinds


def assemble(  # noqa: PLR0917 - from where, about what, and what is kept back
    connection: Reading,
    hub: Hub,
    subject: str,
    places: Collection[Place],
    withhold: Collection[str] = NOTHING,
    hidden: Collection[Place] = (),
) -> Evidence:
    """The evidence of ``subject``: records at ``places``; of kinds in ``withhold`` and at ``hidden`` the hash only.

    ``ProofRefused`` or ``Malformed`` when the stored bytes are not what the ledger took.
    """
    keys = _keys(connection, {batch_id for batch_id, _ in {*places, *hidden}})
    together = {*places, *keys, *hidden}
    sealed = sealed_batches(connection, {batch_id for batch_id, _ in together})
    note = cosigned_note(connection, hub, sealed[-1].id + 1) or current_note(connection, hub)
    paths = _log_paths(connection, [batch.id for batch in sealed], note.checkpoint.size)
    headers, records, withheld = [], [], []
    for batch in sealed:
        lines = sorted(line for batch_id, line in together if batch_id == batch.id)
        plain = {line for batch_id, line in keys if batch_id == batch.id}
        hiding = _Hiding(withhold, {line for batch_id, line in hidden if batch_id == batch.id})
        opened = _opened(batch, lines, plain, hiding, hub.settings.limits)
        headers.append(
            ProvedHeader(hash=batch.hash, envelope=opened.envelope, log_index=batch.id, path=paths[batch.id])
        )
        records += opened.shown
        withheld += opened.withheld
    words = withheld_words(subject, tuple(withheld))
    return Evidence(
        format=EVIDENCE_FORMAT,
        subject=subject,
        log_key=str(verifier_key(hub)),
        checkpoint=note.text,
        headers=tuple(headers),
        records=tuple(records),
        witnesses=note.witnesses,
        withheld=tuple(withheld),
        statement=seal_envelope(words, WITHHELD_TYPE, hub.signer).decode() if withheld else "",
    )


def _keys(connection: Reading, batches: Collection[int]) -> set[Place]:
    """For each batch the key record in force at its place; for the batches that hold those records too.

    And every revocation of a key of these authors, before or after: the reader is told of both.
    """
    authors = sealing_authors(connection, batches)
    known = key_places(connection, {*authors.values(), HUB_AUTHOR})
    revoked = revocation_places(connection, {*authors.values(), HUB_AUTHOR})
    waiting = dict(authors) | {batch_id: HUB_AUTHOR for batch_id, _ in revoked}
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
    return found | revoked


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


def _opened(
    sealed: SealedBatch, lines: Iterable[int], plain: Collection[int], hiding: _Hiding, limits: BatchLimits
) -> _Opened:
    """The records at ``lines`` with their Merkle paths; those at ``plain`` are never withheld."""
    taken_apart = _kept_apart if len(sealed.body) <= SMALL else _taken_apart
    batch, nodes = taken_apart(sealed.body, limits)
    count = len(batch.lines)
    result = _Opened(batch.envelope_line.decode(), [], [])
    for number in lines:
        index = number - FIRST_RECORD_LINE
        path = _texts(inclusion_path(index, count, lambda lv, ix: nodes[lv, ix]))
        line = batch.lines[index]
        if number in plain or not hiding.any or not hiding.hides(number, record := decode_record(line)):
            result.shown.append(ProvedRecord(batch=sealed.hash, index=index, path=path, line=_text(line, sealed)))
        else:
            leaf = to_base64(leaf_hash(line))
            result.withheld.append(
                WithheldRecord(batch=sealed.hash, index=index, path=path, leaf=leaf, kind=kind_of(record), id=record.id)
            )
    return result


def _taken_apart(body: bytes, limits: BatchLimits) -> tuple[OpenedBatch, dict[tuple[int, int], bytes]]:
    """What the bytes say, and their Merkle tree."""
    batch = open_batch(decompress(body, limits), limits)
    return batch, all_nodes(leaf_hash(line) for line in batch.lines)


_kept_apart = lru_cache(maxsize=MOST_APART)(_taken_apart)


def _text(line: bytes, sealed: SealedBatch) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        raise Malformed("a record is not UTF-8", where=f"batch at log position {sealed.id}") from None


def _texts(path: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(to_base64(digest) for digest in path)
