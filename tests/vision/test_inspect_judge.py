"""Steps that compare with what was taught: each sees its defect, and good parts anywhere, in any light, pass."""

import importlib.util

import cv2
import numpy as np
import pytest
from drawn_parts import Layer, View, disc, grey, picture, plate, stroke, turned
from taught_plates import CIRCLES, FACE, HEAD, PROGRAM, SCREW, encoded, examples, good_view, inspector, taught

from vision.errors import TeachingRefused
from vision.inspect.frame import frame_of
from vision.inspect.program_file import parse_program
from vision.inspect.result import Inspection, Verdict, Why
from vision.inspect.run import Inspector
from vision.inspect.steps import network
from vision.inspect.steps import text as text_step
from vision.inspect.steps.colour import delta_e, lab_of
from vision.inspect.steps.text import TextLine, TextReaders
from vision.teach.learn import Example, learn_program

PAINT = """
[[step]]
id = "paint"
kind = "colour"
region = [205, 185, 40, 30]
white = [260, 130, 40, 40]
usl = 2.5
"""
SCRATCH = """
[[step]]
id = "surface"
kind = "surface"
region = [225, 120, 180, 60]
"""
DARK_HOLES = """
[[step]]
id = "holes"
kind = "blob"
region = [130, 120, 380, 240]
polarity = "dark"
threshold = 55
least_area = 100
lsl = 5
usl = 6
"""
ODD = """
[[step]]
id = "odd"
kind = "anomaly"
region = [122, 112, 396, 256]
"""
STAMP = """
[[step]]
id = "stamp"
kind = "text"
region = [180, 280, 110, 50]
pattern = "A[0-9]{3}"
reader = "stand-in"
"""

PLAIN = View()


def judged(text: str, layers=None, view: View = PLAIN, **given) -> Inspection:
    return inspector(text, **given).inspect_frame(frame_of(picture(layers, view)))


def only(text: str, layers=None, view: View = PLAIN):
    (step,) = judged(HEAD + CIRCLES + text, layers, view).steps
    return step


@pytest.mark.parametrize("number", range(20, 26))
def test_good_parts_pass_wherever_and_however_they_lie(number):
    found = judged(PROGRAM + PAINT + SCRATCH + DARK_HOLES, None, good_view(number))
    assert found.verdict is Verdict.OK, [(step.id, step.value, step.why) for step in found.steps]


@pytest.mark.parametrize("view", [View(light=0.5), View(light=1.2), View(slope=0.4), View(gamma=0.85), View(blur=1.3)])
def test_light_and_focus_are_no_defect(view):
    assert judged(HEAD + CIRCLES + SCREW + FACE, None, turned(view, angle=2.0, noise=2)).verdict is Verdict.OK


def test_a_missing_screw_is_missed():
    there, gone = (only(SCREW, plate(screw=screw), good_view(30)).value for screw in (True, False))
    assert there > 0.95
    assert gone < 0.3


def test_absence_is_presence_of_what_was_taught_without_it():
    empty = '[[step]]\nid = "free"\nkind = "presence"\nregion = [270, 130, 40, 40]\n'
    screwed = View(extra=(Layer(disc(290, 150, 12), grey(225)),))
    assert only(empty, None, good_view(31)).verdict is Verdict.OK
    assert only(empty, None, screwed).verdict is Verdict.NOT_OK


@pytest.mark.parametrize(
    ("extra", "least", "most"),
    [
        (Layer(disc(300, 330, 3.0), grey(90)), 10, 60),
        (Layer(stroke(240, 130, 300, 170, 2.0), grey(100)), 40, 250),
        (Layer(disc(150, 140, 13), grey(170)), 250, 600),  # a hole that was not drilled
        (Layer(disc(290, 305, 12), grey(60)), 60, 460),  # ink too much
    ],
    ids=["speck", "scratch", "no hole", "smear"],
)
def test_what_differs_from_all_good_parts_is_found_with_about_its_size(extra, least, most):
    fixed = HEAD + FACE  # the third mark may be what is missing
    step = judged(fixed, None, View(noise=2, seed=5, light=0.9, extra=(extra,)), count=1).steps[0]
    assert step.verdict is Verdict.NOT_OK
    assert least <= step.value <= most
    assert step.marks


