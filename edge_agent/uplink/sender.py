"""Batches in order, each until the hub's receipt for it is durable here.

One batch is in flight. The hub takes a batch twice without harm, so whatever goes wrong between sending and storing
the receipt, the same bytes are sent again. States, as ``status`` shows them:

- **online**: the last batch was taken.
- **down**: no answer, or one that says "later" (429, 5xx); tried again with back-off, as long as it takes.
- **refused**: the hub does not take the batch, or its receipt cannot be trusted. Sending stops; the same batch is
  tried again after minutes only, because a person must change something first. Nothing is lost meanwhile.

When the hub answers that it expects an earlier batch (it was restored from a backup), sending goes back to that one.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

import msgspec

from edge_agent.config.settings import Hub
from edge_agent.errors import StorageRefused
from edge_agent.log import say
from edge_agent.outbox.batches import SealedBatch
from edge_agent.outbox.store import Outbox
from edge_agent.pace import Jitter, Pace, wait_or_stop
from edge_agent.uplink.answer import Accepted, Answer, Later, Refused, Resend, understand
from edge_agent.uplink.client import HubClient, HubUnreachable
from edge_agent.uplink.hub_clock import HubClock, read_hub_clock

_LOG = logging.getLogger(__name__)


class State(StrEnum):
    """What the uplink says about itself."""

    STARTING = "starting"
    ONLINE = "online"
    DOWN = "down"
    REFUSED = "refused"


class Paces(msgspec.Struct, frozen=True, kw_only=True):
    """How soon to try again, in seconds."""

    down: Pace = Pace(first=0.5, longest=60.0)
    refused: Pace = Pace(first=5.0, longest=600.0)


class Sender:
    """Sends until ``end`` is called, then until nothing is left or the first failure."""

    def __init__(
        self,
        hub: Hub,
        author: str,
        outbox: Outbox,
        *,
        clock: Callable[[], datetime],
        jitter: Jitter,
        paces: Paces | None = None,
    ) -> None:
        self.state = State.STARTING
        self.hub_clock: HubClock | None = None
        self._hub = hub
        self._author = author
        self._outbox = outbox
        self._clock = clock
        self._jitter = jitter
        self._paces = paces or Paces()
        self._resend: int | None = None
        self._failures = 0
        self._ending = asyncio.Event()

    async def run(self) -> None:
        """Send what there is, wait for more."""
        client = HubClient(self._hub)
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
            await client.close()

    def end(self) -> None:
        """Send what is left as long as the hub takes it, then return from ``run``."""
        self._ending.set()
        self._outbox.sealed.set()

    async def _step(self, client: HubClient) -> bool:
        """Send the next batch, or wait for one; False when there is nothing more to do before the end."""
        self._outbox.sealed.clear()
        batch = await self._next()
        if batch is not None:
            return await self._send(client, batch)
        if self._ending.is_set():
            return False
        await self._outbox.sealed.wait()
        return True

    async def _next(self) -> SealedBatch | None:
        if self._resend is not None:
            batch = await self._outbox.batch(self._resend)
            if batch is not None:
                return batch
            self._resend = None
        return await self._outbox.oldest_unacknowledged()

    async def _send(self, client: HubClient, batch: SealedBatch) -> bool:
        """Send one batch and do what the answer asks; False when there is nothing more to try before the end."""
        answer: Answer | None
        try:
            sent = self._clock()
            reply = await client.send(batch)
            self.hub_clock = read_hub_clock(reply.headers, sent, self._clock()) or self.hub_clock
            answer = understand(reply, batch, self._author, self._hub.public_key, self._clock())
        except HubUnreachable as error:
            answer = Later(error.what)
        if isinstance(answer, Resend):
            answer = await self._go_back(answer, batch)
        if isinstance(answer, Accepted):
            answer = await self._accepted(batch, answer)
        if answer is None:
            return True
        wait = await self._failed(batch, answer)
        return not self._ending.is_set() and not await wait_or_stop(self._ending, wait)

    async def _accepted(self, batch: SealedBatch, answer: Accepted) -> Later | None:
        try:
            await self._outbox.acknowledge(batch.seq, answer.envelope)
        except StorageRefused as error:
            return Later(f"the receipt cannot be stored: {error}")
        if self._resend is not None:
            self._resend = batch.seq + 1
        self._failures = 0
        if answer.quarantined:
            first = answer.quarantined[0]
            say(
                _LOG, logging.WARNING, "the hub keeps records it does not understand", seq=batch.seq,
                records=len(answer.quarantined), first_record=first.seq, reason=first.reason,
                next="update the hub or the agent so that their versions fit",
            )  # fmt: skip
        await self._enter(State.ONLINE, "the last batch was taken")
        say(_LOG, logging.DEBUG, "batch taken", seq=batch.seq, records=batch.records, log_index=answer.log_index)
        return None

    async def _go_back(self, answer: Resend, batch: SealedBatch) -> Refused | None:
        if answer.expected < batch.seq and await self._outbox.batch(answer.expected) is not None:
            say(_LOG, logging.WARNING, "the hub asks for earlier batches", hub=self._hub.url, seq=answer.expected)
            self._resend = answer.expected
            return None
        return Refused(
            f"the hub expects batch {answer.expected} when it is sent batch {batch.seq} of chain {batch.chain}",
            "hub and agent disagree about this chain: one of them was restored from a backup; "
            "if it was this agent, give it a new data folder and tell the hub's administrator",
        )

    async def _failed(self, batch: SealedBatch, answer: Later | Refused) -> float:
        """Say so, remember it, and return how long to wait."""
        if isinstance(answer, Later):
            self._failures = self._failures + 1 if self.state is State.DOWN else 1
            await self._enter(State.DOWN, answer.reason)
            return answer.after if answer.after is not None else self._paces.down.wait(self._failures, self._jitter)
        self._failures = self._failures + 1 if self.state is State.REFUSED else 1
        await self._enter(State.REFUSED, f"batch {batch.seq}: {answer.reason} ({answer.advice})")
        wait = self._paces.refused.wait(self._failures, self._jitter)
        say(
            _LOG, logging.ERROR, "the hub refuses a batch; sending stops", hub=self._hub.url, seq=batch.seq,
            reason=answer.reason, next=answer.advice, again_in_s=round(wait),
        )  # fmt: skip
        return wait

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
        self.state = state
        try:
            await self._outbox.note_uplink(state, detail)
        except StorageRefused as error:
            say(_LOG, logging.WARNING, "the uplink's state cannot be stored", error=error)
