"""``calibrate``, ``teach`` and ``inspect`` as other people's scripts use them."""

import json
import sys

import cv2
import pytest
from drawn_board import PLANE, TILTED, board
from drawn_parts import picture, plate
from taught_plates import PROGRAM, encoded, examples, good_view

from vision.command import run


@pytest.fixture
def station(tmp_path):
    """A program that is not taught yet, and pictures of good parts."""
    (tmp_path / "plate.toml").write_text(PROGRAM, encoding="utf-8")
    (tmp_path / "good").mkdir()
    for example in examples(3):
        (tmp_path / "good" / example.file).write_bytes(example.data)
    return tmp_path


def lines(capsys) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_teach_then_inspect(station, capsys):
    assert run(["teach", str(station / "plate.toml"), str(station / "good"), "--json"]) == 0
    (said,) = lines(capsys)
    assert set(said["pictures"].values()) == {"OK"}
    (station / "bad.png").write_bytes(encoded(picture(plate(screw=False), good_view(9))))
    pictures = [str(station / "good" / "good-1.png"), str(station / "bad.png")]
    assert run(["inspect", str(station / "plate.toml"), *pictures, "--overlay", str(station / "drawn")]) == 1
    good, bad = lines(capsys)
    assert (good["verdict"], bad["verdict"]) == ("OK", "NOT_OK")
    assert good["program"] == said["sha256"]
    assert good["picture"].startswith("sha256:")
    steps = {step["id"]: step for step in bad["steps"]}
    assert steps["screw"]["verdict"] == "NOT_OK"
    assert steps["bore"]["expanded"] < 0.2
    drawn = cv2.imread(str(station / "drawn" / "0001-bad.png"))
    assert drawn.shape == (480, 640, 3)
    assert (drawn != cv2.imread(str(station / "bad.png"))).any()


def test_a_terminal_gets_text_with_limits_and_uncertainty(station, capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert run(["teach", str(station / "plate.toml"), str(station / "good")]) == 0
    assert run(["inspect", str(station / "plate.toml"), str(station / "good" / "good-2.png")]) == 0
    out = capsys.readouterr().out
    assert "taught with 3 pictures, reference good-0.png" in out
    assert "bore: OK 80." in out
    assert "(k = 2) lsl 80.4 usl 80.8" in out


def test_good_pictures_that_its_own_program_refuses_are_told(station, capsys):
    wrong = PROGRAM.replace("lsl = 80.4\nusl = 80.8", "lsl = 70\nusl = 71")
    (station / "plate.toml").write_text(wrong, encoding="utf-8")
    assert run(["teach", str(station / "plate.toml"), str(station / "good")]) == 1
    assert "good-1.png is taught as good, but judged NOT_OK: bore" in capsys.readouterr().err


def test_the_reference_may_be_chosen(station, capsys):
    chosen = str(station / "good" / "good-2.png")
    # Taken from a part that lies aside, the program's coordinates are not the part's any more.
    assert run(["teach", str(station / "plate.toml"), str(station / "good"), "--reference", chosen]) in (1, 2)
    assert "good-2.png" in "".join(capsys.readouterr())


def test_the_schema_is_printed_without_a_program(capsys):
    assert run(["inspect", "--schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Zhuoyue inspection program"


def test_calibrate(tmp_path, capsys):
    for name, where in zip(("plane", "a", "b", "c"), (PLANE, *TILTED), strict=False):
        cv2.imwrite(str(tmp_path / f"{name}.png"), board(where))
    out = tmp_path / "camera.json"
    assert run(["calibrate", str(tmp_path), "--board", "9x6", "--square", "5mm", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "4 pictures, lens corrected; measuring plane as in plane.png" in said
    assert "1 px = 0.110" in said
    assert json.loads(out.read_text())["plane_picture"] == "plane.png"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["inspect"], "inspect needs a program and pictures"),
        (["inspect", "{}/plate.toml", "{}/good"], "is not taught yet"),
        (["inspect", "{}/none.toml", "{}/good"], "none.toml: cannot be read"),
        (["teach", "{}/plate.toml", "{}/nowhere"], "nowhere: no such file or folder"),
        (["teach", "{}/plate.toml", "{}/plate.toml"], "plate.toml: not a picture"),
        (["calibrate", "{}/good", "--board", "9x6", "--square", "5mm"], "no board of 9 x 6 inner corners found"),
        (["calibrate", "{}/good", "--board", "nine", "--square", "5mm"], "--board nine"),
        (["calibrate", "{}/good", "--board", "9x6", "--square", "5in"], "--square is '5in'"),
        (["calibrate", "{}/good", "--board", "9x6", "--square", "0mm"], "--square 0mm"),
    ],
)
def test_a_wrong_argument_is_one_clear_line(station, capsys, arguments, said):
    assert run([part.format(station) for part in arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("zhuoyue-vision: ")
    assert said in err


def test_a_file_that_is_no_picture_is_one_answer_among_others(station, capsys):
    assert run(["teach", str(station / "plate.toml"), str(station / "good"), "--json"]) == 0
    capsys.readouterr()
    pictures = [str(station / "plate.toml"), str(station / "good" / "good-1.png")]
    assert run(["inspect", str(station / "plate.toml"), *pictures, "--overlay", str(station / "o")]) == 1
    bad, good = lines(capsys)
    assert (bad["verdict"], bad["why"]) == ("NOT_DECIDABLE", "PICTURE_REFUSED")
    assert good["verdict"] == "OK"
