"""Pictures of a cycle from each kind of source, and everything that can be wrong with them."""

import asyncio
import os
import time
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pytest
from picture_servers import StreamingCamera
from small_camera import write_picture

from edge_agent.config.settings import Camera
from edge_agent.secret import Secret
from edge_agent.station.album import Album
from edge_agent.station.camera import CycleCamera
from edge_agent.station.handshakes.actions import ErrorCode
from edge_agent.station.taking import source_of
from traceability.unit import Verdict
from vision.formats import Format
from vision.pool import DecodePool

UNIT = "https://example.org/01/09506000134352/21/U1"


@pytest.fixture
def camera(tmp_path):
    (tmp_path / "camera").mkdir()
    return Camera(folder=tmp_path / "camera", positions=("unit",), formats=(Format.DATA_MATRIX,), timeout=0.4)


def dropping(camera, **changes):
    return msgspec.structs.replace(camera, files={"unit": "CAM1_*.png"}, **changes)


def named(source, camera):
    return camera.folder / "OP10-00000001-unit.png"


async def test_a_picture_that_is_still_being_written_is_waited_for(camera, tmp_path):
    whole = write_picture(tmp_path / "elsewhere", "x.png", UNIT).read_bytes()
    file = named(None, camera)
    file.write_bytes(whole[:-200])
    source = source_of("OP10", msgspec.structs.replace(camera, timeout=30), time.monotonic)
    taking = asyncio.create_task(source.take(1))
    await asyncio.sleep(0.1)
    assert not taking.done()
    file.write_bytes(whole)
    assert (await taking)["unit"].content == whole


async def test_a_picture_that_is_never_finished_and_one_that_never_comes(camera, tmp_path):
    source = source_of("OP10", camera, time.monotonic)
    assert (await source.take(1))["unit"].reason == "no picture within 0.4 s"
    named(None, camera).write_bytes(write_picture(tmp_path / "elsewhere", "x.png", UNIT).read_bytes()[:-200])
    taken = (await source.take(1))["unit"]
    assert (taken.content, taken.reason) == (b"", "the picture is not written to its end")


async def test_of_dropped_files_the_newest_counts_and_older_ones_are_strays(camera):
    for number, name in enumerate(["CAM1_0007.png", "CAM1_0008.png", "CAM2_0001.png", ".CAM1_0009.png"]):
        os.utime(write_picture(camera.folder, name, f"{UNIT}{number}"), (1_000_000 + number,) * 2)
    source = source_of("OP10", dropping(camera), time.monotonic)
    newest = (camera.folder / "CAM1_0008.png").read_bytes()
    assert (await source.take(1))["unit"].content == newest
    write_picture(camera.folder, "CAM1_0010.png", UNIT)  # the next cycle's
    assert (await source.take(1))["unit"].content == newest
    source.tidy(1)
    names = sorted(path.name for path in camera.folder.iterdir())
    assert names == [".CAM1_0009.png", "CAM1_0010.png", "CAM2_0001.png", "stray"]
    assert [path.name for path in (camera.folder / "stray").iterdir()] == ["CAM1_0007.png"]
    assert (await source.take(2))["unit"].content == (camera.folder / "CAM1_0010.png").read_bytes()
    source.tidy(1)  # told again
    assert (camera.folder / "CAM1_0010.png").exists()


async def test_a_dropped_file_that_is_too_old_belongs_to_no_cycle(camera):
    file = write_picture(camera.folder, "CAM1_1.png", UNIT)
    later = datetime.fromtimestamp(file.stat().st_mtime, UTC) + timedelta(seconds=61)
    source = source_of("OP10", dropping(camera), time.monotonic, lambda: later)
    assert (await source.take(1))["unit"].reason == "no picture within 0.4 s"
    assert (camera.folder / "stray" / "CAM1_1.png").exists()


async def test_a_camera_folder_that_is_away_is_told_until_it_is_back(camera):
    source = source_of("OP10", dropping(camera), time.monotonic)
    camera.folder.rmdir()
    assert not (await source.take(1))["unit"].content
    assert source.trouble.what == "the camera's folder cannot be read"
    write_picture(camera.folder, "CAM1_1.png", UNIT)
    source.tidy(1)
    assert (await source.take(2))["unit"].content
    assert source.trouble is None


@pytest.fixture
def stream():
    started = StreamingCamera()
    yield started
    started.close()


def looking_at(stream):
    address = Secret(stream.url, stream.url)
    return Camera(
        folder=None, positions=("unit",), formats=(Format.DATA_MATRIX,), timeout=10, live={"unit": address}, grade=False
    )


async def test_a_live_camera_gives_each_cycle_a_picture_of_its_own(stream, tmp_path, scene):
    stream.show(scene)
    album = Album(tmp_path / "pictures")
    camera = CycleCamera("OP10", looking_at(stream), album, time.monotonic)
    stop = asyncio.Event()
    running = asyncio.create_task(camera.run(stop))
    (first,) = await camera.shots(1)
    assert await camera.shots(1) == [first]
    assert (first.code, first.item.serial) == (ErrorCode.RECORDED, "U1")
    camera.tidy(1, Verdict.NOT_OK)
    (second,) = await camera.shots(2)
    assert second.picture.sha256 != first.picture.sha256
    camera.tidy(2, Verdict.OK)
    folders = [album.find(shot.picture.sha256.removeprefix("sha256:")).parent.parent.name for shot in (first, second)]
    assert folders == ["pictures", "ok"]
    stop.set()
    await asyncio.wait_for(running, 60)


async def test_a_frozen_and_a_vanished_camera_name_no_unit(stream, scene):
    stream.show(scene)
    stream.frozen = True
    source = source_of("OP10", looking_at(stream), time.monotonic)
    try:
        assert (await source.take(1))["unit"].content
        source.tidy(1)
        assert "it has frozen" in (await source.take(2))["unit"].reason
        source.tidy(2)
        stream.vanish()
        reasons = []
        for cycle in (3, 4, 5):
            reasons.append((await source.take(cycle))["unit"].reason)
            source.tidy(cycle)
        assert any(reason.startswith("no picture: ") for reason in reasons)
        assert source.trouble.what == "the camera gives no pictures"
    finally:
        stop = asyncio.Event()
        stop.set()
        await source.run(stop)


@pytest.fixture
def scene():
    import cv2
    import zxingcpp

    code = zxingcpp.create_barcode(UNIT, zxingcpp.BarcodeFormat.DataMatrix)
    return cv2.copyMakeBorder(
        np.array(code.to_image(scale=6), np.uint8), 20, 20, 20, 20, cv2.BORDER_CONSTANT, value=(200,)
    )


async def test_the_process_that_decodes_is_started_before_the_first_cycle(camera, tmp_path):
    """A controller does not wait for libraries to be loaded."""
    pool = DecodePool()
    seeing = CycleCamera("OP10", camera, Album(tmp_path / "pictures"), time.monotonic, decode=pool.decode)
    stop = asyncio.Event()
    running = asyncio.create_task(seeing.run(stop))
    try:
        async with asyncio.timeout(60):
            while not pool.processes:  # noqa: ASYNC110 - another process sends no event
                await asyncio.sleep(0.05)
        before = pool.processes
        write_picture(camera.folder, "OP10-00000001-unit.png", UNIT)
        (shot,) = await seeing.shots(1)
        assert shot.item.serial == "U1"
        assert pool.processes == before
    finally:
        stop.set()
        await running
        pool.close()
