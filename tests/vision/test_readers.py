"""The registry with and without zbar's system library."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from vision.charset import check_charsets
from vision.decode import DecodeOptions, decode_grey
from vision.errors import OptionRefused
from vision.formats import Format, parse_formats
from vision.readers import READERS, ZBAR, ZXING, Question

ROOT = Path(__file__).resolve().parents[2]

needs_zbar = pytest.mark.skipif(READERS[ZBAR].read is None, reason=f"zbar: {READERS[ZBAR].state}")

WITHOUT = """
import sys
sys.modules["pyzbar"] = None  # every import of it fails
from vision.__main__ import main
sys.argv = ["zhuoyue-vision", *sys.argv[1:]]
sys.exit(main())
"""

BROKEN = """
import sys, importlib.abc
class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.startswith("pyzbar"):
            raise OSError("libzbar.so.0: cannot open shared object file")
sys.meta_path.insert(0, Refuse())
from vision.readers import READERS, ZBAR
print(READERS[ZBAR].state)
"""


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=ROOT)


def test_without_zbar_everything_else_works_and_says_so(printed, encoded, tmp_path):
    file = tmp_path / "label.png"
    file.write_bytes(encoded(printed("4006381333931", "EAN13")))
    done = run(WITHOUT, "decode", str(file), "--verbose")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["symbols"][0]["text"] == "4006381333931"
    assert "pyzbar: not available: " in done.stderr
    version = run(WITHOUT, "--version")
    assert "\npyzbar: not available: " in version.stdout


def test_a_library_that_does_not_load_is_absent_not_an_error():
    done = run(BROKEN)
    assert done.stdout == "not available: libzbar.so.0: cannot open shared object file\n", done.stderr


def test_without_numpy_or_opencv_the_command_says_what_to_install():
    done = run(WITHOUT.replace('sys.modules["pyzbar"]', 'sys.modules["cv2"]'), "--version")
    assert done.returncode == 2
    assert "pip install 'zhuoyue[vision]'" in done.stderr
    assert "Traceback" not in done.stderr


@needs_zbar
@pytest.mark.parametrize(
    ("symbology", "content", "name"),
    [
        ("QRCode", "ZBAR-0042", Format.QR),
        ("Code128", "ZBAR-0042", Format.CODE_128),
        ("Code39", "ZBAR-0042", Format.CODE_39),
        ("Code93", "ZBAR-0042", Format.CODE_93),
        ("EAN13", "4006381333931", Format.EAN_13),
        ("EAN8", "40063812", Format.EAN_8),
        ("ITF", "00012345678905", Format.ITF),
    ],
)
def test_zbar_reads_its_formats_at_the_same_place(printed, symbology, content, name):
    picture = printed(content, symbology)
    read = READERS[ZBAR].read
    assert read is not None
    (sighting,) = read(picture, Question(frozenset({name}), ("utf-8",)))
    assert sighting.symbol is not None
    assert (sighting.format, sighting.symbol.raw, sighting.symbol.symbology) == (name, content.encode(), "")
    middle = np.mean(sighting.polygon, axis=0)
    assert np.linalg.norm(middle - np.array(picture.shape[::-1]) / 2) < max(picture.shape) / 5


@needs_zbar
def test_zbar_alone_confirms_no_linear_code_but_a_qr_code(printed):
    only = DecodeOptions(exclude_readers=frozenset({ZXING}))
    assert decode_grey(printed("4006381333931", "EAN13"), only).symbols == ()
    (symbol,) = decode_grey(printed("ZBAR-0042", "QRCode"), only).symbols
    assert (symbol.text, symbol.readers) == ("ZBAR-0042", (ZBAR,))


@needs_zbar
def test_zbar_takes_part_where_the_rest_fails(printed):
    """A part of the picture that nobody can read keeps the passes going, and the second reader confirms the rest."""
    good = cv2.resize(printed("GOOD-0042", "QRCode"), (200, 200), interpolation=cv2.INTER_NEAREST)
    reading = decode_grey(np.hstack([good, np.full_like(good, 255)]), DecodeOptions(expected=2))
    assert reading.passes[-1] == "zbar"
    assert reading.symbols[0].readers == (ZXING, ZBAR)


def test_format_names_are_forgiving_and_unknown_ones_refused():
    assert parse_formats(["QR", "data-matrix", " Code 128 "]) == {Format.QR, Format.DATA_MATRIX, Format.CODE_128}
    with pytest.raises(OptionRefused, match=r"'qr-code-9'.*known: qr, microqr"):
        parse_formats(["qr-code-9"])
    with pytest.raises(OptionRefused):
        parse_formats([])
    with pytest.raises(OptionRefused, match="klingon"):
        check_charsets(["utf-8", "klingon"])
