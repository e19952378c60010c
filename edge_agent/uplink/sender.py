"""Batches in order, each until the hub's receipt for it is durable here.

Up to ``Hub.in_flight`` batches are under way, sent in order; their receipts are stored in the order in which they come.
The hub takes a batch twice without harm, so whatever goes wrong between sending and storing the receipt, the same bytes
are sent again. What is sealed meanwhile follows behind: a chain has one order, so new batches wait for the old ones of
the same chain, and they are few, because batches grow while the hub is away (``sealing``).

States, as ``status`` shows them:

- **online**: the last batch was taken.
- **down**: no answer, or one that says "later" (429, 5xx); tried again with back-off, as long as it takes.
- **refused**: the hub does not take the batch, or its receipt cannot be trusted. Sending stops; the same batch is
  tried again after minutes only, because a person must change something first. Nothing is lost meanwhile.

When the hub answers that it expects an earlier batch, or is found out to have forgotten some (``forgotten``), sending
goes back to that one. When it holds another history of the chain in force, sending stops: another machine may use the
key, and two must not both go on; a person opens a new chain. A chain ended here is given up then (``outbox.former``).
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from edge_agent.config.settings import Hub
from edge_agent.errors import StorageRefused
from edge_agent.guard import ended, guarded
from edge_agent.log import say
from edge_agent.outbox.batches import SealedBatch
from edge_agent.outbox.store import Outbox
from edge_agent.pace import Jitter, Pace, wait_or_stop
from edge_agent.uplink.answer import Accepted, Answer, Early, Forked, Later, Refused, Resend, understand
from edge_agent.uplink.client import DEFAULT_PATIENCE, HubClient, HubUnreachable, Patience
from edge_agent.uplink.forgotten import ForgottenWatch
from edge_agent.uplink.hub_clock import HubClock, read_hub_clock
from edge_agent.uplink.line import OutgoingLine
from edge_agent.uplink.order import Order, Place
from edge_agent.uplink.told import tell_given_up, tell_taken
from edge_agent.uplink.window import Sent, Window

_LOG = logging.getLogger(__name__)
Failure = Early | Later | Refused


class State(StrEnum):
    """What the uplink says about itself."""

    STARTING = "starting"
    ONLINE = "online"
    DOWN = "down"
    REFUSED = "refused"


class Paces(msgspec.Struct, frozen=True, kw_only=True):
    """How soon to try again, and how often to ask the hub where it stands, in seconds."""

    down: Pace = Pace(first=0.5, longest=60.0)
    refused: Pace = Pace(first=5.0, longest=600.0)
    ask_every: float = 300.0


class Sender:
    """Sends until ``end`` is called, then until nothing is left or the first failure."""

    def __init__(
        self,
        hub: Hub,
        author: str,
        outbox: Outbox,
        *,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        jitter: Jitter,
        paces: Paces | None = None,
        patience: Patience = DEFAULT_PATIENCE,
    ) -> None:
        self.state = State.STARTING
        self.hub_clock: HubClock | None = None
        self.line = OutgoingLine(hub.bytes_per_s, monotonic)
        self._hub = hub
        self._author = author
        self._outbox = outbox
        self._clock = clock
        self._monotonic = monotonic
        self._jitter = jitter
        self._paces = paces or Paces()
        self._patience = patience
        self._window = Window(hub.in_flight)
        self._back_to: Place | None = None
        self._going_back = False
        self._failures = 0
        self._ending = asyncio.Event()
        self._look_again: Callable[[], None] = lambda: None

    async def run(self) -> None:
        """Send what there is, wait for more."""
        client = HubClient(self._hub, self._monotonic, self._patience, self.line)
        watch = ForgottenWatch(client, self._author, self._outbox, self._forgotten, self._jitter)
        self._look_again = watch.wake
        watching = asyncio.create_task(
            guarded("question where the hub stands", lambda: watch.run(self._paces.down, self._paces.ask_every))
        )
        try:
            await self._enter(State.STARTING, "nothing was sent yet")
            while True:
                try:
                    if not await self._step(client):
                        return
                except StorageRefused as error:
                    say(_LOG, logging.WARNING, "the outbox cannot be read; sending waits", error=error)
                    if self._ending.is_set() or await wait_or_stop(self._ending, self._paces.refused.first):
                        return
        finally:
            await ended([watching], 0)
            await client.close()

    def end(self) -> None:
        """Send what is left as long as the hub takes it, then return from ``run``."""
        self._ending.set()
        self._outbox.sealed.set()

    @property
    def is_away(self) -> bool:
        """Whether what is sealed now could not be sent now."""
        return self.state in (State.DOWN, State.REFUSED)

    def _must_go_back(self) -> bool:
        return self._back_to is not None

    def _forgotten(self, place: Place) -> None:
        """The hub was found out to lack this batch and those behind it."""
        if not self._going_back:  # else it will have them in a moment
            self._go_back_to(place)

    def _go_back_to(self, place: Place) -> None:
        if self._back_to is None or self._back_to.chain != place.chain or place.seq < self._back_to.seq:
            self._back_to = place
        self._outbox.sealed.set()

    async def _step(self, client: HubClient) -> bool:
        """Send what there is, or wait for more; False when there is nothing more to do before the end."""
        self._outbox.sealed.clear()
        back_to, self._back_to = self._back_to, None
        self._going_back = back_to is not None
        failed = await self._sweep(client, back_to)
        self._going_back = False
        if failed is not None:
            return await self._failed(*failed)
        if self._must_go_back() or back_to is not None:
            return True
        if self._ending.is_set():
            return False
        await self._outbox.sealed.wait()
        return True

    async def _sweep(self, client: HubClient, back_to: Place | None) -> tuple[SealedBatch, Failure] | None:
        """Send everything there is, from ``back_to`` or the oldest without receipt on, until one batch fails."""
        self._window.begin()
        sending = Order(self._outbox, back_to)
        failed: tuple[SealedBatch, Failure] | None = None
        try:
            while True:
                while failed is None and not self._must_go_back() and self._window.has_room:
                    batch = await sending.next()
                    if batch is None:
                        break
                    self._window.add(Sent(batch, asyncio.create_task(self._ask(client, batch))))
                if not self._window.sent:
                    return failed
                await self._some_answer(more=failed is None)
                failed = await self._settle() or failed
        finally:
            if failed is not None and back_to is not None:
                self._go_back_to(Place(chain=failed[0].chain, seq=failed[0].seq))
            await self._call_back(self._window.sent)

    async def _some_answer(self, *, more: bool) -> None:
        """Wait for an answer, or for something new to send when there is room for it."""
        answers = [sent.answer for sent in self._window.sent]
        if not more or not self._window.has_room or self._ending.is_set():
            await asyncio.wait(answers, return_when=asyncio.FIRST_COMPLETED)
            return
        news = asyncio.create_task(self._outbox.sealed.wait())
        try:
            await asyncio.wait([*answers, news], return_when=asyncio.FIRST_COMPLETED)
        finally:
            news.cancel()
        if not self._ending.is_set():
            self._outbox.sealed.clear()  # before the outbox is asked again

    async def _settle(self) -> tuple[SealedBatch, Failure] | None:
        """Do what the answers ask that are there; behind one that failed, the hub can take none."""
        for position, sent in enumerate(list(self._window.sent)):
            if not sent.answer.done():
                continue
            self._window.sent.remove(sent)
            failure = await self._do(sent.batch, sent.answer.result())
            if failure is not None:
                behind = self._window.sent[position:]
                await self._call_back(behind)
                return sent.batch, failure
            return None
        return None

    async def _call_back(self, some: Sequence[Sent]) -> None:
        given_up = list(some)
        self._window.sent = [sent for sent in self._window.sent if sent not in given_up]
        for sent in given_up:
            sent.answer.cancel()
        await asyncio.gather(*(sent.answer for sent in given_up), return_exceptions=True)

    async def _ask(self, client: HubClient, batch: SealedBatch) -> Answer:
        try:
            sent = self._clock()
            reply = await client.send(batch)
        except HubUnreachable as error:
            return Later(error.what)
        self.hub_clock = read_hub_clock(reply.headers, sent, self._clock()) or self.hub_clock
        return understand(reply, batch, self._author, self._hub.public_key, self._clock())

    async def _do(self, batch: SealedBatch, answer: Answer) -> Failure | None:
        if isinstance(answer, Accepted):
            return await self._accepted(batch, answer)
        if isinstance(answer, Resend):
            return await self._resend(answer, batch)
        if isinstance(answer, Forked) and await self._outbox.has_ended(batch.chain):
            await self._give_up(batch)
            return None
        return answer

    async def _give_up(self, batch: SealedBatch) -> None:
        tell_given_up(batch, await self._outbox.give_up(batch.chain, batch.seq))

    async def _accepted(self, batch: SealedBatch, answer: Accepted) -> Later | None:
        try:
            await self._outbox.acknowledge(batch.seq, answer.envelope, batch.chain)
        except StorageRefused as error:
            return Later(f"the receipt cannot be stored: {error}")
        self._failures = 0
        self._window.taken()
        if self.state is not State.ONLINE:
            self._window.open()
        tell_taken(batch, answer)
        await self._enter(State.ONLINE, "the last batch was taken")
        return None

    async def _resend(self, answer: Resend, batch: SealedBatch) -> Failure | None:
        if self._window.is_early(batch, answer.expected):
            return Early(answer.expected)
        if answer.expected < batch.seq and await self._outbox.batch(answer.expected, batch.chain) is not None:
            say(_LOG, logging.WARNING, "the hub asks for earlier batches", hub=self._hub.url, seq=answer.expected)
            self._go_back_to(Place(chain=batch.chain, seq=answer.expected))
            return None
        self._look_again()
        return Refused(
            f"the hub expects batch {answer.expected} when it is sent batch {batch.seq} of chain {batch.chain}",
            "hub and agent disagree about this chain: one of them was restored from a backup; "
            "if it was this agent, give it a new data folder and tell the hub's administrator",
        )

    async def _failed(self, batch: SealedBatch, answer: Failure) -> bool:
        """Say so, remember it, and wait; False when there is nothing more to try before the end."""
        self._window.narrow()
        if isinstance(answer, Early):
            wait = self._paces.down.wait(1, self._jitter)
        elif isinstance(answer, Later):
            self._failures = self._failures + 1 if self.state is State.DOWN else 1
            await self._enter(State.DOWN, answer.reason)
            wait = answer.after if answer.after is not None else self._paces.down.wait(self._failures, self._jitter)
        else:
            self._failures = self._failures + 1 if self.state is State.REFUSED else 1
            await self._enter(State.REFUSED, f"batch {batch.seq}: {answer.reason} ({answer.advice})")
            wait = self._paces.refused.wait(self._failures, self._jitter)
            say(
                _LOG, logging.ERROR, "the hub refuses a batch; sending stops", hub=self._hub.url, seq=batch.seq,
                reason=answer.reason, next=answer.advice, again_in_s=round(wait),
            )  # fmt: skip
        return not self._ending.is_set() and not await wait_or_stop(self._ending, wait)

    async def _enter(self, state: State, detail: str) -> None:
        """Change the state; one line when the hub goes down and one when it is there (again)."""
        if state is self.state and state is not State.REFUSED and state is not State.STARTING:
            return
        if state is State.DOWN:
            say(
                _LOG, logging.WARNING, "the hub does not take batches now", hub=self._hub.url, reason=detail,
                next="batches stay in the outbox and are sent when it is back",
            )  # fmt: skip
        elif state is State.ONLINE:
            what = "the hub takes batches" if self.state is State.STARTING else "the hub takes batches again"
            say(_LOG, logging.INFO, what, hub=self._hub.url)
            self._outbox.appended.set()  # what was left unsealed while the hub was away is due now
        self.state = state
        try:
            await self._outbox.note_uplink(state, detail)
        except StorageRefused as error:
            say(_LOG, logging.WARNING, "the uplink's state cannot be stored", error=error)
