"""libdmtx: in a process of its own, asked by name only, never believed about GS1 codes.

Its Python package is no dependency; where it is not installed, a stand-in of its name speaks for it.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vision import dmtx
from vision.decode import DecodeOptions, decode_grey
from vision.readers import DMTX, READERS

ROOT = Path(__file__).resolve().parents[2]

STAND_IN = """
import os, time
from collections import namedtuple
Rect = namedtuple("Rect", "left top width height")
Decoded = namedtuple("Decoded", "data rect")
def decode(image, timeout=None, max_count=None):
    {does}
    return [Decoded({data}, Rect(40, 10, -30, 20))]
"""

ASK = """
import numpy as np
from vision import dmtx
print(dmtx.state(), dmtx.read(np.full((60, 80), 200, np.uint8)))
"""


def answer(tmp_path, *, does="pass", data="b'PART-7'") -> str:
    package = tmp_path / "pylibdmtx"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "pylibdmtx.py").write_text(STAND_IN.format(does=does, data=data))
    done = subprocess.run(
        [sys.executable, "-c", ASK], capture_output=True, text=True, check=False, timeout=120, cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_what_it_reads_stands_in_the_pictures_coordinates(tmp_path):
    told = answer(tmp_path, does="assert image.shape == (60, 80) and image.dtype.name == 'uint8'")
    assert told.endswith("[(b'PART-7', ((10.0, 30.0), (40.0, 30.0), (40.0, 50.0), (10.0, 50.0)))]")


@pytest.mark.parametrize("does", ["os.abort()", "os._exit(3)", "raise ValueError"])
def test_an_abort_costs_its_answer_only(tmp_path, does):
    assert answer(tmp_path, does=does).endswith("[]")


@pytest.mark.parametrize("code", ["01095212345432132110L7", "00" + "1" * 18, "2112345", "10123456"])
def test_what_could_be_gs1_is_not_given_on(tmp_path, code):
    assert answer(tmp_path, data=repr(code.encode())).endswith("[]")


def test_nobody_asks_it_unless_a_station_names_it():
    nothing = np.full((40, 40), 255, np.uint8)
    assert READERS[DMTX].by_name
    assert DMTX not in decode_grey(nothing, DecodeOptions()).passes
    named = decode_grey(nothing, DecodeOptions(extra_readers=frozenset({DMTX})))
    assert (DMTX in named.passes) is (READERS[DMTX].read is not None)


@pytest.mark.skipif(READERS[DMTX].read is None, reason=f"libdmtx: {READERS[DMTX].state}")
def test_the_real_one_reads_a_code_and_survives_a_tiny_picture(printed):
    ((raw, polygon),) = dmtx.read(printed("REAL-7", "DataMatrix"))
    assert raw == b"REAL-7"
    assert len(polygon) == 4
    assert dmtx.read(np.zeros((2, 2), np.uint8)) == []
