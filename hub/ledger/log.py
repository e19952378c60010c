"""The transparency log as others read it (C2SP tlog-checkpoint, tlog-tiles), computed from the stored nodes.

A tile (L, N) holds up to 256 hashes of level 8L, from index 256N on; a partial tile says how many. An entry bundle
holds the entries of a level 0 tile, each behind its length in two bytes; an entry is the 32-byte hash of a header.
"""

from hub.errors import NotFound
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.ledger.batches import header_hashes, log_size
from hub.store.ledger.log_nodes import nodes_between
from hub.store.trace.evidence import log_nodes
from traceability.encoding import from_tagged
from traceability.errors import ProofRefused
from traceability.log.checkpoint import Checkpoint
from traceability.log.note import VerifierKey
from traceability.log.tile import MAX_TILE_LEVEL, TILE_HEIGHT, TILE_WIDTH
from traceability.merkle import root


def verifier_key(hub: Hub) -> VerifierKey:
    """By which checkpoints are verified."""
    return VerifierKey(name=hub.settings.origin, public_key=hub.log_signer.public_key)


def current_checkpoint(connection: Reading, origin: str) -> Checkpoint:
    """The state of the log in this transaction."""
    size = log_size(connection)
    wanted: set[tuple[int, int]] = set()

    def note(level: int, index: int) -> bytes:
        wanted.add((level, index))
        return b""

    root(size, note)
    nodes = log_nodes(connection, wanted)  # with one look-up for all of them
    missing = wanted - nodes.keys()
    if missing:
        raise ProofRefused(f"the log has lost its node {min(missing)}", advice="run 'zhuoyue-hub fsck'")
    return Checkpoint(origin=origin, size=size, root=root(size, lambda level, index: nodes[level, index]))


def tile(connection: Reading, level: int, number: int, width: int = TILE_WIDTH) -> bytes:
    """``width`` hashes of tile ``(level, number)``; ``NotFound`` while the log has not that many."""
    if not 0 <= level <= MAX_TILE_LEVEL:
        raise _no_tile(level, number, width)
    begin = number * TILE_WIDTH
    if begin + width > log_size(connection) >> (TILE_HEIGHT * level):
        raise _no_tile(level, number, width)
    return b"".join(nodes_between(connection, TILE_HEIGHT * level, begin, begin + width))


def entry_bundle(connection: Reading, number: int, width: int = TILE_WIDTH) -> bytes:
    """``width`` entries of bundle ``number``; ``NotFound`` while the log has not that many."""
    begin = number * TILE_WIDTH
    if begin + width > log_size(connection):
        raise _no_tile(0, number, width)
    entries = [from_tagged(header, "header hash") for header in header_hashes(connection, begin, begin + width)]
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def _no_tile(level: int, number: int, width: int) -> NotFound:
    return NotFound(
        f"the log has no tile of level {level}, number {number}, width {width}",
        advice="fetch /log/checkpoint for the size of the log and ask for the partial tile it implies",
    )
