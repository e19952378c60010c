"""One agent from its start to its end, through every change of its configuration.

Order of a reload: the new configuration is checked in full; the stations it changes come to rest; what they stored is
sealed under the old configuration; the new one is in force; the stations begin again. Those it does not change never
notice. When anything of this fails, the old configuration goes on as a whole.

Order of the end (SIGTERM, SIGINT): the stations finish their cycle, what they stored is sealed, and as much is sent
as a few seconds allow. The rest stays in the outbox for the next start.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

from edge_agent.config.settings import AgentConfig
from edge_agent.continuing import begin_chain
from edge_agent.datafolder import LINE_STATE, OUTBOX, PICTURES
from edge_agent.downlink.fetching import Devices, Downlink
from edge_agent.errors import StorageRefused
from edge_agent.guard import ended, guarded
from edge_agent.housekeeping import keep_line_state, keep_plan, notice, purge, sweep, tidy
from edge_agent.line import Line, Maker
from edge_agent.line_state import LineState, Reloads
from edge_agent.local_page.server import LocalPage
from edge_agent.log import LogRule, say
from edge_agent.outbox.report import read_report
from edge_agent.outbox.store import Outbox
from edge_agent.reload.difference import Difference, difference
from edge_agent.reload.watch import ReloadWatch
from edge_agent.sealing import Sealer
from edge_agent.signals import Signals
from edge_agent.station.album import Album
from edge_agent.station.recent import Recent
from edge_agent.status import Status, status_of
from edge_agent.uplink.picture_lane import PictureLane
from edge_agent.uplink.sender import Sender
from firmware_profiles.errors import ProfileError
from traceability import __version__
from traceability.errors import ZhuoyueError

_LOG = logging.getLogger(__name__)
_STATIONS_END_WITHIN = 10.0
_STATIONS_CHANGE_WITHIN = 60.0
_SENDING_ENDS_WITHIN = 5.0


class Workshop(Maker, Protocol):
    """Makes the parts of an agent; what it makes connects to nothing before it is run."""

    recent: Recent

    def now(self) -> datetime:
        """The present, time zone-aware."""

    def sender(self, config: AgentConfig) -> Sender:
        """What brings batches to the hub."""

    def downlink(self, config: Callable[[], AgentConfig], sender: Callable[[], Sender], devices: Devices) -> Downlink:
        """What fetches news from the hub."""

    def lane(self, config: Callable[[], AgentConfig], sender: Callable[[], Sender]) -> PictureLane:
        """What brings files of pictures to the hub."""

    def page(self, port: int, status: Callable[[], Awaitable[Status]]) -> LocalPage:
        """The page on this machine."""

    def checked(self, config: AgentConfig) -> AgentConfig:
        """The configuration as its files are now, checked in full; raises what is wrong with it."""

    def log(self, rule: LogRule) -> None:
        """Write log lines by this rule from now on."""


class Agent:
    """Runs once."""

    def __init__(self, config: AgentConfig, outbox: Outbox, workshop: Workshop) -> None:
        self._config = config
        self._outbox = outbox
        self._workshop = workshop
        self._started = workshop.now()
        self._reloads = Reloads()
        self._line = Line(workshop)
        self._sender = workshop.sender(config)
        self._sealer = Sealer(outbox, config.sealing, lambda: self._sender.is_away)
        self._downlink = workshop.downlink(lambda: self._config, lambda: self._sender, self._line.devices)
        self._lane = workshop.lane(lambda: self._config, lambda: self._sender)
        self._outbox.pictures.policy = config.pictures.lane.policy
        self._sending: asyncio.Task[None] | None = None
        self._page: LocalPage | None = None
        self._paging: asyncio.Task[None] | None = None

    async def run(self, signals: Signals) -> None:
        """Run until ``signals.stop``; OutboxUnusable and StorageRefused when it cannot begin."""
        config = self._config
        await begin_chain(self._outbox, config)
        say(
            _LOG, logging.INFO, "agent runs", author=config.author, environment=config.environment,
            stations=len(config.stations), hub=config.hub.url, config=config.hash,
        )  # fmt: skip
        background = self._background(signals)
        self._begin_sending()
        self._open_page()
        self._line.begin(config, {station.name for station in config.stations})
        await signals.stop.wait()
        await self._end(background)
        unsent = (await self._outbox.report()).unsent_batches
        say(_LOG, logging.INFO, "agent ended", author=config.author, unsent=unsent)

    async def status(self) -> Status:
        """How everything stands now; read beside the writer, so that a reader never makes a station wait."""
        report = await asyncio.to_thread(read_report, self._config.data / OUTBOX)
        return status_of(self._config, report, self._state(), self._workshop.now(), running=True)

    async def reload(self) -> tuple[bool, str]:
        """Take the configuration over as its files are now; whether that was done, and one sentence about it."""
        try:
            new = await asyncio.to_thread(self._workshop.checked, self._config)
            change = difference(self._config, new)
            if new.log != self._config.log:
                self._workshop.log(new.log)
            await self._change(new, change)
        except (ZhuoyueError, ProfileError) as error:
            self._reloads = Reloads(taken=self._reloads.taken, refused=self._reloads.refused + 1, refusal=str(error))
            say(
                _LOG, logging.ERROR, "the new configuration is not taken over; the old one goes on", error=error,
                next="correct it, then reload again",
            )  # fmt: skip
            return False, f"the old configuration goes on: {error}"
        self._reloads = Reloads(taken=self._reloads.taken + 1, refused=self._reloads.refused)
        say(_LOG, logging.INFO, "configuration taken over", stations_changed=change.changed, config=new.hash)
        return True, f"configuration {new.hash[:19]}… is in force; {change.changed} stations changed"

    async def _change(self, new: AgentConfig, change: Difference) -> None:
        old = self._config
        await self._line.end(change.ended, change.devices, _STATIONS_CHANGE_WITHIN)
        try:
            await self._outbox.begin(new.hash, new.plans)
        except ZhuoyueError:
            self._line.begin(old, change.ended)
            raise
        self._config = new
        self._line.begin(new, change.begun)
        self._sealer.rule = new.sealing
        self._outbox.quota = new.quota
        self._outbox.pictures.policy = new.pictures.lane.policy
        if new.hub != old.hub:
            await self._end_sending(0)
            self._sender = self._workshop.sender(new)
            self._begin_sending()
        if new.page != old.page:
            await self._close_page()
            self._open_page()

    def _background(self, signals: Signals) -> list[asyncio.Task[None]]:
        watch = ReloadWatch(lambda: self._config, self.reload, signals.reload)
        file = self._config.data / LINE_STATE
        album = Album(self._config.data / PICTURES)
        work: dict[str, Callable[[], Awaitable[None]]] = {
            "reload": watch.run,
            "sealing": self._sealer.run,
            "housekeeping": lambda: purge(self._outbox),
            "tidying": lambda: tidy(self._outbox),
            "pictures": lambda: sweep(album, lambda: self._config.pictures, self._workshop.now),
            "holds": lambda: notice(self._outbox),
            "control plan": lambda: keep_plan(self._outbox, lambda: self._config.plans, self._workshop.now),
            "line state": lambda: keep_line_state(file, self._state),
            "downlink": self._downlink.run,
            "files of pictures": self._lane.run,
        }
        return [asyncio.create_task(guarded(name, run)) for name, run in work.items()]

    def _begin_sending(self) -> None:
        self._sending = asyncio.create_task(guarded("uplink", self._sender.run))

    async def _end_sending(self, within: float) -> None:
        if self._sending is not None:
            await ended([self._sending], within)

    def _open_page(self) -> None:
        if self._config.page:
            page = self._page = self._workshop.page(self._config.page, self.status)
            self._paging = asyncio.create_task(guarded("local page", page.run))

    async def _close_page(self) -> None:
        if self._paging is not None:
            await ended([self._paging], 0)
        self._page = self._paging = None

    def _state(self) -> LineState:
        return LineState(
            at=self._workshop.now(),
            started=self._started,
            version=__version__,
            config=self._config.hash,
            page=self._page.address if self._page else None,
            devices=self._line.devices(),
            stations=self._line.stations(),
            recent=self._workshop.recent.newest(),
            hub_clock=self._sender.hub_clock,
            reloads=self._reloads,
            notice=self._downlink.said,
            pictures=self._lane.note(self._config.pictures.lane.policy),
        )

    async def _end(self, background: list[asyncio.Task[None]]) -> None:
        """End all tasks in the order in which data flow; first the one that could begin stations anew."""
        await ended(background[:1], 0)
        await self._line.end_all(_STATIONS_END_WITHIN)
        await ended(background, 0)
        await self._close_page()
        try:
            await self._sealer.seal_all()
        except StorageRefused as error:
            say(
                _LOG, logging.ERROR, "the last records stay unsealed", error=error,
                next="they are sealed at the next start",
            )  # fmt: skip
        self._sender.end()
        await self._end_sending(_SENDING_ENDS_WITHIN)
