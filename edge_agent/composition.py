"""The one place that makes clocks, randomness and connections, and puts the agent together.

Order of the end (SIGTERM, SIGINT): the stations finish their cycle, what they stored is sealed, and as much is sent
as a few seconds allow. The rest stays in the outbox for the next start.
"""

import asyncio
import logging
import secrets
import signal
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from random import SystemRandom

from edge_agent.check import make_driver
from edge_agent.config.settings import AgentConfig, Station
from edge_agent.datafolder import OUTBOX, PICTURES, held_folder
from edge_agent.errors import StorageRefused
from edge_agent.log import say
from edge_agent.outbox.chain import Identity
from edge_agent.outbox.store import Outbox
from edge_agent.sealing import Sealer
from edge_agent.station.album import Album
from edge_agent.station.camera import CycleCamera
from edge_agent.station.link import DeviceLink
from edge_agent.station.recorder import Production, Recorder
from edge_agent.station.runner import StationRunner
from edge_agent.uplink.sender import Sender
from traceability.keyfile import read_key_file
from traceability.signing import Signer

_LOG = logging.getLogger(__name__)
_STATIONS_END_WITHIN = 10.0
_SENDING_ENDS_WITHIN = 5.0
_AFTER_A_BUG = 5.0
_PURGE_EVERY = 6 * 3600.0
_jitter = SystemRandom().random


def wall_clock() -> datetime:
    """The present, UTC."""
    return datetime.now(UTC)


def run_agent(config: AgentConfig) -> None:
    """Run until SIGTERM or SIGINT. Errors of the configuration's surroundings (key, data folder, outbox) come first."""
    signer = read_key_file(config.key_file)
    with held_folder(config.data):
        asyncio.run(_run(config, signer))


async def _run(config: AgentConfig, signer: Signer) -> None:
    stop = asyncio.Event()
    _stop_on_signals(stop)
    identity = Identity(author=config.author, environment=config.environment)
    outbox = Outbox(config.data / OUTBOX, identity, signer, wall_clock, secrets.token_bytes)
    try:
        await outbox.begin(config.hash, config.plan, config.plan_id)
        say(
            _LOG, logging.INFO, "agent runs", author=config.author, environment=config.environment,
            stations=len(config.stations), hub=config.hub.url, config=config.hash,
        )  # fmt: skip
        await _serve(config, outbox, stop)
        say(_LOG, logging.INFO, "agent ended", author=config.author, unsent=(await outbox.report()).unsent_batches)
    finally:
        outbox.close()


async def _serve(config: AgentConfig, outbox: Outbox, stop: asyncio.Event) -> None:
    """Run all tasks until ``stop``, and end them in the order in which data flow."""
    sealer = Sealer(outbox, config.sealing)
    sender = Sender(config.hub, config.author, outbox, clock=wall_clock, jitter=_jitter)
    background = [
        asyncio.create_task(_guarded("sealing", sealer.run)),
        asyncio.create_task(_guarded("housekeeping", lambda: _purge(outbox))),
    ]
    sending = asyncio.create_task(_guarded("uplink", sender.run))
    links, runners = _stations(config, outbox)
    stations = [
        asyncio.create_task(_guarded(f"station {name}", lambda runner=runner: runner.run(stop)))  # type: ignore[misc]
        for name, runner in runners.items()
    ]
    await stop.wait()
    await _ended(stations, _STATIONS_END_WITHIN)
    for link in links.values():
        await link.close()
    await _ended(background, 0)
    try:
        await sealer.seal_all()
    except StorageRefused as error:
        say(
            _LOG, logging.ERROR, "the last records stay unsealed", error=error, next="they are sealed at the next start"
        )
    sender.end()
    await _ended([sending], _SENDING_ENDS_WITHIN)


def _stations(config: AgentConfig, outbox: Outbox) -> tuple[dict[str, DeviceLink], dict[str, StationRunner]]:
    links = {
        device.name: DeviceLink(device.name, make_driver(config, device, wall_clock), _jitter)
        for device in config.devices
    }
    album = Album(config.data / PICTURES)
    production = Production(gtin=config.gtin, part=config.plan.part, plan=config.plan_id)
    runners = {}
    for station in config.stations:
        recorder = Recorder(
            station,
            production,
            outbox,
            _camera(station, album),
            clock=wall_clock,
            random_bytes=secrets.token_bytes,
        )
        runners[station.name] = StationRunner(
            station, links[station.device], recorder, poll=config.device(station.device).poll, monotonic=time.monotonic
        )
    return links, runners


def _camera(station: Station, album: Album) -> CycleCamera | None:
    if station.camera is None:
        return None
    return CycleCamera(station.name, station.camera, album, time.monotonic)


async def _guarded(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Run ``work`` to its end; a bug in it is logged in full and stops neither it for ever nor the other tasks."""
    while True:
        try:
            return await work()
        except Exception:  # noqa: BLE001 - the outermost edge of a task
            _LOG.exception("%s failed unexpectedly; it goes on in %g s; report this line", name, _AFTER_A_BUG)
            await asyncio.sleep(_AFTER_A_BUG)


async def _purge(outbox: Outbox) -> None:
    while True:
        try:
            gone = await outbox.purge()
            say(_LOG, logging.DEBUG, "old batches purged", batches=gone)
        except StorageRefused as error:
            say(_LOG, logging.WARNING, "old batches cannot be purged", error=error)
        await asyncio.sleep(_PURGE_EVERY)


async def _ended(tasks: list[asyncio.Task[None]], within: float) -> None:
    """Wait so long for the tasks to end by themselves, then cancel them."""
    if within:
        await asyncio.wait(tasks, timeout=within)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows: no loop handlers there
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
