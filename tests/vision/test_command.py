"""The command line as other people's scripts use it."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from vision.command import run

ELEMENTS = "(01)09521234543213(21)A1-7(10)L42"


@pytest.fixture
def labels(tmp_path, printed, encoded):
    """A folder of two labels, one in a subfolder, and a file that no one asked about."""
    folder = tmp_path / "labels"
    (folder / "later").mkdir(parents=True)
    (folder / "a.png").write_bytes(encoded(printed(ELEMENTS, "DataMatrix", gs1=True)))
    (folder / "later" / "b.JPG").write_bytes(encoded(printed("卓越", "QRCode", eci=26), ".jpg"))
    (folder / "notes.txt").write_text("no picture")
    return folder


def lines(capsys) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_one_json_line_per_picture(labels, capsys):
    assert run(["decode", str(labels)]) == 0
    first, second = lines(capsys)
    assert first["file"] == str(labels / "a.png")
    (symbol,) = first["symbols"]
    assert base64.b64decode(symbol["bytes_base64"]) == b"010952123454321321A1-7\x1d10L42"
    assert (symbol["symbology"], symbol["text"]) == ("]d2", "010952123454321321A1-7\x1d10L42")
    assert len(symbol["polygon"]) == 4
    assert second["symbols"][0]["text"] == "卓越"
    assert "reason" not in first


def test_formats_restrict_and_a_picture_without_symbol_has_its_reason(labels, capsys):
    assert run(["decode", str(labels / "a.png"), "--formats", "qr,code128", "--json"]) == 0
    (line,) = lines(capsys)
    assert (line["symbols"], line["reason"]) == ([], "NONE_FOUND")


def test_a_file_that_is_no_picture_fails_at_the_end_and_the_others_are_read(labels, capsys):
    assert run(["decode", str(labels / "notes.txt"), str(labels / "a.png")]) == 1
    bad, good = lines(capsys)
    assert (bad["symbols"], bad["reason"]) == ([], "NOT_A_PICTURE")
    assert "PNG" in bad["error"]
    assert good["symbols"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["decode", "{}/missing.png"], "missing.png: no such file or folder"),
        (["decode", "{}/empty"], "empty: no picture in this folder"),
        (["decode", "{}", "--formats", "qr,morse"], "unknown symbol format 'morse'"),
        (["decode", "{}", "--charsets", "klingon"], "unknown charset 'klingon'"),
        (["decode", "{}", "--expected", "0"], "expected 0 symbols"),
    ],
)
def test_a_wrong_argument_is_one_clear_line_before_anything_is_read(labels, capsys, arguments, said):
    (labels / "empty").mkdir()
    assert run([part.format(labels) for part in arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert said in err
    assert err.startswith("zhuoyue-vision: ")


def test_undecided_places_are_told(printed, encoded, tmp_path, capsys):
    picture = printed("DAMAGED-0042", "QRCode", scale=6)
    middle = picture.shape[0] // 2
    picture[middle - 22 : middle + 22, middle - 22 : middle + 22] = 255
    (tmp_path / "x.png").write_bytes(encoded(picture))
    assert run(["decode", str(tmp_path / "x.png"), "--formats", "qr"]) == 0
    (line,) = lines(capsys)
    assert line["reason"] == "UNREADABLE"
    assert line["undecided"][0]["format"] == "qr"


def test_a_terminal_gets_text_with_control_characters_made_visible(labels, capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert run(["decode", str(labels / "a.png")]) == 0
    assert "datamatrix ]d2 010952123454321321A1-7<GS>10L42" in capsys.readouterr().out


def test_a_reader_that_goes_away_ends_the_command_quietly(labels):
    command = f"{sys.executable} -m vision decode {' '.join([str(labels)] * 40)} | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, timeout=60)
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


def test_what_is_expected_is_an_argument(labels, capsys):
    assert run(["decode", str(labels), "--pattern", "01.*", "--length", "28"]) == 0
    first, second = lines(capsys)
    assert first["symbols"]
    assert (second["symbols"], second["reason"]) == ([], "UNEXPECTED")
    assert second["undecided"][0]["rivals"][0]["text"] == "卓越"


def test_quality_is_told_on_request(labels, capsys):
    assert run(["decode", str(labels / "a.png"), "--grade"]) == 0
    ((symbol,),) = (line["symbols"] for line in lines(capsys))
    assert {"contrast", "modulation", "unused_correction"} <= symbol["quality"].keys()


def test_many_at_once_come_in_their_order(labels, capsys):
    assert run(["decode", *[str(labels)] * 5, "--jobs", "2"]) == 0
    assert [line["file"] for line in lines(capsys)] == [str(labels / "a.png"), str(labels / "later" / "b.JPG")] * 5
    assert run(["decode", str(labels), "--jobs", "0"]) == 2


def test_a_picture_that_kills_its_reader_costs_the_others_nothing(labels, printed, encoded):
    """A real native crash, in a process of its own."""
    (labels / "aa.png").write_bytes(encoded(printed("CRASH", "QRCode")))
    support = Path(__file__).resolve().parents[1] / "support"
    script = (
        "import sys; from vision import command, pool; from functools import partial; "
        "command.DecodePool = partial(pool.DecodePool, module='frail_worker'); sys.exit(command.run(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "decode", str(labels)], capture_output=True, text=True, check=False, timeout=120,
        env=os.environ | {"PYTHONPATH": str(support)}, cwd=support.parents[1],
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    first, crashed, last = (json.loads(line) for line in done.stdout.splitlines())
    assert (first["symbols"][0]["symbology"], last["symbols"][0]["text"]) == ("]d2", "卓越")
    assert (crashed["symbols"], crashed["reason"]) == ([], "READER_FAILED")
    assert "the process died" in crashed["error"]
