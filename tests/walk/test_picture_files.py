"""Files of pictures from an agent's album to a hub that listens: after their records, beside the batches, whatever
breaks off in between."""

import asyncio
import datetime as dt
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import uvicorn
from small_lane import SIGNER, SmallLine, line_config, settled, until
from small_outbox import AUTHOR
from small_pictures import hash_of, png

from edge_agent.config.settings import PictureLane as LaneRule
from edge_agent.config.settings import PictureRule
from edge_agent.uplink.picture_lane import LaneState
from hub.api.app import create_app
from hub.composition import create_hub
from hub.entry.master import add_agent, add_organisation, add_plant
from hub.parts import Hub
from hub.picture.folder import PictureFolder
from hub.serve import listen, url_of
from traceability.encoding import to_base64
from traceability.picture import MOST_PIECE_BYTES, SendPolicy
from traceability.unit import Environment, Verdict

SUPPORT = Path(__file__).parents[1] / "support"
LARGE = png("large", extra=4 * MOST_PIECE_BYTES)
FAILED_ONLY = LaneRule(policy=SendPolicy.FAILED)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = create_hub(tmp_path / "hub", origin=None, environment=Environment.TEST)
    add_organisation(made, "o", "O")
    add_plant(made, "p", organisation="o", name="P")
    add_agent(made, AUTHOR, plant="p", public_key=to_base64(SIGNER.public_key))
    yield made
    made.store.close()


@pytest.fixture
def address(hub: Hub) -> Iterator[str]:
    """The hub listens."""
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(create_app(hub), log_config=None, ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield url_of(listener)
    server.should_exit = True
    thread.join(30)


@pytest.fixture
def line(hub: Hub, address: str, tmp_path: Path) -> SmallLine:
    return SmallLine(line_config(tmp_path / "line", address, hub.signer.public_key))


def arrived(hub: Hub) -> set[str]:
    return {stored.place.rpartition("/")[2] for stored in PictureFolder(hub.settings.data).stored()}


def names(*contents: bytes) -> set[str]:
    return {hash_of(content).removeprefix("sha256:") for content in contents}


async def test_a_file_follows_its_record_and_stays_at_the_plant(hub: Hub, line: SmallLine) -> None:
    outbox = await line.open()
    await outbox.append(line.submission(1, LARGE, png("small")))
    async with line.running(outbox) as lane:
        await asyncio.sleep(0.2)
        assert lane.state is LaneState.IDLE, "its record is not sealed yet"
        await outbox.seal(100)
        await settled(outbox, sent=2)
    assert arrived(hub) == names(LARGE, png("small"))
    assert all(line.album.find(name) for name in arrived(hub))
    assert (await outbox.report()).pictures.day_bytes == len(LARGE) + len(png("small"))
    outbox.close()


async def test_only_failures_are_sent_by_default_and_none_where_the_plant_says_so(hub: Hub, line: SmallLine) -> None:
    good, bad, later = png("good"), png("bad"), png("later")
    line.config = msgspec.structs.replace(line.config, pictures=PictureRule(lane=FAILED_ONLY))
    outbox = await line.open()
    await outbox.append(line.submission(1, good, verdict=Verdict.OK))
    await outbox.append(line.submission(2, bad))
    await outbox.seal(100)
    async with line.running(outbox) as lane:
        await settled(outbox, sent=1)
        line.config = msgspec.structs.replace(line.config, pictures=PictureRule(lane=LaneRule(policy=SendPolicy.NONE)))
        await outbox.append(line.submission(3, later))
        await outbox.seal(100)
        await until(lambda: lane.state is LaneState.OFF)
        await asyncio.sleep(0.1)
    assert arrived(hub) == names(bad)
    outbox.close()


async def test_failures_go_first_then_the_oldest(line: SmallLine) -> None:
    outbox = await line.open()
    for cycle, verdict in enumerate((Verdict.OK, Verdict.NOT_OK, Verdict.OK, Verdict.NOT_DECIDABLE), start=1):
        await outbox.append(line.submission(cycle, png(str(cycle)), verdict=verdict))
    batch = await outbox.seal(100)
    assert await outbox.pictures.next() is None
    await outbox.acknowledge(batch.seq, b"receipt")
    order = []
    while (picture := await outbox.pictures.next()) is not None:
        order.append(picture.sha256)
        await outbox.pictures.end(picture, "sent")
    assert order == [hash_of(png(number)) for number in ("2", "4", "1", "3")]
    outbox.close()


@pytest.mark.parametrize("requests", [4])
async def test_a_kill_in_the_middle_costs_no_more_than_one_piece(
    hub: Hub, address: str, line: SmallLine, requests: int
) -> None:
    outbox = await line.open()
    await outbox.append(line.submission(1, LARGE))
    await outbox.seal(100)
    outbox.close()
    arguments = (str(line.config.file.parent), address, to_base64(hub.signer.public_key), str(requests))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(SUPPORT), *sys.path])}
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(SUPPORT / "brings_pictures.py"), *arguments, env=environment
    )
    assert await asyncio.wait_for(process.wait(), 60) == -signal.SIGKILL
    assert PictureFolder(hub.settings.data).come("p", hash_of(LARGE)) == (requests - 2) * MOST_PIECE_BYTES
    outbox = await line.open()
    spent = (await outbox.report()).pictures.day_bytes
    async with line.running(outbox):
        await settled(outbox, sent=1)
    assert arrived(hub) == names(LARGE)
    assert (await outbox.report()).pictures.day_bytes - spent == len(LARGE) - (requests - 2) * MOST_PIECE_BYTES
    outbox.close()


