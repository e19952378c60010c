"""Durable store and forward, as one state machine over one SQLite file.

::

              append                    seal                      acknowledge             purge (30 days)
    cycle ─────────────▶ unsealed ─────────────────▶ sealed ─────────────────▶ acknowledged ─────────▶ gone
                         records     (batch bytes)             (receipt kept)

- **begin**: a new file opens its chain with a ``chain-start`` record. When the control plan's id differs from the one
  in force, a ``control-plan`` record follows. When the configuration's hash differs, records that are still unsealed
  are sealed under the old one first, because every header names the configuration its records were made under. Holds
  that have no record yet (placed before the chain was started, or by an earlier version) get theirs.
- **append**: one transaction looks for the cycle's de-duplication key (station, cycle, serial, cycle time), and if it
  is new gives the result its attempt number, gives each record its sequence and salt, stores their encoded lines,
  moves the first-pass counters, and stores the key. The caller is answered after the commit's fsync.
- **seal**: one transaction takes the oldest lines, appends the claims of counts that changed (as records of the same
  batch, when it takes all lines there are), builds and signs the header that cites the previous one, stores the bytes
  of the batch and deletes the lines. So the bytes are durable before they are first sent, and never made twice.
- **acknowledge**: one transaction stores the receipt. The batch stays, for a hub that was restored from a backup.
- **purge**: deletes what was acknowledged more than 30 days ago.

Every step is a transaction of its own with all it decides taken from the file, so that a process killed at any point
continues exactly where the file stands: a step has happened, or it has not. Nothing is cached between steps.

One thread writes (``writer``); jobs of several stations that wait together share one fsync. A person's ``hold`` command
is another process that writes (``holds``): it takes the file's write lock for its one transaction, and since every step
takes the chain's next number from the file, its records stand in the chain like all others.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from edge_agent.acquisition.cycle import CycleKey
from edge_agent.interlock.facts import UnitState
from edge_agent.outbox import batches, chain, decisions, holds, results, unit_states
from edge_agent.outbox.report import OutboxReport, note_uplink, report
from edge_agent.outbox.schema import open_file
from edge_agent.outbox.writer import Job, T, Writer
from traceability.record.master import ControlPlan
from traceability.signing import Signer

RandomBytes = Callable[[int], bytes]
Clock = Callable[[], datetime]


class Outbox:
    """The agent's outbox; all methods may be used from several tasks at once.

    ``appended`` and ``sealed`` are set when there is something new to seal or to send. Every method raises
    StorageRefused when the disk or the file refuses; then nothing of that call was stored.
    """

    def __init__(
        self, path: Path, identity: chain.Identity, signer: Signer, clock: Clock, random_bytes: RandomBytes
    ) -> None:
        self.appended = asyncio.Event()
        self.sealed = asyncio.Event()
        self._path = path
        self._identity = identity
        self._signer = signer
        self._clock = clock
        self._random_bytes = random_bytes
        self._writer = Writer(open_file(path), str(path))

    async def begin(self, config: str, plan: ControlPlan, plan_id: str) -> None:
        """Start or continue the chain under this configuration; OutboxUnusable when the file is someone else's."""

        def job(connection: sqlite3.Connection) -> None:
            now = self._clock()
            found = chain.find_chain(connection)
            if found is None:
                name = self._random_bytes(16).hex()
                chain.start_chain(connection, self._identity, chain=name, config=config, salt=self._salt, now=now)
            else:
                chain.check_identity(found, self._identity, str(self._path))
                if found.config != config:
                    while self._seal(connection, _ALL) is not None:
                        pass
                    chain.change_config(connection, config)
            chain.change_plan(connection, plan, plan_id, self._salt, now)
            holds.record_holds(connection, self._salt)

        await self._do(job)
        self.appended.set()
        self.sealed.set()

    async def find_cycle(self, station: str, key: CycleKey) -> results.Stored | None:
        """What was stored of this cycle, if anything was."""
        return await self._do(lambda connection: results.find_cycle(connection, station, key))

    async def append(self, submission: results.Submission) -> results.Stored:
        """Store one cycle durably, once; when this returns it survives a power cut."""
        stored = await self._do(
            lambda connection: results.append_result(connection, submission, self._salt, self._clock())
        )
        self.appended.set()
        return stored

    async def append_loss(self, loss: results.LostResult) -> results.Stored:
        """Store durably, once, that a result which a source told is lost."""
        stored = await self._do(lambda connection: results.append_loss(connection, loss, self._salt, self._clock()))
        self.appended.set()
        return stored

    async def receive_states(self, states: Sequence[UnitState]) -> None:
        """Keep the states of units that came down from the hub, for the interlock."""
        await self._do(lambda connection: unit_states.receive_states(connection, states))

    async def keep_answer(self, answered: decisions.Answered) -> None:
        """Count one answer of the interlock, and store its records durably."""
        await self._do(lambda connection: decisions.keep_answer(connection, answered, self._salt))
        if answered.records:
            self.appended.set()

    async def seal(self, max_records: int) -> batches.SealedBatch | None:
        """Make the next batch; None when no record waits."""
        batch = await self._do(lambda connection: self._seal(connection, max_records))
        if batch is not None:
            self.sealed.set()
        return batch

    async def unsealed(self) -> int:
        """How many records wait."""
        return await self._do(lambda connection: int(connection.execute("SELECT count(*) FROM record").fetchone()[0]))

    async def oldest_unacknowledged(self) -> batches.SealedBatch | None:
        """What the hub must get next."""
        return await self._do(batches.oldest_unacknowledged)

    async def batch(self, seq: int) -> batches.SealedBatch | None:
        """The batch with that number, if it is kept."""
        return await self._do(lambda connection: batches.find_batch(connection, seq))

    async def acknowledge(self, seq: int, receipt: bytes) -> None:
        """Keep the hub's (verified) receipt for a batch."""
        await self._do(lambda connection: batches.acknowledge(connection, seq, receipt, self._clock()))

    async def purge(self) -> int:
        """Forget what was acknowledged more than 30 days ago; how many batches went."""
        return await self._do(lambda connection: batches.purge(connection, self._clock()))

    async def note_uplink(self, state: str, detail: str) -> None:
        """Keep what the uplink says about itself, for ``status``."""
        await self._do(lambda connection: note_uplink(connection, state, detail, self._clock()))

    async def report(self) -> OutboxReport:
        """What the outbox holds."""
        return await self._do(report)

    def close(self) -> None:
        """Finish what was asked for and close the file."""
        self._writer.close()

    async def _do(self, job: Job[T]) -> T:
        return await asyncio.wrap_future(self._writer.submit(job))

    def _seal(self, connection: sqlite3.Connection, max_records: int) -> batches.SealedBatch | None:
        return batches.seal_next(connection, max_records, self._signer, self._salt, self._clock())

    def _salt(self) -> str:
        return self._random_bytes(16).hex()


_ALL = 10_000
"""Records per batch where no configured limit applies."""
