"""A station's figures from labelled folders, against figures counted by hand."""

import json
import math
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from drawn_parts import View, picture, plate
from hypothesis import given
from hypothesis import strategies as st
from taught_plates import BORE, CIRCLES, HEAD, SCREW, encoded, examples

from traceability.quality.intervals import clopper_pearson
from vision.assess.figures import Answer, code_study, cycle_times
from vision.assess.truth import Label, read_labels
from vision.assess.verdicts import verdict_study
from vision.command import run
from vision.errors import TruthRefused


def code(text: str, wrong: bool = False) -> tuple[str, tuple[str, ...], Answer]:
    return ("x", (text,), Answer((text + "!",) if wrong else (text,), None))


def test_a_code_is_read_wrong_or_not_read():
    silent = ("y", ("B",), Answer((), "UNREADABLE"))
    half = ("z", ("B", "C"), Answer(("B",), None))
    extra = ("w", (), Answer(("GHOST",), None))
    study = code_study([code("A"), code("A"), code("A", wrong=True), silent, half, extra])
    assert (study.read.count, study.wrong.count, study.silent.count) == (2, 2, 2)
    assert study.reasons == {"UNREADABLE": 1, "FEWER_THAN_EXPECTED": 1}
    assert study.files_wrong == ("x", "w")
    limits = clopper_pearson(2, 6)
    assert (study.read.low, study.read.high) == (limits.low, limits.high)


@given(st.lists(st.floats(0.001, 10), min_size=1, max_size=300))
def test_percentiles_are_values_that_were_seen(seconds):
    times = cycle_times(seconds)
    ordered = sorted(seconds)
    assert times.percentiles["p50"] == ordered[math.ceil(len(ordered) / 2) - 1]
    assert times.longest == ordered[-1]
    assert list(times.percentiles.values()) == sorted(times.percentiles.values())
    assert sum(value <= times.percentiles["p95"] for value in seconds) >= 0.95 * len(seconds)


def judged(*pairs: tuple[str, str], parts=None, ratings=None):
    return [
        (
            Label(
                file=Path("x"),
                name=f"{n}.png",
                verdict=truth,
                part=parts[n] if parts else f"{n}.png",
                ratings=ratings[n] if ratings else {},
            ),
            verdict,
        )
        for n, (truth, verdict) in enumerate(pairs)
    ]


def test_false_rejects_and_escapes_are_of_good_and_of_bad_parts():
    study = verdict_study(
        judged(
            *[("OK", "OK")] * 17,
            ("OK", "NOT_OK"),
            ("OK", "NOT_DECIDABLE"),
            *[("NOT_OK", "NOT_OK")] * 8,
            ("NOT_OK", "OK"),
            ("NOT_OK", "NOT_DECIDABLE"),
        )
    )
    assert (study.false_reject.count, study.false_reject.of) == (2, 19)
    assert (study.escape.count, study.escape.of) == (1, 10)
    assert (study.decided.count, study.undecided_good.count, study.undecided_bad.count) == (27, 1, 1)
    assert study.files_escaped == ("27.png",)
    (station,) = study.appraisers
    observed = 25 / 29
    chance = (19 * 18 + 10 * 9) / 29**2
    assert station.kappa == pytest.approx((observed - chance) / (1 - chance))


def test_repeats_and_people_are_compared():
    pairs = [("OK", "OK"), ("OK", "NOT_OK"), ("NOT_OK", "NOT_OK"), ("NOT_OK", "NOT_OK")]
    study = verdict_study(judged(*pairs, parts=["p", "p", "q", "q"], ratings=[{"anna": t} for t, _ in pairs]))
    station, anna = study.appraisers
    assert (station.within.count, station.within.of) == (1, 2)
    assert (anna.appraiser, anna.kappa) == ("anna", 1.0)
    assert study.between.count == 1
    assert study.note == ""


def test_parts_seen_unequally_often_are_told():
    study = verdict_study(judged(("OK", "OK"), ("OK", "OK"), ("NOT_OK", "NOT_OK"), parts=["p", "p", "q"]))
    assert "each picture counts as a part" in study.note
    assert study.appraisers[0].kappa == 1.0


def test_only_good_parts_give_no_kappa_and_no_escape_rate():
    study = verdict_study(judged(("OK", "OK"), ("OK", "OK")))
    assert (study.escape.of, study.escape.value) == (0, None)
    assert study.appraisers[0].kappa is None
    assert study.appraisers[0].why_not


