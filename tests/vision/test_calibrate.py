"""Calibration against a camera whose lens and place are known."""

import msgspec
import numpy as np
import pytest
from drawn_board import LENS, MATRIX, PLANE, TILTED, board, project

from vision.calibrate.board import View, calibrate
from vision.calibrate.camera import Board, calibration_bytes, read_calibration, to_mm
from vision.errors import CalibrationRefused

BOARD = Board(columns=9, rows=6, square_mm=5.0)
HASH = "sha256:" + "0" * 64
NO_LENS = np.zeros(5)


@pytest.fixture(scope="module")
def calibrated():
    views = [View(f"{n}.png", HASH, board(where, seed=n)) for n, where in enumerate((PLANE, *TILTED))]
    return calibrate(views, BOARD, "0.png")


def distances(calibration, lens, seed=3):
    """(measured - true, stated expanded uncertainty) of lengths all over the plane, in mm."""
    drawn = np.random.default_rng(seed)
    a, b = (drawn.uniform([-5, -5], [45, 30], (300, 2)) for _ in range(2))
    seen = [to_mm(calibration, project(points, PLANE, lens)) for points in (a, b)]
    true = np.hypot(*(a - b).T)
    u = np.hypot(np.sqrt(2) * calibration.u_place_mm, true * calibration.u_scale)
    return np.hypot(*(seen[0] - seen[1]).T) - true, 2 * u


def test_lengths_are_right_to_a_few_micrometres_through_a_bent_lens(calibrated):
    errors, stated = distances(calibrated, LENS)
    assert np.abs(errors).max() < 0.005
    assert (np.abs(errors) <= stated).mean() > 0.95
    assert stated.mean() < 0.01


def test_what_it_says_of_itself(calibrated):
    assert calibrated.lens
    assert calibrated.matrix[0][0] == pytest.approx(MATRIX[0, 0], rel=0.002)
    assert calibrated.distortion[0] == pytest.approx(LENS[0], abs=0.01)
    assert calibrated.mm_per_px == pytest.approx(100 / 902.5, rel=0.003)
    assert 0.005 < calibrated.rms_px < 0.1
    assert [picture.file for picture in calibrated.pictures] == [f"{n}.png" for n in range(6)]


def test_one_picture_is_enough_for_a_lens_that_does_not_bend():
    flat = calibrate([View("a.png", HASH, board(PLANE, lens=NO_LENS))], BOARD, "a.png")
    errors, stated = distances(flat, NO_LENS)
    assert not flat.lens
    assert np.abs(errors).max() < 0.01
    assert (np.abs(errors) <= stated).mean() > 0.95


def test_one_picture_of_a_lens_that_bends_says_how_badly_it_fits():
    bent = calibrate([View("a.png", HASH, board(PLANE))], BOARD, "a.png")
    straight = calibrate([View("a.png", HASH, board(PLANE, lens=NO_LENS))], BOARD, "a.png")
    assert bent.u_place_mm > 10 * straight.u_place_mm


def test_the_boards_own_tolerance_is_part_of_the_uncertainty(calibrated):
    views = [View(f"{n}.png", HASH, board(where, seed=n)) for n, where in enumerate((PLANE, *TILTED))]
    loose = calibrate(views, msgspec.structs.replace(BOARD, tolerance_mm=0.05), "0.png")
    assert loose.u_scale == pytest.approx(np.hypot(calibrated.u_scale, 0.05 / np.sqrt(3) / np.hypot(40, 25)), rel=1e-6)


@pytest.mark.parametrize(
    ("views", "wanted", "said"),
    [
        ([], "a.png", "no picture of the board"),
        ([View("a.png", HASH, np.full((480, 640), 200, np.uint8))], "a.png", "a.png: no board of 9 x 6"),
        ([View("a.png", HASH, board(PLANE))], "b.png", "b.png: is none of the pictures"),
        (
            [View("a.png", HASH, board(PLANE)), View("b.png", HASH, board(PLANE)[:400])],
            "a.png",
            "b.png: has another size than a.png",
        ),
    ],
)
def test_what_cannot_be_calibrated_is_named(views, wanted, said):
    with pytest.raises(CalibrationRefused) as refused:
        calibrate(views, BOARD, wanted)
    assert said in str(refused.value)


def test_a_board_counted_wrong_is_refused():
    with pytest.raises(CalibrationRefused):
        calibrate([View("a.png", HASH, board(PLANE))], Board(columns=8, rows=7, square_mm=5.0), "a.png")


def test_a_calibration_survives_its_file(calibrated, tmp_path):
    (tmp_path / "c.json").write_bytes(calibration_bytes(calibrated))
    assert read_calibration(tmp_path / "c.json") == calibrated
