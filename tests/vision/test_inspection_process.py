"""Inspecting in a process of its own: the same answers, and nothing that happens there reaches us."""

import os
import signal

import numpy as np
import pytest
from taught_plates import BORE, CIRCLES, HEAD, SCREW, encoded, examples

from vision.inspect.program_file import load_program, read_program
from vision.inspect.result import Verdict, Why
from vision.inspect.run import Inspector
from vision.inspection_process import InspectionProcess
from vision.teach.learn import learn_program
from vision.teach.store import store_taught


@pytest.fixture
def program(tmp_path):
    path = tmp_path / "plate.toml"
    path.write_text(HEAD + CIRCLES + BORE + SCREW, encoding="utf-8")
    asked, content = read_program(path)
    store_taught(path, content, learn_program(asked, examples(2)), examples(2))
    return path


@pytest.fixture
def process(program):
    started = InspectionProcess(program, load_program(program).digest, name="plate", version="1")
    yield started
    started.close()


def test_it_answers_as_the_library_does_and_survives_being_killed(program, process):
    loaded = load_program(program)
    picture = examples(2)[1].data
    here = Inspector(loaded.program, loaded.taught, digest=loaded.digest).inspect(picture)
    there = process.inspect(picture, 60)
    assert there.elapsed is not None
    assert (there.verdict, there.steps, there.program) == (here.verdict, here.steps, here.program)
    assert process.inspect(b"junk", 60).why is Why.PICTURE_REFUSED

    os.kill(process.pid, signal.SIGKILL)
    assert process.inspect(picture, 60).verdict is Verdict.OK


def test_a_picture_that_takes_too_long_is_not_decidable(process):
    found = process.inspect(encoded(np.zeros((4000, 4000), np.uint8), ".bmp"), 0.0)
    assert (found.verdict, found.why, found.name) == (Verdict.NOT_DECIDABLE, Why.PROCESS_FAILED, "plate")


def test_a_program_that_changed_under_the_station_inspects_nothing(program):
    stale = InspectionProcess(program, "sha256:" + "1" * 64, name="plate", version="1")
    try:
        found = stale.inspect(examples(2)[1].data, 60)
    finally:
        stale.close()
    assert (found.verdict, found.why) == (Verdict.NOT_DECIDABLE, Why.PROGRAM_REFUSED)
    assert "is not the program" in found.detail
