"""Anything may come from a camera: the answer is clear and nothing raises."""

import struct
import zlib

import cv2
import numpy as np
import pytest
from drawn_parts import View, picture
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from taught_plates import BORE, CIRCLES, FACE, HEAD, SCREW, encoded, examples, inspector

from vision.inspect.frame import frame_of, load_frame
from vision.inspect.result import Verdict, Why
from vision.picture import PictureLimits

TEXT = HEAD + CIRCLES + BORE + SCREW + FACE
GOOD = examples(2)[1].data


def bomb(side: int) -> bytes:
    """A PNG that declares far more than it holds."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", Why.PICTURE_REFUSED),
        (b"not a picture at all", Why.PICTURE_REFUSED),
        (GOOD[: len(GOOD) // 2], Why.PICTURE_REFUSED),
        (bomb(60_000), Why.PICTURE_REFUSED),
        (encoded(np.full((100, 100), 99, np.uint8)), Why.WRONG_SIZE),
        (encoded(picture()[:, ::-1].transpose(1, 0, 2)), Why.WRONG_SIZE),
        (encoded(np.zeros((480, 640, 3), np.uint8)), Why.BLANK),
        (encoded(np.full((480, 640, 3), 255, np.uint8)), Why.BLANK),
        (encoded(picture([], View(noise=4))), Why.NOT_LOCATED),
        (encoded(np.random.default_rng(1).integers(0, 256, (480, 640, 3)).astype(np.uint8)), Why.NOT_LOCATED),
        (encoded(picture(None, View(scale=1.5))), Why.NOT_LOCATED),
        (encoded(picture(None, View(blur=9))), Why.UNFOCUSED),
        (encoded(picture(None, View(dx=400))), Why.NOT_LOCATED),
    ],
    ids=[
        "empty",
        "text",
        "cut short",
        "bomb",
        "small",
        "turned",
        "black",
        "white",
        "no part",
        "noise",
        "near",
        "blurred",
        "gone",
    ],
)
def test_what_cannot_be_judged_is_not_decidable_and_says_why(data, why):
    found = inspector(TEXT).inspect(data)
    assert (found.verdict, found.why) == (Verdict.NOT_DECIDABLE, why)
    assert found.detail
    assert found.steps == ()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(at=st.integers(0, len(GOOD) - 1), byte=st.integers(0, 255), cut=st.integers(0, len(GOOD)))
def test_damaged_bytes_never_raise_and_never_become_another_verdict_in_silence(at, byte, cut):
    data = bytearray(GOOD)
    data[at] = byte
    for damaged in (bytes(data), GOOD[:cut]):
        found = inspector(TEXT).inspect(damaged)
        assert found.verdict in set(Verdict)
        assert (found.verdict is Verdict.NOT_DECIDABLE) == (found.why is not None or any(s.why for s in found.steps))


def test_deep_pictures_are_measured_by_their_own_bits():
    deep = picture(None, View(angle=2, noise=1)).astype(np.uint16)
    sixteen, twelve = encoded(deep << 8), encoded(deep << 4)
    assert inspector(TEXT).inspect(sixteen).verdict is Verdict.OK
    told = inspector(TEXT.replace("height = 480", "height = 480\nbits = 12"))
    assert told.inspect(twelve).verdict is Verdict.OK
    frame = load_frame(twelve, PictureLimits(), bits=12)
    assert int(frame.grey.max()) > 200


def test_transparency_and_orientation_tags_change_nothing():
    seen = picture(None, View(angle=2, noise=1))
    clear = np.dstack([seen, np.full(seen.shape[:2], 255, np.uint8)])
    assert inspector(TEXT).inspect(encoded(clear)).verdict is Verdict.OK


def test_jpeg_is_good_enough_for_a_part_and_measured_a_little_worse():
    done, data = cv2.imencode(".jpg", picture(None, View(angle=2, noise=1)), [cv2.IMWRITE_JPEG_QUALITY, 95])
    assert done
    found = inspector(TEXT).inspect(data.tobytes())
    assert found.steps[0].value == pytest.approx(80.6, abs=0.06)


def test_the_same_picture_has_the_same_answer():
    assert inspector(TEXT).inspect(GOOD) == inspector(TEXT).inspect(GOOD)


def test_the_time_it_took_is_told_with_a_clock():
    ticks = iter(range(100))
    found = inspector(TEXT, clock=lambda: float(next(ticks))).inspect_frame(frame_of(picture()))
    assert found.elapsed == 1.0
