"""Records that are withheld from whoever asks, by their hashes."""

from collections import defaultdict
from collections.abc import Collection

from hub.store.core.database import Reading
from hub.store.sharing.queries import Sealed, sealed_about, sealed_bodies, sees_part
from hub.trace.known import Known
from hub.trace.pointer import Pointer
from hub.trace.views import SealedView
from traceability.batch.limits import DEFAULT_LIMITS
from traceability.batch.open import decompress, open_batch
from traceability.encoding import to_base64
from traceability.merkle import leaf_hash

MOST_SEALED = 300
FIRST_RECORD_LINE = 2


def sealed_views(connection: Reading, known: Known, items: Collection[str]) -> tuple[SealedView, ...]:
    """What the asker may know of and not see about ``items``; nothing where everything is seen."""
    if not sees_part(connection):
        return ()
    found = sealed_about(connection, known.naming.spellings_of(items), MOST_SEALED, known.moment.log_size)
    leaves = _leaves(connection, found)
    return tuple(
        SealedView(
            item=known.naming.canonical_of(one.item),
            kind=one.kind,
            leaf=leaves[one.batch_id, one.line],
            pointer=Pointer(one.batch_id, one.line),
        )
        for one in found
    )


def _leaves(connection: Reading, found: Collection[Sealed]) -> dict[tuple[int, int], str]:
    lines: defaultdict[int, set[int]] = defaultdict(set)
    for one in found:
        lines[one.batch_id].add(one.line)
    leaves = {}
    for batch_id, body in sealed_bodies(connection, lines):
        batch = open_batch(decompress(body, DEFAULT_LIMITS), DEFAULT_LIMITS)
        for line in lines[batch_id]:
            leaves[batch_id, line] = to_base64(leaf_hash(batch.lines[line - FIRST_RECORD_LINE]))
    return leaves
