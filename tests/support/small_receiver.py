"""A hub in memory: takes the batches of any chain by the hub's rules, and remembers every record it took."""

import asyncio
from dataclasses import dataclass, field

from edge_agent.outbox.beginning import NewChain
from edge_agent.outbox.former import EVERYTHING
from edge_agent.outbox.store import Outbox
from traceability.batch.open import OpenedBatch, open_batch, verify_batch
from traceability.record.base import Record
from traceability.record.codec import decode_record
from traceability.record.production import DataLossRecord, UnitResultRecord

TAKEN, EARLY, FORK = "taken", "early", "fork"


@dataclass
class Receiver:
    """``chains``: the hashes of each chain's batches in order; ``lines``: what was taken, by chain and sequence."""

    public_key: bytes
    chains: dict[str, list[str]] = field(default_factory=dict)
    lines: dict[tuple[str, int], bytes] = field(default_factory=dict)

    def receive(self, body: bytes) -> tuple[str, int]:
        """What became of a batch, and which one is expected next in its chain."""
        batch = open_batch(body)
        verify_batch(batch, self.public_key)
        taken = self.chains.setdefault(batch.header.chain, [])
        if batch.hash in taken:
            return TAKEN, len(taken) + 1
        if batch.header.seq > len(taken) + 1:
            return EARLY, len(taken) + 1
        if batch.header.seq <= len(taken) or batch.header.prev != (taken[-1] if taken else None):
            return FORK, len(taken) + 1
        self._keep(batch)
        taken.append(batch.hash)
        return TAKEN, len(taken) + 1

    def _keep(self, batch: OpenedBatch) -> None:
        chain = batch.header.chain
        due = len([1 for name, _ in self.lines if name == chain]) + 1
        assert batch.header.first_record == due, "the numbers of a chain's records have no gap"
        for seq, line in enumerate(batch.lines, start=due):
            assert decode_record(line).seq == seq
            self.lines[chain, seq] = line

    @property
    def records(self) -> list[Record]:
        return [decode_record(line) for line in self.lines.values()]

    def results(self) -> list[str]:
        """The ids of all unit results, as often as they were taken."""
        return [record.id for record in self.records if isinstance(record, UnitResultRecord)]

    def losses(self) -> list[DataLossRecord]:
        return [record for record in self.records if isinstance(record, DataLossRecord)]


async def drain(outbox: Outbox, hub: Receiver) -> None:
    """Seal and send everything, doing what the hub's answers ask for, as an uplink does."""
    for _ in range(20_000):
        while await outbox.seal(500) is not None:
            pass
        batch = await outbox.oldest_unacknowledged()
        if batch is None:
            return
        answer, expected = hub.receive(batch.body)
        if answer == TAKEN:
            await outbox.acknowledge(batch.seq, b"receipt %d" % batch.seq, batch.chain)
            continue
        current = (await outbox.report()).chain
        assert current is not None
        if answer == EARLY:
            missing = await outbox.batch(expected, batch.chain)
            if missing is not None and hub.receive(missing.body)[0] == TAKEN:
                continue
        own_since = EVERYTHING if answer == EARLY else None
        if batch.chain == current.chain:
            await outbox.open_chain(NewChain(reason=answer, refused_from=batch.seq, own_since=own_since))
        else:
            await outbox.give_up(batch.chain, batch.seq, own_since)
        await asyncio.sleep(0)
    raise AssertionError("the outbox never came to an end")
