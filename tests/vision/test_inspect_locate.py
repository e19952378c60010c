"""Where the part lies, to a few hundredths of a pixel at its corners; and no place for what is no part."""

import cv2
import msgspec
import numpy as np
import pytest
from drawn_parts import HOLES, PLATE, View, picture, plate
from taught_plates import CIRCLES as BY_CIRCLES
from taught_plates import HEAD, SCREW, taught

from vision.errors import ProgramRefused
from vision.inspect.frame import frame_of
from vision.inspect.locate.registry import locator_of
from vision.inspect.pose import fit_similarity, scale_of, similarity, to_picture, turn_of
from vision.inspect.program import Aruco, Circles, Features, Fixed, Template
from vision.inspect.result import StepUndecided, Why
from vision.inspect.run import Inspector

LOGO = (180.0, 280.0, 100.0, 50.0)
SLOT = (395.0, 220.0, 70.0, 60.0)
KINDS = {
    "template": Template(fiducials=(LOGO,), search=80),
    "two templates": Template(fiducials=(LOGO, SLOT), search=80),
    "circles": Circles(fiducials=HOLES, radius=12),
    "features": Features(region=PLATE),
}
REFERENCE = frame_of(picture())
CORNERS = np.array([(120.0, 110.0), (520.0, 110.0), (520.0, 370.0), (120.0, 370.0)])


def off(kind: str, view: View) -> float:
    """The largest error of a corner of the plate, in pixels."""
    found = locator_of(KINDS[kind], REFERENCE)(frame_of(picture(None, view)))
    return float(np.abs(to_picture(found.pose, CORNERS) - to_picture(view.pose(), CORNERS)).max())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("view", "most"),
    [
        (View(), 0.01),
        (View(angle=3, dx=12, dy=-9), 0.06),
        (View(angle=-8, dx=-30, dy=20, light=0.6), 0.06),
        (View(angle=5, noise=4, slope=0.4, seed=3), 0.12),
    ],
    ids=["still", "moved", "darker", "noisy"],
)
def test_the_part_is_found_where_it_is(kind, view, most):
    assert off(kind, view) < most


@pytest.mark.parametrize("kind", ["circles", "features"])
@pytest.mark.parametrize("angle", [77.0, 180.0, -120.0])
def test_circles_and_features_find_a_part_that_lies_any_way_round(kind, angle):
    assert off(kind, View(angle=angle, dx=10, dy=5)) < 0.05


def nothing(kind: str) -> np.ndarray:
    drawn = np.random.default_rng(4)
    noise = drawn.integers(0, 255, (480, 640)).astype(np.uint8)
    return {
        "noise": noise,
        "clouds": np.asarray(cv2.GaussianBlur(noise, (0, 0), 4) * 2, np.uint8),
        "flat": np.full((480, 640), 90, np.uint8),
        "empty nest": picture([], View(noise=3)),
    }[kind]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("what", ["noise", "clouds", "flat", "empty nest"])
def test_what_is_no_part_has_no_place(kind, what):
    with pytest.raises(StepUndecided) as refused:
        locator_of(KINDS[kind], REFERENCE)(frame_of(nothing(what)))
    assert refused.value.why is Why.NOT_LOCATED


def test_another_part_with_the_same_holes_is_not_taken_for_it_by_features():
    other = plate(screw=False, bore=(320, 250, 5), slot=(250, 120, 120, 20), patch=(170, 170, 170))
    with pytest.raises(StepUndecided):
        locator_of(Features(region=PLATE, at_least=40), REFERENCE)(frame_of(picture(other[:5])))


def test_a_turn_or_size_beyond_what_is_allowed_is_refused_with_its_figure():
    circles = Circles(fiducials=HOLES, radius=12, max_angle=10)
    with pytest.raises(StepUndecided, match=r"turned by 25\.0"):
        locator_of(circles, REFERENCE)(frame_of(picture(None, View(angle=25))))
    with pytest.raises(StepUndecided):
        locator_of(circles, REFERENCE)(frame_of(picture(None, View(scale=1.2))))


def test_a_hole_that_is_missing_is_told_with_how_many_were_found():
    with pytest.raises(StepUndecided, match="2 of 3 marks"):
        locator_of(KINDS["circles"], REFERENCE)(frame_of(picture(plate(holes=HOLES[:2]))))


def marked(view: View, numbers=(3, 7)) -> np.ndarray:
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_1000)
    flat = np.full((480, 640), 200, np.uint8)
    for number, (x, y) in zip(numbers, [(100, 100), (460, 300)], strict=True):
        flat[y : y + 80, x : x + 80] = cv2.aruco.generateImageMarker(dictionary, number, 80)
    return cv2.warpAffine(flat, view.pose(), (640, 480), flags=cv2.INTER_CUBIC, borderValue=(200,))


@pytest.mark.parametrize("view", [View(angle=4, dx=11.3, dy=-6.6), View(angle=170, dx=3)])
def test_printed_markers(view):
    locate = locator_of(Aruco(markers=(3, 7)), frame_of(marked(View())))
    found = locate(frame_of(marked(view)))
    assert np.abs(to_picture(found.pose, CORNERS) - to_picture(view.pose(), CORNERS)).max() < 0.3


def test_a_marker_that_is_missing_is_named():
    locate = locator_of(Aruco(markers=(3, 7)), frame_of(marked(View())))
    with pytest.raises(StepUndecided, match="marker 7"):
        locate(frame_of(marked(View(), (3, 9))))


def test_a_reference_without_its_own_marks_is_refused_at_once():
    program, learnt = taught(HEAD + BY_CIRCLES + SCREW)
    markers = msgspec.structs.replace(program, locate=Aruco(markers=(1,)))
    with pytest.raises(ProgramRefused, match="marker 1"):
        Inspector(markers, learnt)


def test_a_fixed_part_is_where_it_was_taught():
    assert locator_of(Fixed(), REFERENCE)(REFERENCE).pose == pytest.approx(np.eye(2, 3))


def test_similarities_are_fitted_exactly_and_read_back():
    pose = similarity(33.0, 1.04, (10.0, 20.0), (-5.0, 8.0))
    points = np.array([(0.0, 0.0), (100.0, 3.0), (40.0, 90.0)])
    fitted = fit_similarity(points, to_picture(pose, points))
    assert fitted == pytest.approx(pose, abs=1e-9)
    assert (turn_of(fitted), scale_of(fitted)) == (pytest.approx(33.0), pytest.approx(1.04))
