"""The one place that makes clocks, randomness and connections, and puts the agent together. ``running`` runs it."""

import asyncio
import gc
import logging
import os
import secrets
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random, SystemRandom
from typing import Any

from edge_agent.check import check_config, make_driver
from edge_agent.config.load import load_config
from edge_agent.config.settings import AgentConfig, Device, Sampling, Station, passphrase_of
from edge_agent.config.told import is_told
from edge_agent.datafolder import LINE_STATE, OUTBOX, PICTURES, held_folder, is_held
from edge_agent.downlink.fetching import Devices, Downlink, Fetching
from edge_agent.enrol.rotation import is_begun
from edge_agent.errors import AgentError
from edge_agent.interlock.decision import Policy
from edge_agent.line import Runner
from edge_agent.line_state import read_line_state
from edge_agent.local_page.server import LocalPage
from edge_agent.log import LogRule, open_log, say
from edge_agent.outbox.chain import Identity
from edge_agent.outbox.decisions import Lookup
from edge_agent.outbox.store import Outbox
from edge_agent.reload.request import Answer, ask, find_answer
from edge_agent.running import Agent
from edge_agent.signals import Signals
from edge_agent.station.accompanied import AccompaniedRunner
from edge_agent.station.answer_book import AnswerBook
from edge_agent.station.eyes import Eyes, together
from edge_agent.station.health import HealthBook
from edge_agent.station.link import DeviceLink
from edge_agent.station.permit import PermitDesk
from edge_agent.station.reader import CycleReader
from edge_agent.station.recent import Recent
from edge_agent.station.recorder import IdentityReader, Recorder
from edge_agent.station.runner import StationRunner
from edge_agent.station.sampler import Sampler
from edge_agent.station.told import ToldRunner
from edge_agent.status import Status
from edge_agent.uplink.picture_lane import PictureLane
from edge_agent.uplink.sender import Sender
from traceability.keyfile import read_key_file
from traceability.signing import Signer

_LOG = logging.getLogger(__name__)
_ANSWER_WITHIN = 90.0
_LOOK_EVERY = 0.1
_jitter = SystemRandom().random


def uniform_of(seed: int | None) -> Callable[[], float]:
    """Evenly distributed numbers between 0 and 1, the same ones for the same seed; for simulated devices only."""
    return (SystemRandom() if seed is None else Random(seed)).random  # noqa: S311 - nothing secret comes of it


def wall_clock() -> datetime:
    """The present, UTC."""
    return datetime.now(UTC)


def short_id() -> str:
    """A new random name, short enough to be typed."""
    return secrets.token_hex(4)


def new_salt() -> str:
    """The salt of a record."""
    return secrets.token_hex(16)


class Workshop:
    """Makes the parts of one agent; nothing it makes connects before it is run."""

    def __init__(self, outbox: Outbox, recent: Recent, level: int, signer: Signer) -> None:
        self.recent = recent
        self._signer = signer
        self._outbox = outbox
        self._level = level
        self._links: dict[str, DeviceLink[Any]] = {}
        self._eyes = Eyes(
            monotonic=time.monotonic, clock=wall_clock, most_processes=os.cpu_count() or 1, pictures=PICTURES
        )

    def now(self) -> datetime:
        """The present, UTC."""
        return wall_clock()

    def link(self, config: AgentConfig, device: Device) -> DeviceLink[Any]:
        """The connection to one device."""
        driver = make_driver(config, device, wall_clock)
        link: DeviceLink[Any] = DeviceLink(device.name, driver, _jitter, book=HealthBook(device.name, wall_clock))
        self._links[device.name] = link
        return link

    def runner(self, config: AgentConfig, station: Station, link: DeviceLink[Any]) -> Runner:
        """What serves one station."""
        device = config.device(station.device)
        eyes = together(self._reader(station), self._eyes.camera(config, station))
        recorder = self._recorder(config, station, eyes)
        if is_told(device):
            return ToldRunner(station, link, recorder, monotonic=time.monotonic)
        runner = StationRunner(
            station,
            link,
            recorder,
            poll=device.poll,
            monotonic=time.monotonic,
            permits=self._permits(config, station, link),
        )
        return runner if eyes is None else AccompaniedRunner(station.name, runner, eyes)

    def close(self) -> None:
        """End the processes that see."""
        self._eyes.close()

    def sampler(self, config: AgentConfig, sampling: Sampling, link: DeviceLink[Any]) -> Runner:  # noqa: ARG002 - as all makers
        """What samples telemetry of one device."""
        return Sampler(
            sampling,
            link,
            self._outbox,
            clock=wall_clock,
            monotonic=time.monotonic,
            random_bytes=secrets.token_bytes,
        )

    def sender(self, config: AgentConfig) -> Sender:
        """What brings batches to the hub."""
        return Sender(
            config.hub, config.author, self._outbox, clock=wall_clock, monotonic=time.monotonic, jitter=_jitter
        )

    def downlink(self, config: Callable[[], AgentConfig], sender: Callable[[], Sender], devices: Devices) -> Downlink:
        """What fetches news from the hub."""

        def ahead() -> float | None:
            clock = sender().hub_clock
            return None if clock is None else clock.ahead_s

        def check(file: Path, plan: Path, folder: Path, profiles: Path | None) -> AgentConfig:
            found = load_config(file, plan_file=plan, plan_folder=folder, profiles=profiles)
            check_config(found, wall_clock)
            return found

        return Downlink(
            Fetching(
                config=config,
                outbox=self._outbox,
                signer=self._signer,
                check=check,
                word=new_salt,
                clock=wall_clock,
                clock_ahead=ahead,
                jitter=_jitter,
                devices=devices,
            )
        )

    def lane(self, config: Callable[[], AgentConfig], sender: Callable[[], Sender]) -> PictureLane:
        """What brings files of pictures to the hub; the hours it is allowed are those of this machine's time zone."""
        return PictureLane(
            self._outbox,
            self._signer,
            config().data / PICTURES,
            config=config,
            sender=sender,
            now=lambda: wall_clock().astimezone(),
            jitter=_jitter,
        )

    def page(self, port: int, status: Callable[[], Awaitable[Status]]) -> LocalPage:
        """The page on this machine."""
        return LocalPage(port, status)

    def checked(self, config: AgentConfig) -> AgentConfig:
        """The configuration as its files are now, checked in full; connects to nothing."""
        found = load_config(config.file)
        check_config(found, wall_clock)
        return found

    def log(self, rule: LogRule) -> None:
        """Write log lines by this rule from now on."""
        open_log(self._level, rule)

    def _permits(self, config: AgentConfig, station: Station, link: DeviceLink[Any]) -> PermitDesk | None:
        if station.interlock is None:
            return None
        own = () if station.interlock.previous_elsewhere else (entry.operation for entry in config.stations)
        return PermitDesk(
            station,
            link,
            plans=config.plans,
            policy=Policy(when_unknown=station.interlock.when_unknown, own_operations=frozenset(own)),
            lookup=Lookup(config.data / OUTBOX),
            book=AnswerBook(station, self._outbox, clock=wall_clock, random_bytes=secrets.token_bytes),
            clock=wall_clock,
        )

    def _reader(self, station: Station) -> CycleReader | None:
        if station.reader is None:
            return None
        return CycleReader(
            station.name, station.reader, self._links[station.reader.device], time.monotonic, rules=station.symbols
        )

    def _recorder(self, config: AgentConfig, station: Station, identities: IdentityReader | None) -> Recorder:
        return Recorder(
            station,
            config.plans,
            self._outbox,
            identities,
            clock=wall_clock,
            random_bytes=secrets.token_bytes,
            recent=self.recent,
            inspector=self._eyes.inspector(config, station),
        )


