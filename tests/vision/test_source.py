"""Cameras that are asked for pictures, each in a process of its own: real video, a real stream, and their troubles."""

import socket
import threading
import time
from contextlib import suppress

import cv2
import numpy as np
import pytest
from picture_servers import StreamingCamera

from vision.errors import OptionRefused, SourceRefused
from vision.source.address import Kind, has_password, parse_address, shown
from vision.source.live import LiveCamera


@pytest.fixture
def camera():
    started = StreamingCamera()
    yield started
    started.close()


@pytest.fixture
def live():
    """Makes live cameras; all of them are closed."""
    made = []

    def make(address: str, **options: float) -> LiveCamera:
        made.append(LiveCamera(address, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()
        assert one.process is None


def opened(camera: LiveCamera) -> None:
    with suppress(SourceRefused):
        camera.open()


def brightness(png: bytes) -> float:
    return float(cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE).mean())


@pytest.mark.parametrize(
    ("text", "kind", "target"),
    [
        ("video:0", Kind.OPENCV, "0"),
        ("rtsp://user:pw@10.0.0.7:554/main", Kind.OPENCV, "rtsp://user:pw@10.0.0.7:554/main"),
        ("http://cam.local/x.mjpg", Kind.OPENCV, "http://cam.local/x.mjpg"),
        ("file:a video.avi", Kind.OPENCV, "a video.avi"),
        ("genicam:S123?cti=/opt/v/p.cti", Kind.GENICAM, "S123"),
        ("genicam:?cti=/opt/v/p.cti", Kind.GENICAM, ""),
        ("aravis:Fake_1", Kind.ARAVIS, "Fake_1"),
    ],
)
def test_addresses(text, kind, target):
    address = parse_address(text)
    assert (address.kind, address.target, address.recorded) == (kind, target, text.startswith("file:"))


@pytest.mark.parametrize(
    "text", ["", "camera", "video:", "video:x", "video:-1", "rtsp:", "rtsp://", "ftp://x/y", "genicam:1", "file:"]
)
def test_what_is_no_address_is_refused_with_what_is_known(text):
    with pytest.raises(OptionRefused, match=r"known: video:N|with the \.cti file"):
        parse_address(text)


def test_a_password_is_never_shown():
    assert shown("rtsp://user:geheim@10.0.0.7:554/main") == "rtsp://user:…@10.0.0.7:554/main"
    assert has_password("rtsp://user:geheim@10.0.0.7/main")
    assert not has_password("rtsp://user@10.0.0.7/main")
    with pytest.raises(OptionRefused) as refused:
        parse_address("ftp://user:geheim@10.0.0.7/main")
    assert "geheim" not in str(refused.value)


def test_each_picture_of_a_recording_comes_once(live, tmp_path):
    file = tmp_path / "line 1.avi"
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter_fourcc(*"MJPG"), 10, (320, 240))
    for number in range(4):
        writer.write(np.full((240, 320, 3), 40 * number + 20, np.uint8))
    writer.release()
    camera = live(f"file:{file}")
    assert [round(brightness(camera.picture(30)) / 40 - 0.5) for _ in range(4)] == [0, 1, 2, 3]
    with pytest.raises(SourceRefused, match="the recording has ended"):
        camera.picture(30)


def test_a_picture_of_a_stream_was_begun_after_it_was_asked_for(camera, live):
    one = live(camera.url)
    one.picture(30)
    for grey in (30, 200, 90):
        camera.show(np.full((240, 320), grey, np.uint8))
        time.sleep(0.3)  # what the network and the library hold back is the old scene
        assert abs(brightness(one.picture(30)) - grey) < 10


def test_a_camera_that_stalls_is_told_and_opened_anew(camera, live):
    one = live(camera.url)
    one.picture(30)
    camera.stall()
    begun = time.monotonic()
    with pytest.raises(SourceRefused, match=r"no picture within 1 s|is gone"):
        one.picture(1)
    assert time.monotonic() - begun < 20
    assert one.process is None
    camera.go_on()
    assert brightness(one.picture(30)) > 0


def test_a_camera_that_vanishes_and_comes_back(camera, live):
    one = live(camera.url)
    one.picture(30)
    camera.vanish()

    def until_it_fails() -> None:
        for _ in range(20):
            one.picture(5)

    with pytest.raises(SourceRefused, match=camera.url):
        until_it_fails()
    camera.come_back()
    assert brightness(one.picture(30)) > 0


def test_a_library_that_never_comes_back_from_opening_is_ended(live):
    """A peer that accepts and says nothing: the watchdog ends the process long before the library gives up."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        one = live(f"rtsp://user:geheim@127.0.0.1:{silent.getsockname()[1]}/main", open_within=2.0)
        begun = time.monotonic()
        with pytest.raises(SourceRefused, match=r"no answer within 2 s") as refused:
            one.open()
        assert time.monotonic() - begun < 30
        assert "geheim" not in str(refused.value)
        assert one.process is None


def test_who_asks_does_not_wait_for_a_camera_that_is_being_opened(live):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        one = live(f"rtsp://127.0.0.1:{silent.getsockname()[1]}/main", open_within=6.0)
        opening = threading.Thread(target=opened, args=(one,))
        opening.start()
        time.sleep(0.5)
        with pytest.raises(SourceRefused, match="still being opened"):
            one.picture(0.2)
        opening.join(60)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("video:97", "cannot be opened"),
        ("file:/no/such/video.avi", "no such video file"),
        ("genicam:1?cti=/no/such.cti", r"harvesters is not installed.*zhuoyue\[genicam\]|no such GenICam producer"),
        ("aravis:", "PyGObject with Aravis is not installed|Aravis 0.8 is not installed|cannot be used"),
        ("http://127.0.0.1:1/x", "cannot be opened"),
    ],
)
def test_what_cannot_be_opened_says_why_and_what_to_do(live, address, words):
    with pytest.raises(SourceRefused, match=words):
        live(address).picture(30)
