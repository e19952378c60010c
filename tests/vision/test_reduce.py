"""Small pictures of large ones: right in shape and colour, nothing but pixels, and no picture ends whoever asks."""

import os
import signal
from pathlib import Path

import cv2
import frail_reducer
import numpy as np
import pytest
from small_pictures import png

from vision.errors import PictureRefused
from vision.picture import PictureLimits
from vision.reduce import reduced
from vision.reduce_process import Reducer

LIMITS = PictureLimits(min_side=1)
HOSTILE = [
    b"", b"<svg/>", b"\x89PNG\r\n\x1a\n", png("x")[:40], b"GIF89a" + bytes(40),
    png("x")[:16] + (60_000).to_bytes(4, "big") * 2 + png("x")[24:],
]  # fmt: skip


def drawn(width: int, height: int, kind: str = ".png") -> bytes:
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, : width // 2] = (0, 0, 255)
    return cv2.imencode(kind, picture)[1].tobytes()


@pytest.mark.parametrize("kind", [".png", ".jpg", ".webp", ".bmp", ".tiff"])
def test_a_large_one_becomes_small_and_keeps_its_colours(kind):
    small = cv2.imdecode(np.frombuffer(reduced(drawn(1000, 500, kind), LIMITS, 100), np.uint8), cv2.IMREAD_COLOR)
    assert small.shape == (50, 100, 3)
    left, right = small[25, 20], small[25, 80]
    assert left[2] > 200
    assert left[0] < 50
    assert right.max() < 50


def test_a_small_one_stays_as_large_as_it_is_and_loses_what_is_written_in_it():
    small = reduced(png("<script>secret</script>", width=8, height=6), LIMITS, 100)
    assert cv2.imdecode(np.frombuffer(small, np.uint8), cv2.IMREAD_COLOR).shape == (6, 8, 3)
    assert b"secret" not in small


@pytest.mark.parametrize("content", HOSTILE)
def test_what_is_no_picture_is_refused(content):
    with pytest.raises(PictureRefused):
        reduced(content, LIMITS, 100)


def test_the_process_answers_whatever_it_is_given_and_comes_back_when_it_was_ended():
    reducer = Reducer(100)
    try:
        assert [reducer.small(content) for content in HOSTILE] == [b""] * len(HOSTILE)
        good = drawn(300, 200)
        assert reducer.small(good).startswith(b"\xff\xd8")
        os.kill(reducer._child.pid, signal.SIGKILL)
        assert reducer.small(good).startswith(b"\xff\xd8")
    finally:
        reducer.close()


def test_a_picture_that_ends_the_process_is_not_tried_again(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(frail_reducer.__file__).parent))
    reducer = Reducer(100, module="frail_reducer")
    try:
        assert reducer.small(b"CRASH") == b""
        started = reducer._child.started
        assert reducer.small(b"CRASH") == b""
        assert reducer._child.started == started
        assert reducer.small(drawn(300, 200)).startswith(b"\xff\xd8")
    finally:
        reducer.close()
