"""Where a chain stood whose file is broken, from three witnesses: its row, the mark beside the file, whole batches.

The furthest of them counts, because none of them can be ahead of what happened; the row may be unreadable, the mark
one step behind, the newest batches broken.
"""

from collections.abc import Collection, Iterable, Mapping

import msgspec

from edge_agent.outbox.chain import Chain
from edge_agent.outbox.former import FormerChain
from edge_agent.outbox.mark import Mark
from edge_agent.outbox.salvage import KeptBatch


class OldChain(msgspec.Struct, frozen=True, kw_only=True):
    """``sealed_through``: the last record in a batch, None when not known; ``taken_through``: the last with receipt.

    ``open_end``: more records than ``next_record`` tells may have followed.
    """

    chain: str
    config: str
    base: int
    next_record: int
    next_batch: int
    head: str | None
    sealed_through: int | None
    taken_through: int
    open_end: bool

    def sealable(self, lines: Mapping[int, bytes]) -> dict[int, bytes]:
        """The lines that no batch of this chain ever held, as far as that is known."""
        if self.sealed_through is None or (self.head is None and self.next_batch > 1):
            return {}
        return {seq: line for seq, line in lines.items() if seq > self.sealed_through}

    def ended(self) -> FormerChain:
        """The chain as it stays in the new file, before its last batches."""
        following = self.next_record if self.sealed_through is None else self.sealed_through + 1
        return FormerChain(
            chain=self.chain,
            base=self.base,
            batches=self.next_batch - 1,
            next_record=following,
            head=self.head,
            config=self.config,
        )

    def missing(self, batches: Iterable[KeptBatch], lines: Mapping[int, bytes]) -> list[tuple[int, int]]:
        """First and last of each run of records that nobody has any more, as far as is known here."""
        covered = [(entry.header.first_record, entry.through) for entry in batches if entry.header.chain == self.chain]
        covered.append((1, self.taken_through))
        if lines and self.sealed_through is not None:
            covered.append((self.sealed_through + 1, max(lines)))
        runs, following = [], 1
        for first, last in sorted(covered):
            if first > following:
                runs.append((following, first - 1))
            following = max(following, last + 1)
        if following < self.next_record:
            runs.append((following, self.next_record - 1))
        return runs


def old_chain(
    row: Chain | None,
    mark: Mark | None,
    batches: Collection[KeptBatch],
    formers: Collection[FormerChain],
    counts: Mapping[int, int],
) -> OldChain | None:
    """The chain that was in force; None when nothing tells of it. ``counts``: records of batches, by place."""
    ended = {former.chain for former in formers}
    batches = sorted(batches, key=lambda entry: entry.place)
    name = _name(row, mark, batches, ended)
    if name is None:
        return None
    own = [entry for entry in batches if entry.header.chain == name]
    ends = [former.base + former.batches for former in formers]
    base = own[0].place - own[0].header.seq if own else max(ends, default=0)
    witnesses: list[tuple[int, int, str | None, str]] = [
        (entry.header.seq + 1, entry.through + 1, entry.hash, entry.header.config) for entry in own[-1:]
    ]
    taken = [entry.through for entry in own if entry.acknowledged_at is not None]
    if mark is not None and mark.chain == name:
        witnesses.append((mark.next_batch, mark.next_record, mark.head, mark.config))
        taken.append(mark.through)
    else:
        mark = None
    if row is not None and row.chain == name:
        witnesses.append((row.next_batch, row.next_record, row.head, row.config))
    next_batch, _, head, config = max(witnesses, key=lambda entry: entry[0])
    return OldChain(
        chain=name,
        config=config,
        base=base,
        next_record=max(entry[1] for entry in witnesses),
        next_batch=next_batch,
        head=head,
        sealed_through=_sealed_through(next_batch - 1, own, mark, base, counts),
        taken_through=max(taken, default=0),
        open_end=row is None or row.chain != name or row.next_batch < next_batch,
    )


def _name(row: Chain | None, mark: Mark | None, batches: Collection[KeptBatch], ended: Collection[str]) -> str | None:
    """The mark has a checksum and a batch a signature, so both are believed before the row."""
    if mark is not None and mark.chain not in ended and (row is None or row.chain == mark.chain or not batches):
        return mark.chain
    signed = [entry.header.chain for entry in batches if entry.header.chain not in ended]
    if signed and (row is None or row.chain not in signed):
        return signed[-1]
    if row is not None:
        return row.chain
    return mark.chain if mark is not None and mark.chain not in ended else None


def _sealed_through(
    last: int, own: Collection[KeptBatch], mark: Mark | None, base: int, counts: Mapping[int, int]
) -> int | None:
    if last == 0:
        return 0
    if mark is not None and mark.next_batch - 1 == last:
        return mark.sealed
    known = max((entry for entry in own if entry.header.seq <= last), key=lambda entry: entry.header.seq, default=None)
    if known is None:
        return None
    beyond = [counts.get(base + seq) for seq in range(known.header.seq + 1, last + 1)]
    return None if None in beyond else known.through + sum(count or 0 for count in beyond)