def test_ignored_regions_may_differ():
    speck = View(extra=(Layer(disc(300, 330, 3.0), grey(90)),))
    ignoring = FACE.replace("region", "ignore = [[290, 320, 20, 20]]\nregion")
    assert only(FACE, None, speck).verdict is Verdict.NOT_OK
    assert only(ignoring, None, speck).verdict is Verdict.OK


def test_a_missing_thin_line_is_a_difference_though_its_surroundings_stay():
    """Within two pixels of a thin line there is bright everywhere: only the look back finds it gone."""
    line = Layer(stroke(230, 350, 330, 350, 2.0), grey(60))
    text = HEAD + FACE.replace("region", "tolerance = 2\nregion")
    program = parse_program(text.encode(), "x")
    learnt = learn_program(program, [Example("a.png", encoded(picture(None, View(extra=(line,)))))])
    step = Inspector(program, learnt).inspect_frame(frame_of(picture())).steps[0]
    assert step.verdict is Verdict.NOT_OK
    assert 100 <= step.value <= 500


@pytest.mark.parametrize(("level", "verdict"), [(100, "NOT_OK"), (240, "NOT_OK"), (168, "OK")])
def test_a_scratch_shows_on_an_even_surface_in_any_light(level, verdict):
    view = turned(good_view(33), extra=(Layer(stroke(240, 130, 300, 165, 2.0), grey(level)),))
    assert only(SCRATCH, None, view).verdict == verdict


def test_blobs_are_counted_and_measured():
    step = only(DARK_HOLES, plate(holes=[(150, 140), (490, 140), (150, 340), (250, 150)]), good_view(34))
    assert step.value == 6.0  # holes, bore, slot; the marks are brighter
    area = DARK_HOLES.replace('polarity = "dark"', 'polarity = "dark"\nmeasure = "largest"').replace(
        "lsl = 5\nusl = 6\n", ""
    )
    area = area.replace("threshold = 55", "threshold = 105")
    largest = only(area, None, View())
    assert largest.uom == "{px2}"
    assert largest.value == pytest.approx(np.pi * 40.3**2, rel=0.03)


def test_colour_differences_do_not_hang_on_the_light_with_a_white_patch():
    values = [only(PAINT, None, View(light=light, slope=0.0)).value for light in (0.7, 1.0, 1.2)]
    assert max(values) < 0.8
    assert only(PAINT, plate(patch=(60.0, 80.0, 190.0)), View(light=0.8)).verdict is Verdict.NOT_OK


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 3.1571, -77.2803), (50.0, 0.0, -82.7485), 2.8615),
        ((50.0, 2.8361, -74.0200), (50.0, 0.0, -82.7485), 3.4412),
        ((50.0, -1.3802, -84.2814), (50.0, 0.0, -82.7485), 1.0000),
        ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
        ((50.0, 2.4900, -0.0010), (50.0, -2.4900, 0.0009), 7.1792),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((6.7747, -0.2908, -2.4247), (5.8714, -0.0985, -2.2286), 0.6377),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_ciede2000_by_the_published_pairs(one, other, expected):
    """G. Sharma, W. Wu, E. Dalal (2005), table 1."""
    assert delta_e(one, other) == pytest.approx(expected, abs=5e-5)
    assert delta_e(other, one) == pytest.approx(expected, abs=5e-5)


def test_lab_of_known_colours():
    red, white = (np.full((4, 4, 3), colour, np.uint8) for colour in ((0, 0, 255), (255, 255, 255)))
    assert lab_of(red) == pytest.approx((53.24, 80.09, 67.20), abs=0.1)
    assert lab_of(white) == pytest.approx((100, 0, 0), abs=0.1)


def test_an_anomaly_nobody_described_is_found_and_good_parts_are_not():
    text = HEAD + CIRCLES + ODD
    good = [judged(text, None, good_view(40 + n), count=8).steps[0] for n in range(4)]
    assert {step.verdict for step in good} == {Verdict.OK}
    dent = Layer(disc(360, 150, 6), grey(140), soft=3.0)
    bad = judged(text, None, turned(good_view(45), extra=(dent,)), count=8).steps[0]
    assert bad.verdict is Verdict.NOT_OK
    assert bad.usl == pytest.approx(taught(text, 8)[1].limits["odd"])
    (box,) = bad.marks
    pose = good_view(45).pose()
    assert np.hypot(*(np.mean(box.points, axis=0) - (pose[:, :2] @ (360, 150) + pose[:, 2]))) < 12


