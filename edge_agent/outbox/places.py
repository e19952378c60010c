"""Places of what was salvaged, given anew.

Places count through all chains of a file. What a broken file says of them may be wrong without anything that shows it,
while a batch that is whole states its chain and its number in its signed header: so these decide, and the rows of
ended chains only tell the order of the chains and how many batches there were beyond those that are left.
"""

from collections.abc import Collection, Iterator
from itertools import chain as chained

import msgspec

from edge_agent.outbox.former import FormerChain
from edge_agent.outbox.salvage import KeptBatch


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """Ended chains one after another without a gap, batches where their chains say, and the place behind them all."""

    formers: list[FormerChain]
    batches: list[KeptBatch]
    end: int


def placed_anew(formers: Collection[FormerChain], batches: Collection[KeptBatch], in_force: str | None) -> Placed:
    """Places for every batch; those of the chain ``in_force`` come last."""
    bases: dict[str, int] = {}
    ended: list[FormerChain] = []
    end = 0
    for former in _in_order(formers, batches, in_force):
        own = [entry.header.seq for entry in batches if entry.header.chain == former.chain]
        ended.append(msgspec.structs.replace(former, base=end, batches=max(former.batches, *own, 0)))
        bases[former.chain] = end
        end += ended[-1].batches
    moved = [
        msgspec.structs.replace(entry, place=bases.get(entry.header.chain, end) + entry.header.seq) for entry in batches
    ]
    return Placed(formers=ended, batches=moved, end=end)


def _in_order(
    formers: Collection[FormerChain], batches: Collection[KeptBatch], in_force: str | None
) -> Iterator[FormerChain]:
    """Every ended chain once, the oldest first; also one of which only batches are left."""
    found = {former.chain: former for former in formers}
    newest = {entry.header.chain: entry for entry in sorted(batches, key=lambda entry: entry.header.seq)}
    first = {entry.header.chain: entry.place for entry in sorted(batches, key=lambda entry: -entry.place)}
    left = {
        name: FormerChain(
            chain=name,
            base=first[name] - 1,
            batches=entry.header.seq,
            next_record=entry.through + 1,
            head=entry.hash,
            config=entry.header.config,
        )
        for name, entry in newest.items()
        if name not in found
    }
    for former in sorted(chained(found.values(), left.values()), key=lambda former: former.base):
        if former.chain != in_force:
            yield former
