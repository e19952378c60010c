"""An agent's outbox, album, uplink and lane for files of pictures, without stations; everything else is real."""

import asyncio
import contextlib
import datetime as dt
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
from small_agent import write_agent
from small_outbox import AUTHOR, Bench
from small_pictures import hash_of

from edge_agent.config.load import load_config
from edge_agent.config.settings import AgentConfig, PictureRule
from edge_agent.config.settings import PictureLane as LaneRule
from edge_agent.outbox.results import Submission
from edge_agent.outbox.store import Outbox
from edge_agent.pace import Pace
from edge_agent.station.album import Album
from edge_agent.uplink.picture_lane import LanePaces, PictureLane
from edge_agent.uplink.sender import Paces, Sender
from traceability.picture import SendPolicy
from traceability.record.production import Picture, PicturesRecord
from traceability.signing import Ed25519Signer
from traceability.unit import Verdict

QUICK = Pace(first=0.02, longest=0.05)
SOON = LanePaces(look=0.02, between=0.0, down=QUICK, unknown=Pace(first=0.0, longest=0.0))
SIGNER = Ed25519Signer.from_seed(b"a" * 32)


def line_config(folder: Path, url: str, hub_key: bytes, rule: LaneRule | None = None) -> AgentConfig:
    folder.mkdir(parents=True, exist_ok=True)
    config = load_config(write_agent(folder, 9, url) / "agent.toml")
    reached = msgspec.structs.replace(config.hub, public_key=hub_key)
    rule = rule or LaneRule(policy=SendPolicy.ALL)
    return msgspec.structs.replace(config, author=AUTHOR, hub=reached, pictures=PictureRule(lane=rule))


class SmallLine:
    """``config`` may be replaced meanwhile; ``noon`` is the time of the line PC."""

    def __init__(self, config: AgentConfig) -> None:
        self.config = config
        self.bench = Bench(config.data / "outbox.db")
        self.album = Album(config.data / "pictures")
        self.noon = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
        self.sender: Sender | None = None
        self.lane: PictureLane | None = None

    async def open(self) -> Outbox:
        self.config.data.mkdir(parents=True, exist_ok=True)
        outbox = await self.bench.open()
        outbox.pictures.policy = self.config.pictures.lane.policy
        return outbox

    def submission(self, cycle: int, *contents: bytes, verdict: Verdict = Verdict.NOT_OK) -> Submission:
        """A result with pictures, which are kept."""
        made = self.bench.submission(cycle, f"S{cycle}", verdict)
        for content in contents:
            self.album.keep(content)
        pictures = tuple(
            Picture(sha256=hash_of(content), size=len(content), position=f"position-{number}")
            for number, content in enumerate(contents, start=1)
        )
        result = made.result
        stamp = {"id": result.id, "seq": 0, "salt": "", "event_time": result.event_time}
        record = PicturesRecord(unit=result.unit, operation=result.operation, pictures=pictures, **stamp)
        return msgspec.structs.replace(made, others=(*made.others, record))

    def make_sender(self, outbox: Outbox) -> Sender:
        return Sender(
            self.config.hub,
            AUTHOR,
            outbox,
            clock=self.bench.clock,
            monotonic=time.monotonic,
            jitter=lambda: 0.5,
            paces=Paces(down=QUICK, refused=QUICK),
        )

    @contextlib.asynccontextmanager
    async def running(self, outbox: Outbox, *, uplink: bool = True) -> AsyncIterator[PictureLane]:
        """The uplink and the lane run until the block is left."""
        sender = self.sender = self.make_sender(outbox)
        lane = self.lane = PictureLane(
            outbox,
            SIGNER,
            self.config.data / "pictures",
            config=lambda: self.config,
            sender=lambda: sender,
            now=lambda: self.noon,
            jitter=lambda: 0.5,
            paces=SOON,
        )
        tasks = [asyncio.create_task(lane.run())]
        if uplink:
            tasks.append(asyncio.create_task(sender.run()))
        try:
            yield lane
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - another process's state
            await asyncio.sleep(0.01)


async def settled(outbox: Outbox, **ended: int) -> None:
    """Until so many files have ended so."""
    async with asyncio.timeout(30):
        while {one.fate: one.pictures for one in (await outbox.report()).pictures.ended} != ended:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
