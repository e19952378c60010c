"""A program's file: what makes no sense is refused by its key, and what decides is sealed by its hash."""

import json
import re
import tomllib
from pathlib import Path

import jsonschema_rs
import numpy as np
import pytest
from drawn_parts import Layer, View, disc, grey, picture
from taught_plates import BORE, CIRCLES, FACE, HEAD, PROGRAM, SCREW, SLOT, encoded, examples

from vision.errors import CalibrationRefused, ProgramRefused, TeachingRefused
from vision.inspect.program_file import load_program, parse_program, read_program
from vision.inspect.run import Inspector
from vision.inspect.schema import program_schema
from vision.teach.learn import Example, learn_all, learn_program
from vision.teach.store import store_taught

ROOT = Path(__file__).resolve().parents[2]


def teach(path, text=PROGRAM, count=2):
    path.write_text(text, encoding="utf-8")
    program, content = read_program(path)
    store_taught(path, content, learn_program(program, examples(count)), examples(count))
    return path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "missing required field"),
        ("format = 1\nname = [", "is not TOML"),
        (PROGRAM.replace("format = 1", "format = 2"), "format"),
        (PROGRAM.replace("usl = 80.8", "us1 = 80.8"), 'step "bore": object contains unknown field `us1`'),
        (PROGRAM.replace('kind = "width"', 'kind = "wdith"'), 'step "slot"'),
        (PROGRAM.replace("lsl = 80.4", "lsl = 90"), 'step "bore".lsl is 90, not below usl 80.8'),
        (PROGRAM.replace("lsl = 80.4", "lsl = nan"), 'step "bore".lsl is no finite number'),
        (PROGRAM.replace('id = "slot"', 'id = "bore"'), 'step "bore".id stands twice'),
        (PROGRAM.replace("[415, 295, 50, 50]", "[615, 295, 50, 50]"), 'step "screw".region'),
        (PROGRAM.replace("[415, 295, 50, 50]", "[415, 295, 2, 50]"), 'step "screw".region'),
        (PROGRAM.replace("[415, 295, 50, 50]", "[415, 295, -5, 50]"), 'step "screw".region'),
        (PROGRAM.replace("end = [475, 250]", "end = [388, 250]"), "less than 12 pixels"),
        (PROGRAM.replace('second = "dark-to-bright"', 'second = "bright-to-dark"'), "opposite edges"),
        (PROGRAM.replace("band = 10", "band = 50"), "wider than the radius"),
        (PROGRAM.replace("[490, 140]", "[155, 140]"), "locate.fiducials overlap"),
        (PROGRAM + '[[step]]\nid = "p"\nkind = "pitch"\nbetween = ["bore", "slot"]\n', "names 'slot'"),
        (PROGRAM + '[[step]]\nid = "p"\nkind = "pitch"\nbetween = ["bore", "bore"]\n', "names one circle twice"),
        (
            PROGRAM + '[[step]]\nid = "t"\nkind = "text"\nregion = [1, 1, 50, 50]\npattern = "("\n',
            "no regular expression",
        ),
        (HEAD + CIRCLES, "step"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_place(text, said):
    with pytest.raises(ProgramRefused) as refused:
        parse_program(text.encode(), "plate.toml")
    assert said in str(refused.value)
    assert str(refused.value).startswith("plate.toml: ")


def test_a_file_that_is_no_text_or_not_there(tmp_path):
    with pytest.raises(ProgramRefused, match="not UTF-8"):
        parse_program(b"\xff\xfe", "x")
    with pytest.raises(ProgramRefused, match="cannot be read"):
        read_program(tmp_path / "none.toml")


def test_the_schema_takes_what_the_program_takes_and_refuses_a_mistyped_key():
    validator = jsonschema_rs.validator_for(program_schema())
    written = tomllib.loads(PROGRAM)
    assert validator.is_valid(json.loads(json.dumps(written)))
    written["step"][0]["us1"] = 3
    assert not validator.is_valid(json.loads(json.dumps(written)))


def test_teaching_keeps_what_was_written_and_names_what_was_learnt(tmp_path):
    written = "# 卓越: the owner's own words\n" + PROGRAM
    path = teach(tmp_path / "plate.toml", written)
    content = path.read_text(encoding="utf-8")
    assert content.startswith(written.rstrip())
    loaded = load_program(path)
    assert [one.file for one in loaded.program.taught.picture] == ["good-0.png", "good-1.png"]
    assert loaded.digest.startswith("sha256:")
    found = Inspector(loaded.program, loaded.taught, digest=loaded.digest).inspect(examples(2)[1].data)
    assert (found.verdict, found.program, found.version) == ("OK", loaded.digest, "1")


def test_teaching_again_gives_the_same_bytes_and_other_pictures_other_ones(tmp_path):
    first = teach(tmp_path / "plate.toml").read_bytes()
    program, content = read_program(tmp_path / "plate.toml")
    store_taught(tmp_path / "plate.toml", content, learn_program(program, examples(2)), examples(2))
    assert (tmp_path / "plate.toml").read_bytes() == first
    store_taught(tmp_path / "plate.toml", content, learn_program(program, examples(3)), examples(3))
    assert (tmp_path / "plate.toml").read_bytes() != first


def test_a_program_that_is_not_taught_or_was_changed_since_does_not_inspect(tmp_path):
    (tmp_path / "new.toml").write_text(PROGRAM, encoding="utf-8")
    with pytest.raises(ProgramRefused, match="not taught yet"):
        load_program(tmp_path / "new.toml")
    path = teach(tmp_path / "plate.toml")
    path.write_text(path.read_text().replace("usl = 80.8", "usl = 99.8"))
    with pytest.raises(ProgramRefused, match="changed since it was taught"):
        load_program(path)


def test_a_taught_file_that_was_exchanged_is_noticed(tmp_path):
    path = teach(tmp_path / "plate.toml")
    loaded = load_program(path)
    low = tmp_path / loaded.program.taught.folder / "low.png"
    kept = low.read_bytes()
    low.write_bytes(kept[:-1] + b"x")
    with pytest.raises(ProgramRefused, match="not the file that was taught"):
        load_program(path)
    low.unlink()
    with pytest.raises(ProgramRefused, match="cannot be read"):
        load_program(path)
    path.write_text(path.read_text().replace('"low.png"', '"../low.png"'))
    with pytest.raises(ProgramRefused, match="names within the folder"):
        load_program(path)


def test_a_calibration_of_another_camera_is_refused(tmp_path):
    path = teach(tmp_path / "plate.toml", PROGRAM.replace('version = "1"', 'version = "1"\ncalibration = "c.json"'))
    with pytest.raises(CalibrationRefused, match="cannot be read"):
        load_program(path)
    (tmp_path / "c.json").write_text("{}")
    with pytest.raises(CalibrationRefused, match="is no calibration"):
        load_program(path)


def taught_with(*pictures: bytes, text: str = HEAD + CIRCLES + BORE + SLOT + SCREW + FACE):
    program = parse_program(text.encode(), "plate.toml")
    return learn_program(program, [Example(f"{n}.png", data) for n, data in enumerate(pictures)])


def test_pictures_that_nothing_can_be_learnt_from_are_named():
    good = examples(2)[0].data
    small = encoded(np.full((100, 100), 90, np.uint8))
    dark = encoded(np.full((480, 640), 3, np.uint8))
    empty = encoded(picture([]))
    for bad, said in (
        (b"no picture", "1.png: not a picture"),
        (small, "1.png: has 100 x 100 pixels"),
        (dark, "1.png: shows nothing"),
        (empty, "1.png"),
    ):
        with pytest.raises(TeachingRefused) as refused:
            taught_with(good, bad)
        assert said in str(refused.value)
    with pytest.raises(TeachingRefused, match="no good picture"):
        taught_with()
    odd = '[[step]]\nid = "odd"\nkind = "anomaly"\nregion = [122, 112, 300, 200]\n'
    with pytest.raises(TeachingRefused, match="5 good pictures or more, there are 1"):
        taught_with(good, text=HEAD + CIRCLES + odd)


def test_a_bad_part_among_the_good_ones_is_told():
    """It would widen what good parts show, and hide its defect for ever."""
    dirty = View(angle=1, noise=2, extra=(Layer(disc(300, 330, 5.0), grey(90)),))
    shots = [*examples(5), Example("dirty.png", encoded(picture(None, dirty)))]
    lesson = learn_all(parse_program(PROGRAM.encode(), "x"), shots)
    (doubt,) = lesson.doubts
    assert (doubt.file, doubt.step) == ("dirty.png", "face")
    assert 40 < doubt.area < 120
    assert learn_all(parse_program(PROGRAM.encode(), "x"), examples(5)).doubts == ()


def test_the_guides_own_program_and_station_are_valid():
    guide = (ROOT / "docs" / "en" / "vision.md").read_text(encoding="utf-8")
    program, station = re.findall(r"^```toml\n(.*?)^```", guide, flags=re.DOTALL | re.MULTILINE)
    assert [step.id for step in parse_program(program.encode(), "guide").step] == ["bore", "slot", "screw", "face"]
    assert tomllib.loads(station)["station"]["inspection"][0]["measurements"] == {"bore": "bore-diameter"}