async def test_while_the_hub_is_away_pictures_wait_and_batches_are_sealed(hub: Hub, line: SmallLine) -> None:
    there = line.config
    line.config = msgspec.structs.replace(there, hub=msgspec.structs.replace(there.hub, url="http://127.0.0.1:9"))
    outbox = await line.open()
    await outbox.append(line.submission(1, LARGE))
    await outbox.seal(100)
    async with line.running(outbox) as lane:
        await until(lambda: lane.state is LaneState.WAITS_FOR_HUB)
    line.config = there
    async with line.running(outbox):
        await settled(outbox, sent=1)
    assert arrived(hub) == names(LARGE)
    outbox.close()


async def test_no_more_than_the_day_allows_and_only_in_its_hours(hub: Hub, line: SmallLine) -> None:
    night = (dt.time(22), dt.time(6))
    rule = LaneRule(policy=SendPolicy.ALL, bytes_a_day=MOST_PIECE_BYTES, hours=night)
    line.config = msgspec.structs.replace(line.config, pictures=PictureRule(lane=rule))
    outbox = await line.open()
    await outbox.append(line.submission(1, LARGE))
    await outbox.seal(100)
    async with line.running(outbox) as lane:
        await until(lambda: lane.state is LaneState.WAITS_FOR_HOURS)
        line.noon = line.noon.replace(hour=23)
        await until(lambda: lane.state is LaneState.WAITS_FOR_DAY)
        assert (await outbox.report()).pictures.day_bytes == MOST_PIECE_BYTES
        for day in range(2, 7):
            line.noon = line.noon.replace(day=day, hour=2)
            await asyncio.sleep(0.1)
        await settled(outbox, sent=1)
    assert arrived(hub) == names(LARGE)
    outbox.close()


async def test_a_batch_waits_for_no_picture(hub: Hub, line: SmallLine) -> None:
    """A line so slow that the picture alone takes ten seconds."""
    slow = msgspec.structs.replace(line.config.hub, bytes_per_s=len(LARGE) / 10)
    line.config = msgspec.structs.replace(line.config, hub=slow)
    outbox = await line.open()
    await outbox.append(line.submission(1, LARGE))
    await outbox.seal(100)
    async with line.running(outbox) as lane:
        await until(lambda: lane.state is LaneState.SENDING)
        await outbox.append(line.submission(2))
        batch = await outbox.seal(100)
        async with asyncio.timeout(30):
            while (await outbox.report()).unsent_batches:  # noqa: ASYNC110 - the hub's turn
                await asyncio.sleep(0.01)
        assert batch is not None
        assert (lane.state, arrived(hub)) == (LaneState.SENDING, set())
    outbox.close()


async def test_a_file_that_is_gone_or_changed_is_said_so_and_keeps_no_other(hub: Hub, line: SmallLine) -> None:
    gone, changed, fine = png("gone"), png("changed"), png("fine")
    outbox = await line.open()
    for cycle, content in enumerate((gone, changed, fine), start=1):
        await outbox.append(line.submission(cycle, content))
    [lost], [other] = (
        list(line.config.data.rglob(f"{name}.png")) for content in (gone, changed) for name in names(content)
    )
    lost.unlink()
    other.write_bytes(png("forged"))
    await outbox.seal(100)
    async with line.running(outbox):
        await settled(outbox, gone=2, sent=1)
    assert arrived(hub) == names(fine)
    outbox.close()


async def test_what_the_hub_refuses_keeps_no_other_back(
    hub: Hub, line: SmallLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.picture.receive.MOST_BYTES", len(LARGE) - 1)
    outbox = await line.open()
    await outbox.append(line.submission(1, LARGE))
    await outbox.append(line.submission(2, png("small")))
    await outbox.seal(100)
    async with line.running(outbox):
        await settled(outbox, refused=1, sent=1)
    assert arrived(hub) == names(png("small"))
    outbox.close()


async def test_a_hub_that_was_put_back_is_asked_again(hub: Hub, line: SmallLine) -> None:
    """The batch is sent anew because the hub forgot it; then every file that was sent is asked about again."""
    outbox = await line.open()
    await outbox.append(line.submission(1, LARGE))
    batch = await outbox.seal(100)
    async with line.running(outbox):
        await settled(outbox, sent=1)
        PictureFolder(hub.settings.data).remove("p", hash_of(LARGE))
        await outbox.acknowledge(batch.seq, b"again")
        await until(lambda: arrived(hub) == names(LARGE))
    outbox.close()