def run_agent(config: AgentConfig, level: int = logging.INFO) -> None:
    """Run until SIGTERM or SIGINT. Errors of the configuration's surroundings (key, data folder, outbox) come first."""
    signer = read_key_file(config.key_file, passphrase_of(config))
    with held_folder(config.data):
        open_log(level, config.log)
        if is_begun(config.key_file):
            say(
                _LOG, logging.WARNING, "a change of the key was begun and cut off", key=config.key_file,
                next="stop the agent and run: zhuoyue-agent rotate-key",
            )  # fmt: skip
        asyncio.run(_run(config, signer, level))


async def drain(config: AgentConfig, signer: Signer) -> int:
    """Seal what waits and send everything; how many batches the hub has not taken. The data folder is held."""
    identity = Identity(author=config.author, environment=config.environment)
    outbox = Outbox(config.data / OUTBOX, identity, signer, wall_clock, secrets.token_bytes, quota=config.quota)
    try:
        await outbox.begin(config.hash, config.plans)
        while await outbox.seal(config.sealing.max_records) is not None:
            pass
        sender = Workshop(outbox, Recent(()), logging.ERROR, signer).sender(config)
        sender.end()
        await sender.run()
        return (await outbox.report()).unsent_batches
    finally:
        outbox.close()


def settle_memory() -> None:
    """Put what is loaded out of the collector's sight: walking through all of it is longer than a station may wait."""
    gc.collect()
    gc.freeze()


async def _run(config: AgentConfig, signer: Signer, level: int) -> None:
    signals = Signals()
    identity = Identity(author=config.author, environment=config.environment)
    outbox = Outbox(config.data / OUTBOX, identity, signer, wall_clock, secrets.token_bytes, quota=config.quota)
    try:
        before = read_line_state(config.data / LINE_STATE)
        recent = Recent(before.recent if before else ())
        settle_memory()
        workshop = Workshop(outbox, recent, level, signer)
        try:
            await Agent(config, outbox, workshop).run(signals)
        finally:
            workshop.close()
    finally:
        outbox.close()


def ask_to_reload(config: AgentConfig) -> Answer:
    """Ask the agent that runs on this data folder to reload; AgentError when there is none."""
    if not is_held(config.data):
        raise AgentError(
            "no agent runs on this data folder", where=str(config.data), advice="start it: zhuoyue-agent run"
        )
    word = secrets.token_hex(8)
    try:
        ask(config.data, word)
    except OSError as error:
        raise AgentError(
            f"the request cannot be left there: {error.strerror}",
            where=str(config.data),
            advice="run this as the user the agent runs as",
        ) from None
    last = time.monotonic() + _ANSWER_WITHIN
    while time.monotonic() < last:
        if (answer := find_answer(config.data, word)) is not None:
            return answer
        time.sleep(_LOOK_EVERY)
    raise AgentError(
        f"the agent did not answer within {_ANSWER_WITHIN:g} s", where=str(config.data), advice="see its log"
    )
