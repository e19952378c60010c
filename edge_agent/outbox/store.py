"""The outbox as its users see it; the package says how it works."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from edge_agent.acquisition.cycle import CycleKey
from edge_agent.errors import OutboxUnusable, StorageRefused
from edge_agent.interlock.facts import UnitState
from edge_agent.log import say
from edge_agent.outbox import batches, beginning, decisions, device_clocks, former, hole, results, sending, upkeep
from edge_agent.outbox.alarms import AlarmDesk
from edge_agent.outbox.beginning import Author, Clock, InForce, NewChain, RandomBytes
from edge_agent.outbox.chain import Identity, started_chain
from edge_agent.outbox.damage import OutboxDamaged
from edge_agent.outbox.downlink import News, Place, find_place, take_news
from edge_agent.outbox.mark import mark_now, write_mark
from edge_agent.outbox.opening import mended, open_sound
from edge_agent.outbox.picture_queue import PictureQueue
from edge_agent.outbox.quota import Quota, keep_within, make_room
from edge_agent.outbox.report import OutboxReport, note_uplink, report
from edge_agent.outbox.stated_plans import take_over
from edge_agent.outbox.unit_states import receive_states
from edge_agent.outbox.waiting import append_or_wait, count_waiting, way_is_free
from edge_agent.outbox.writer import Job, T, Writer
from edge_agent.plans import Plans
from traceability.errors import ZhuoyueError
from traceability.record.base import Record
from traceability.signing import Signer

_LOG = logging.getLogger(__name__)
_MENDED_AT_MOST_EVERY = timedelta(minutes=1)


class Outbox:
    """The agent's outbox; all methods may be used from several tasks at once.

    ``appended`` and ``sealed`` are set when there is something new to seal or to send. Every method raises
    StorageRefused when the disk, the file or its quota refuses; then nothing of that call was stored. ``quota`` may be
    replaced meanwhile.
    """

    def __init__(
        self,
        path: Path,
        identity: Identity,
        signer: Signer,
        clock: Clock,
        random_bytes: RandomBytes,
        *,
        quota: Quota | None = None,
    ) -> None:
        self.appended = asyncio.Event()
        self.sealed = asyncio.Event()
        self.quota = quota or Quota()
        self._path = path
        self._author = Author(identity, signer, clock, random_bytes)
        self._clock = clock
        self._salt = self._author.salt
        self._force: InForce | None = None
        self._alarms: AlarmDesk | None = None
        self.pictures = PictureQueue(self._do, clock)
        self._mended_at: datetime | None = None
        self._in_trouble = False
        self._writer = Writer(open_sound(path, identity, clock()), str(path), self._mend)

    async def begin(self, config: str, plans: Plans) -> None:
        """Start or continue the chain under this configuration; OutboxUnusable when the file is someone else's."""
        force = self._force = InForce(config=config, plans=plans)

        def job(connection: sqlite3.Connection) -> None:
            beginning.begin(connection, self._author, force, str(self._path))
            self._alarms = AlarmDesk(plans)  # what was appended before was judged by the plans before

        await self._do(job, self._keep_mark)
        self.appended.set()
        self.sealed.set()

    async def take_over(self) -> None:
        """Say which version of the control plan holds now, unless that was said."""
        force = self._force
        if force is not None:
            await self._do(lambda found: take_over(found, force.plans, self._salt, self._clock()))
            self.appended.set()

    async def open_chain(self, new: NewChain) -> str:
        """End the chain in force, open another one, and put the plan in force there; the new chain's name."""

        def job(connection: sqlite3.Connection) -> str:
            name = beginning.open_chain(connection, self._author, new)
            self._go_on(connection)
            return name

        name = await self._do(job, self._keep_mark)
        say(_LOG, logging.WARNING, "a new chain is open", chain=name, reason=new.reason)
        self.appended.set()
        self.sealed.set()
        return name

    async def give_up(self, chain: str, seq: int, own_since: datetime | None = None) -> int:
        """The hub will never take batches ``seq`` and later of an ended chain; how many records are sealed anew.

        Call it only on the hub's own answer: a fork at or before ``seq``, or that it waits for a batch before it which
        is not here. ``own_since``: ``former.EVERYTHING`` where the hub has none of these batches, the time since when
        records are this machine's alone after a fork, None where nothing is known but what ``open_chain`` was told.
        """
        count = await self._do(
            lambda found: former.give_up(found, chain, seq, own_since=own_since, salt=self._salt, now=self._clock()),
            self._keep_mark,
        )
        self.appended.set()
        return count

    async def has_ended(self, chain: str) -> bool:
        """Whether another chain has taken the place of this one."""
        return await self._do(lambda connection: started_chain(connection).chain != chain)

    async def find_cycle(self, station: str, key: CycleKey) -> results.Stored | None:
        """What was stored of this cycle, if anything was."""
        return await self._do(lambda connection: results.find_cycle(connection, station, key))

    async def append(self, submission: results.Submission) -> results.Stored:
        """Store one cycle durably, once; when this returns it survives a power cut."""

        def job(connection: sqlite3.Connection) -> results.Stored:
            make_room(connection, self.quota, str(self._path))
            stored = results.append_result(connection, submission, self._salt, self._clock(), self._alarms)
            if stored.fresh:
                self.pictures.note(connection, submission)
            return stored

        stored = await self._do(job)
        self.appended.set()
        return stored

    async def append_records(self, records: Sequence[Record]) -> None:
        """Store records that are of no cycle (telemetry), durably; the oldest of their class go at its quota."""

        def job(connection: sqlite3.Connection) -> None:
            make_room(connection, self.quota, str(self._path))
            append_or_wait(connection, records, self._salt)
            keep_within(connection, self.quota)

        await self._do(job)
        self.appended.set()

    async def clock_was_right(self, station: str) -> bool:
        """Whether the clock of a station's device was found right when it was last looked at."""
        return await self._do(lambda connection: device_clocks.clock_was_right(connection, station))

    async def note_clock(self, station: str, *, right: bool) -> None:
        """Keep whether it was."""
        await self._do(lambda connection: device_clocks.note_clock(connection, station, right=right))

    async def append_loss(self, loss: results.LostResult) -> results.Stored:
        """Store durably, once, that a result which a source told is lost."""
        stored = await self._do(lambda connection: results.append_loss(connection, loss, self._salt, self._clock()))
        self.appended.set()
        return stored

    async def receive_states(self, states: Sequence[UnitState]) -> None:
        """Keep the states of units that came down from the hub, for the interlock."""
        await self._do(lambda connection: receive_states(connection, states))

    async def downlink_place(self) -> Place:
        """Up to where what came down from the hub was taken."""
        return await self._do(find_place)

    async def take_news(self, news: News) -> None:
        """Keep what came down with one batch, and that it was taken, in one transaction."""
        await self._do(lambda connection: take_news(connection, news, self._salt))
        if news.holds:
            self.appended.set()

    async def keep_answer(self, answered: decisions.Answered) -> None:
        """Count one answer of the interlock, and store its records durably."""
        await self._do(lambda connection: decisions.keep_answer(connection, answered, self._salt))
        if answered.records:
            self.appended.set()

    async def seal(self, max_records: int, max_bytes: int = batches.LARGEST) -> batches.SealedBatch | None:
        """Make the next batch; None when no record waits."""
        batch = await self._do(lambda found: self._author.seal(found, max_records, max_bytes), self._keep_mark)
        if batch is not None:
            self.sealed.set()
        return batch

    async def unsealed(self) -> int:
        """How many records can be sealed now."""
        return await self._do(batches.count_sealable)

    async def unsealed_bytes(self) -> int:
        """How many bytes of records can be sealed now."""
        return await self._do(sending.unsealed_bytes)

    async def to_send(self, after: batches.SealedBatch | None) -> batches.SealedBatch | None:
        """The oldest batch without receipt, behind ``after`` if that is given."""
        return await self._do(lambda connection: sending.next_to_send(connection, after))

    async def taken_chains(self) -> list[sending.TakenChain]:
        """Up to where the hub has given receipts, chain by chain."""
        return await self._do(sending.taken_chains)

    async def begin_after_hole(self, chain: str, after: int, next_record: int) -> int:
        """The hub has forgotten what is behind batch ``after``, and the next is gone here too: how many records are."""

        def job(connection: sqlite3.Connection) -> int:
            lost = hole.begin_after_hole(connection, self._author, chain, after, next_record)
            self._go_on(connection)
            return lost

        lost = await self._do(job, self._keep_mark)
        self.appended.set()
        self.sealed.set()
        return lost

    async def oldest_unacknowledged(self) -> batches.SealedBatch | None:
        """What the hub must get next."""
        return await self._do(batches.oldest_unacknowledged)

    async def batch(self, seq: int, chain: str | None = None) -> batches.SealedBatch | None:
        """The batch with that number of a chain (of the one in force when none is named), if it is kept."""
        return await self._do(lambda connection: batches.find_batch(connection, seq, chain))

    async def acknowledge(self, seq: int, receipt: bytes, chain: str | None = None) -> None:
        """Keep the hub's (verified) receipt for a batch."""

        def job(connection: sqlite3.Connection) -> bool:
            first = batches.acknowledge(connection, seq, receipt, self._clock(), chain)
            self.pictures.release(connection, seq, chain, again=not first)
            return bool(count_waiting(connection)) and way_is_free(connection)

        if await self._do(job, self._keep_mark):
            self.appended.set()

    async def purge(self) -> int:
        """Forget what was acknowledged long enough ago (``Quota.keep``); how many batches went."""
        return await self._do(lambda connection: batches.purge(connection, self._clock(), self.quota.keep))

    async def tidy(self) -> bool:
        """One small step of upkeep: fold old passes, give free pages back; whether there is more to do."""
        return await self._do(lambda connection: upkeep.tidy(connection, self.quota))

    async def note_uplink(self, state: str, detail: str) -> None:
        """Keep what the uplink says about itself, for ``status``."""
        await self._do(lambda connection: note_uplink(connection, state, detail, self._clock()))

    async def report(self) -> OutboxReport:
        """What the outbox holds."""
        return await self._do(report)

    def close(self) -> None:
        """Finish what was asked for and close the file."""
        self._writer.close()

    def _go_on(self, connection: sqlite3.Connection) -> None:
        """In another chain, or another file, under what is in force."""
        if self._force is not None:
            beginning.begin(connection, self._author, self._force, str(self._path))

    async def _do(self, job: Job[T], then: Callable[[], None] | None = None) -> T:
        return await asyncio.wrap_future(self._writer.submit(job, then))

    def _keep_mark(self) -> None:
        """In the writer's thread, after the commit: leave the mark that a file which went back is known by."""
        try:
            mark = self._writer.look(mark_now)
            if mark is not None:
                write_mark(self._path, mark)
        except (OSError, sqlite3.Error, ZhuoyueError) as error:
            say(_LOG, logging.DEBUG, "the outbox's mark is not kept", file=self._path, error=error)

    def _mend(self, error: Exception) -> sqlite3.Connection:
        """In the writer's thread: go on with a new file; StorageRefused when the last one was new a moment ago."""
        now = self._clock()
        if self._mended_at is not None and now - self._mended_at < _MENDED_AT_MOST_EVERY:
            raise StorageRefused(
                f"the outbox file is broken again: {error}", where=str(self._path), advice="look at the disk at once"
            )
        self._mended_at = now
        damage = OutboxDamaged(str(error), where=str(self._path))
        identity, again, self._in_trouble = self._author.identity, self._in_trouble, True
        try:
            connection = open_sound(self._path, identity, now) if again else mended(self._path, identity, damage, now)
        except OutboxUnusable as failure:
            raise StorageRefused(failure.what, where=failure.where, advice=failure.advice) from None
        try:
            connection.execute("BEGIN IMMEDIATE")
            self._go_on(connection)
            connection.execute("COMMIT")
        except BaseException:
            connection.close()
            raise
        self._in_trouble = False
        return connection
