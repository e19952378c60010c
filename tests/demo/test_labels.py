"""The demo's labels: readable ones are read without exception, ruined ones by nobody, and the truth is the truth."""

import threading
import time

import cv2
import numpy as np
import pytest

from demo.labels import (
    DEMO_DIFFICULTY,
    SIDE,
    LabelContent,
    LabelKind,
    gs1_label,
    qr_label,
    render,
    render_many,
    write_png,
)
from vision.decode import DecodeOptions, decode, decode_grey
from vision.formats import Format

OPTIONS = DecodeOptions(formats=frozenset({Format.QR, Format.DATA_MATRIX}), expected=1)


def content(number: int) -> LabelContent:
    elements = [("01", "09521234543213", True), ("21", f"H{number:06d}", False), ("10", "L42", False)]
    if number % 3 == 0:
        return gs1_label(elements)
    if number % 3 == 1:
        return gs1_label(elements[:2], LabelKind.GS1_QR)
    return qr_label(f"https://id.example.com/01/09521234543213/21/H{number:06d}", caption=("序列号", f"H{number:06d}"))


def test_the_truth_of_a_gs1_label_has_fnc1_where_it_belongs():
    assert content(0).raw == b"010952123454321321H000000\x1d10L42"
    assert content(1).raw == b"010952123454321321H000001"


def test_every_label_at_the_demos_difficulty_is_read_and_none_wrong():
    for number in range(60):
        truth = content(number)
        picture = render(truth, np.random.default_rng(number), DEMO_DIFFICULTY)
        reading = decode_grey(picture, OPTIONS)
        assert [symbol.raw for symbol in reading.symbols] == [truth.raw], number


def test_no_ruined_label_is_read_and_none_wrong():
    for number in range(30):
        picture = render(content(number), np.random.default_rng(number), 0.2, ruined=True)
        reading = decode_grey(picture, OPTIONS)
        assert reading.symbols == (), number
        assert reading.reason is not None


def test_the_same_seed_gives_the_same_picture_and_another_another():
    first, again, other = (render(content(2), np.random.default_rng(seed), 0.7) for seed in (5, 5, 6))
    assert (first.shape, first.dtype) == ((SIDE, SIDE), np.uint8)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_difficulty_makes_pictures_worse():
    easy, hard = (render(content(0), np.random.default_rng(3), difficulty) for difficulty in (0.0, 1.0))
    sharpness = [cv2.Laplacian(cv2.GaussianBlur(p, (0, 0), 1.0), cv2.CV_64F).std() for p in (easy, hard)]
    assert np.ptp(easy) > np.ptp(hard)
    assert sharpness[0] > sharpness[1]


def test_many_labels_in_one_picture_are_all_read():
    contents = [content(number) for number in range(5)]
    picture = render_many(contents, np.random.default_rng(9), DEMO_DIFFICULTY)
    assert picture.shape == (2 * SIDE, 3 * SIDE)
    reading = decode_grey(picture, DecodeOptions(expected=5))
    assert sorted(symbol.raw for symbol in reading.symbols) == sorted(label.raw for label in contents)


@pytest.mark.parametrize(("contents", "difficulty"), [([], 0.5), ([content(0)], 1.5), ([content(0)], -0.1)])
def test_nonsense_is_refused(contents, difficulty):
    with pytest.raises(ValueError, match="difficulty"):
        render_many(contents, np.random.default_rng(0), difficulty)


def test_a_watcher_never_sees_half_a_file(tmp_path):
    """Whatever bears the final name while pictures are written again and again is a whole picture."""
    path = tmp_path / "label.png"
    truth = content(0)
    picture = render(truth, np.random.default_rng(1), 0.0)
    write_png(path, picture)
    done = threading.Event()

    def write() -> None:
        for _ in range(30):
            write_png(path, picture)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    looks = 0
    while not done.is_set() or looks < 5:
        assert decode(path.read_bytes(), OPTIONS).symbols[0].raw == truth.raw
        looks += 1
    writer.join(timeout=30)
    assert [file.name for file in tmp_path.iterdir()] == ["label.png"]


def test_a_failed_write_leaves_nothing_behind(tmp_path):
    target = tmp_path / "label.png"
    target.mkdir()
    with pytest.raises(OSError, match="label"):
        write_png(target, np.zeros((10, 10), np.uint8))
    assert [file.name for file in tmp_path.iterdir()] == ["label.png"]


def test_a_picture_takes_milliseconds():
    render(content(0), np.random.default_rng(0), 0.5)
    begun = time.perf_counter()
    for number in range(10):
        render(content(number), np.random.default_rng(number), 0.5)
    assert (time.perf_counter() - begun) / 10 < 0.1  # about 5 ms on an idle core; this guards the order of magnitude