def reading(*lines: tuple[str, float]) -> TextReaders:
    return TextReaders({"stand-in": lambda: lambda _: [TextLine(*line) for line in lines]})


@pytest.mark.parametrize(
    ("lines", "verdict", "why"),
    [
        ([("A123", 0.9)], "OK", None),
        ([("A12B", 0.9)], "NOT_OK", None),
        ([("A12B", 0.2)], "NOT_DECIDABLE", Why.UNCERTAIN),
        ([], "NOT_OK", None),
    ],
)
def test_text_is_judged_by_its_pattern_and_a_doubtful_one_is_not_judged(lines, verdict, why):
    program, learnt = taught(HEAD + CIRCLES + STAMP)
    (step,) = Inspector(program, learnt, readers=reading(*lines)).inspect_frame(frame_of(picture())).steps
    assert (step.verdict, step.why) == (verdict, why)
    if verdict == "OK":
        assert step.text == "A123"


@pytest.mark.parametrize("name", ["rapidocr", "tesserakt"])
def test_a_reader_that_is_not_there_says_what_to_do(name, monkeypatch):
    def missing(module):
        raise ModuleNotFoundError(f"No module named {module!r}")

    monkeypatch.setattr(text_step.importlib, "import_module", missing)
    program, learnt = taught(HEAD + CIRCLES + STAMP.replace("stand-in", name))
    (step,) = Inspector(program, learnt).inspect_frame(frame_of(picture())).steps
    assert (step.verdict, step.why) == (Verdict.NOT_DECIDABLE, Why.NO_READER)
    assert ("pip install rapidocr-onnxruntime" if name == "rapidocr" else "known: rapidocr") in step.detail


def test_one_proven_defect_outweighs_what_cannot_be_decided():
    program, learnt = taught(HEAD + CIRCLES + STAMP + SCREW)
    seen = frame_of(picture(plate(screw=False)))
    found = Inspector(program, learnt, readers=TextReaders({})).inspect_frame(seen)
    assert [step.verdict for step in found.steps] == [Verdict.NOT_DECIDABLE, Verdict.NOT_OK]
    assert found.verdict is Verdict.NOT_OK


def test_a_part_larger_than_its_picture_does_not_pass_unseen():
    """What lies outside the picture was not inspected."""
    text = HEAD + CIRCLES + FACE.replace("[122, 112, 396, 256]", "[122, 112, 500, 340]")
    step = judged(text, None, View(dx=60)).steps[0]
    assert (step.verdict, step.why) == (Verdict.NOT_DECIDABLE, Why.OUTSIDE_PICTURE)


def test_grey_pictures_are_inspected_too():
    pixels = cv2.cvtColor(picture(None, good_view(50)), cv2.COLOR_BGR2GRAY)
    assert inspector(PROGRAM).inspect(encoded(pixels)).verdict is Verdict.OK


NETWORK = HEAD + CIRCLES + ODD.replace('kind = "anomaly"', 'kind = "anomaly"\nfeatures = "network"')


def test_a_network_that_is_not_installed_is_told_when_teaching(monkeypatch):
    monkeypatch.setattr(network.importlib.util, "find_spec", lambda _: None)
    network._network.cache_clear()
    program = parse_program(NETWORK.encode(), "x")
    with pytest.raises(TeachingRefused, match="pip install rapidocr-onnxruntime"):
        learn_program(program, examples(5))
    network._network.cache_clear()


@pytest.mark.skipif(importlib.util.find_spec(network.PACKAGE) is None, reason="its package is not installed")
def test_the_networks_features_tell_a_missing_screw():
    program = parse_program(NETWORK.replace("[122, 112, 396, 256]", "[405, 285, 70, 70]").encode(), "x")
    inspecting = Inspector(program, learn_program(program, examples(8)))
    good, bad = (inspecting.inspect_frame(frame_of(picture(plate(screw=s), good_view(60)))) for s in (True, False))
    assert (good.verdict, bad.verdict) == (Verdict.OK, Verdict.NOT_OK)