@pytest.fixture
def measured(tmp_path):
    """One part measured 12 times (and one that is bad), labelled by a table."""
    folder = tmp_path / "labelled"
    folder.mkdir()
    rows = ["file,verdict,part,bore,by:anna"]
    for number in range(12):
        seen = View(angle=number / 3, dx=number / 5, noise=2, seed=number)
        (folder / f"{number}.png").write_bytes(encoded(picture(None, seen)))
        rows.append(f"{number}.png,OK,master,80.6,OK")
    (folder / "bad.png").write_bytes(encoded(picture(plate(screw=False), View(noise=2))))
    rows.append("bad.png,NOT_OK,other,80.6,NOT_OK")
    (folder / "truth.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    program = tmp_path / "plate.toml"
    program.write_text(HEAD + CIRCLES + BORE + SCREW, encoding="utf-8")
    (tmp_path / "good.png").write_bytes(examples(2)[0].data)
    assert run(["teach", str(program), str(tmp_path / "good.png"), "--json"]) == 0
    return tmp_path


def test_assess_an_inspection(measured, capsys):
    folder, program, out = (str(measured / name) for name in ("labelled", "plate.toml", "report"))
    assert run(["assess", folder, "--program", program, "--out", out]) == 0
    said = capsys.readouterr().out
    assert "false reject (good not passed)" in said
    assert "type 1, part master, 12 times: Cg" in said
    found = json.loads((measured / "report" / "assessment.json").read_text())
    assert (found["verdicts"]["false_reject"]["count"], found["verdicts"]["false_reject"]["of"]) == (0, 12)
    assert (found["verdicts"]["escape"]["count"], found["verdicts"]["escape"]["of"]) == (0, 1)
    assert {one["appraiser"]: one["kappa"] for one in found["verdicts"]["appraisers"]} == {"station": 1.0, "anna": 1.0}
    (gauge,) = found["gauges"]
    assert abs(gauge["bias"]) < 0.03
    assert gauge["within_stated"]["count"] == 13
    (study,) = gauge["type_one"]
    values = [80.6 + error for error in gauge["errors"][:12]]
    mean = sum(values) / 12
    deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / 11)
    assert study["cg"] == pytest.approx(0.2 * 0.4 / (6 * deviation), rel=1e-3)
    assert study["cautions"] == ["not-enough-data"]
    assert found["inspect_times"]["count"] == 13
    picture_of_it = ET.parse(measured / "report" / "assessment.svg").getroot()
    words = [element.text for element in picture_of_it.iter("{http://www.w3.org/2000/svg}text")]
    assert "escape (0 of 1)" in words
    assert any(text.startswith("bore: value minus truth") for text in words)


def test_folders_say_what_is_good_and_bad(measured, tmp_path, capsys):
    for side in ("OK", "NG"):
        (tmp_path / "sorted" / side).mkdir(parents=True)
    (tmp_path / "sorted" / "OK" / "a.png").write_bytes(examples(2)[1].data)
    (tmp_path / "sorted" / "NG" / "b.png").write_bytes((measured / "labelled" / "bad.png").read_bytes())
    program = str(measured / "plate.toml")
    arguments = ["assess", str(tmp_path / "sorted"), "--program", program, "--out", str(tmp_path / "r"), "--json"]
    capsys.readouterr()
    assert run(arguments) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["verdicts"]["escape"] == {"count": 0, "of": 1, "value": 0.0, "low": 0.0, "high": pytest.approx(0.975)}


def test_names_say_what_codes_hold(tmp_path, printed, encoded, capsys):
    folder = tmp_path / "codes"
    folder.mkdir()
    (folder / "LOT-7__1.png").write_bytes(encoded(printed("LOT-7", "QRCode")))
    (folder / "A%2FB__1.png").write_bytes(encoded(printed("A/B", "DataMatrix")))
    (folder / "OTHER__1.png").write_bytes(encoded(printed("WRONG", "DataMatrix")))
    assert run(["assess", str(folder), "--out", str(tmp_path / "r"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["codes"]
    assert (found["read"]["count"], found["wrong"]["count"]) == (2, 1)
    assert found["files_wrong"] == ["OTHER__1.png"]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("name\n0.png\n", "has no column 'file'"),
        ("file,verdict\n9.png,OK\n", "line 2: names '9.png', which is no file"),
        ("file,verdict\n0.png,fine\n", "line 2: says 'fine'"),
        ("file,bore\n0.png,wide\n", "line 2: bore is 'wide'"),
        ("file,verdict\n", "names no picture"),
    ],
)
def test_a_table_that_says_something_else_is_refused_by_its_line(tmp_path, table, said):
    (tmp_path / "0.png").write_bytes(b"x")
    (tmp_path / "truth.csv").write_text(table, encoding="utf-8")
    with pytest.raises(TruthRefused) as refused:
        read_labels(tmp_path)
    assert said in str(refused.value)


def test_labels_without_a_program_or_of_unknown_steps_are_refused(measured, capsys):
    folder = str(measured / "labelled")
    assert run(["assess", folder]) == 2
    assert "--program" in capsys.readouterr().err
    table = measured / "labelled" / "truth.csv"
    table.write_text(table.read_text().replace("bore", "boer"))
    assert run(["assess", folder, "--program", str(measured / "plate.toml")]) == 2
    assert "names 'boer', which is no step" in capsys.readouterr().err


def test_a_picture_in_neither_folder_is_refused(tmp_path):
    (tmp_path / "OK").mkdir()
    (tmp_path / "OK" / "a.png").write_bytes(b"x")
    (tmp_path / "b.png").write_bytes(b"x")
    with pytest.raises(TruthRefused, match="neither OK nor NOT_OK"):
        read_labels(tmp_path)
