"""The task that asks the hub for what is new, takes it, and asks again. Idle it still is heard of: asking is contact.

A hub that is away is the uplink's to complain of. A refusal is said once, with what to do, and asked again later.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import msgspec

from edge_agent.complaint import Complaint
from edge_agent.config.settings import AgentConfig
from edge_agent.downlink.client import WAIT_S, DownlinkClient, NoAnswer, NotAnswered
from edge_agent.downlink.heartbeat import heartbeat
from edge_agent.downlink.receive import DownlinkRefused, Received, Recipient, receive
from edge_agent.downlink.stage import Check, heed
from edge_agent.errors import StorageRefused
from edge_agent.log import say
from edge_agent.outbox.downlink import Place
from edge_agent.outbox.store import Outbox
from edge_agent.pace import Jitter, Pace
from edge_agent.station.health import Health
from traceability.downlink import Poll, StagedState
from traceability.record.downlink import NoticeRecord
from traceability.signing import Signer, key_id

_LOG = logging.getLogger(__name__)
_AHEAD = timedelta(seconds=1.5)
"""Dates of answers are cut to whole seconds; a corrected poll must still be later than the one before."""
_STEP = timedelta(milliseconds=1)
_MISSING = (404, 405, 501)
Devices = Callable[[], Sequence[Health]]


class Paces(msgspec.Struct, frozen=True, kw_only=True):
    """How soon to ask again, in seconds."""

    down: Pace = Pace(first=1.0, longest=60.0)
    refused: Pace = Pace(first=5.0, longest=600.0)


class Fetching(msgspec.Struct, frozen=True, kw_only=True):
    """What the task needs: ``word`` gives new random names, ``clock_ahead`` the offset from the hub's clock in s.

    ``devices`` says how the devices do.
    """

    config: Callable[[], AgentConfig]
    outbox: Outbox
    signer: Signer
    check: Check
    word: Callable[[], str]
    clock: Callable[[], datetime]
    clock_ahead: Callable[[], float | None]
    jitter: Jitter
    paces: Paces = Paces()
    wait: float = WAIT_S
    devices: Devices = tuple


class Downlink:
    """Fetches until it is cancelled."""

    def __init__(self, parts: Fetching) -> None:
        self.notice: NoticeRecord | None = None
        self._parts = parts
        self._instance = parts.word()
        self._started = parts.clock()
        self._ahead = timedelta()
        self._last: datetime | None = None
        self._failures = 0
        self._complaint = Complaint(_LOG)

    @property
    def said(self) -> str | None:
        """What the hub last told this agent about itself, with what to do; None when there was nothing."""
        return None if self.notice is None else f"{self.notice.text} ({self.notice.advice})"

    async def run(self) -> None:
        """Ask, take, ask again."""
        client: DownlinkClient | None = None
        try:
            while True:
                config = self._parts.config()
                if client is None or client.hub != config.hub:
                    if client is not None:
                        await client.close()
                    client = DownlinkClient(config.hub, config.author, self._parts.signer)
                pause = await self._turn(client, config)
                if pause:
                    await asyncio.sleep(pause)
        finally:
            if client is not None:
                await client.close()

    async def _turn(self, client: DownlinkClient, config: AgentConfig) -> float:
        """One question and what becomes of its answer; how long to wait before the next one."""
        paces = self._parts.paces
        try:
            await self._ask(client, config)
        except NoAnswer:
            self._failures += 1
            return paces.down.wait(self._failures, self._parts.jitter)
        except NotAnswered as error:
            if error.is_about_time and self._correct(error.date):
                return 0.0
            self._failures += 1
            if error.status not in _MISSING:  # a hub of an earlier version has nothing to tell
                self._complaint.raised("the hub does not answer this agent's questions", error=error)
            return paces.refused.wait(self._failures, self._parts.jitter)
        except (DownlinkRefused, StorageRefused) as error:
            self._failures += 1
            self._complaint.raised("what came down from the hub is not taken", error=error)
            return paces.refused.wait(self._failures, self._parts.jitter)
        self._failures = 0
        self._complaint.settled("the hub answers this agent's questions again")
        return 0.0

    async def _ask(self, client: DownlinkClient, config: AgentConfig) -> None:
        place = await self._parts.outbox.downlink_place()
        body = await client.ask(await self._poll(config, place), self._parts.wait)
        if body is None:
            return
        recipient = Recipient(author=config.author, environment=config.environment, hub_key=config.hub.public_key)
        received = await asyncio.to_thread(receive, body, recipient, place)
        await self._take(received, config)

    async def _take(self, received: Received, config: AgentConfig) -> None:
        place = received.news.place
        for message in received.messages:
            word, now = self._parts.word(), self._parts.clock()
            place = await heed(message, self._parts.config(), place, self._parts.check, word, now=now)
            staged = place.staged
            assert staged is not None
            level = logging.INFO if staged.state is StagedState.APPLIED else logging.ERROR
            say(_LOG, level, f"a configuration of the plant is {staged.state}", said=staged.detail)
        await self._parts.outbox.take_news(msgspec.structs.replace(received.news, place=place))
        for notice in received.notices:
            self.notice = notice
            say(_LOG, logging.ERROR, notice.text, notice=notice.notice, next=notice.advice)
        news = received.news
        say(
            _LOG, logging.DEBUG, "news taken from the hub", seq=place.seq, states=len(news.states),
            holds=len(news.holds), author=config.author,
        )  # fmt: skip

    async def _poll(self, config: AgentConfig, place: Place) -> Poll:
        report = await self._parts.outbox.report()
        at = self._parts.clock() - self._ahead
        if self._last is not None:
            at = max(at, self._last + _STEP)
        self._last = at
        return Poll(
            author=config.author,
            hub=key_id(config.hub.public_key),
            at=at,
            instance=self._instance,
            heartbeat=heartbeat(
                config,
                report,
                devices=self._parts.devices(),
                started=self._started,
                clock_ahead=self._parts.clock_ahead(),
                staged=place.staged,
            ),
            chain=place.chain,
            epoch=place.epoch,
            after=place.seq,
        )

    def _correct(self, date: str) -> bool:
        """Go by the hub's clock from now on; False when that was tried a moment ago, or there is no date."""
        try:
            hub = parsedate_to_datetime(date) + _AHEAD
            ahead = self._parts.clock() - hub
        except (ValueError, TypeError):
            return False
        again = self._failures > 0 or abs(ahead - self._ahead) < _STEP
        self._ahead = ahead
        self._last = None
        self._failures += 1
        return not again
