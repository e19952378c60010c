"""A plant's past and requirements from files on the command line: looked at, entered whole, undone."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from small_hub import GTIN, small_agent, small_hub

from hub.cli import main
from hub.requirement.sheets import REQUIREMENTS
from hub.tabular.writing import csv_bytes
from traceability.identifier.item import part_uri

PAST = "零件,序列号,工序,时间,判定\n{0},P1,OP10,2025-02-03 08:00,合格\n{0},P2,OP10,{1},不合格\n"
ASKED: dict[str, Any] = {
    "customer": "plant-b-company", "supplier": "plant-a-company", "part": part_uri(GTIN), "title": "Bolts",
    "indicator": "fpy", "metric": "fpy", "target": Decimal("0.98"), "valid_from": date(2026, 1, 1),
}  # fmt: skip


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a verb on a hub with two plants; status, answer and error text."""
    hub = small_hub(tmp_path / "hub")
    for plant in ("plant-a", "plant-b"):
        small_agent(hub, f"{plant}.line-1", plant)
    hub.store.close()

    def runs(*words: object) -> tuple[int, dict[str, Any], str]:
        capsys.readouterr()
        status = main([*map(str, words), "--data", str(tmp_path / "hub"), "--json"])
        said = capsys.readouterr()
        return status, json.loads(said.out or "{}"), said.err

    return runs


def test_a_past_is_looked_at_loaded_listed_and_undone(tmp_path: Path, run: Any) -> None:
    file = tmp_path / "past.csv"
    file.write_bytes(PAST.format(GTIN, "2025-02-03 09:00").encode("gb18030"))
    verb = ("history", "import", file, "--plant", "plant-a")
    status, looked, _ = run(*verb)
    assert (status, looked["results"], looked["load"], looked["imported"]) == (0, 2, None, True)
    assert run("history", "list", "--plant", "plant-a")[1]["loads"] == []
    load = run(*verb, "--enter")[1]["load"]
    status, _, error = run(*verb, "--enter")
    assert (status, "loaded already" in error) == (1, True)
    assert run("history", "list", "--plant", "plant-a")[1]["loads"] == [f"{load}: 2 results"]
    assert run("history", "undo", load, "--plant", "plant-a", "--reason", "wrong file")[1]["undone"]
    assert run("history", "list", "--plant", "plant-a")[1]["loads"] == [f"{load}: 2 results, undone: wrong file"]


def test_a_wrong_row_is_told_in_the_reader_s_language_and_nothing_is_loaded(tmp_path: Path, run: Any) -> None:
    file = tmp_path / "past.csv"
    file.write_text(PAST.format(GTIN, "noon"), encoding="utf-8")
    status, _, error = run("history", "import", file, "--plant", "plant-a", "--enter", "--language", "zh")
    assert (status, "第 3 行" in error, "nothing was entered" in error) == (1, True, True)
    assert run("history", "list", "--plant", "plant-a")[1]["loads"] == []


def test_requirements_are_looked_at_and_proposed(tmp_path: Path, run: Any) -> None:
    file = tmp_path / "asked.csv"
    file.write_bytes(csv_bytes(REQUIREMENTS, [ASKED], "zh"))
    assert run("requirement", "import", file)[1] == {"requirements": 1, "ids": []}
    assert len(run("requirement", "import", file, "--enter")[1]["ids"]) == 1
    file.write_bytes(csv_bytes(REQUIREMENTS, [ASKED | {"part": "nothing"}], "en"))
    status, _, error = run("requirement", "import", file, "--enter")
    assert (status, "row 2" in error) == (1, True)


def test_what_quality_management_states_is_looked_at_and_entered_once(tmp_path: Path, run: Any) -> None:
    file = tmp_path / "plans.csv"
    head = "part,valid_from,characteristic,aql\n"
    file.write_text(f"{head}{part_uri(GTIN)},2026-01-01,外观,{{}}\n".format("0.9"), encoding="utf-8")
    verb = ("table", "import", file, "--plant", "plant-a", "--kind", "incoming-plans", "--by", "q7")
    status, _, error = run(*verb, "--enter", "--language", "zh")
    assert (status, "第 2 行" in error) == (1, True)  # there is no such AQL
    file.write_text(file.read_text("utf-8").replace("0.9", "1.0"), encoding="utf-8")
    for enter in ((), ("--enter",), ("--enter",)):
        status, told, _ = run(*verb, *enter)
        assert (status, told["rows"], told["entered"]) == (0, 1, bool(enter))
    status, _, error = run(*verb[:-4], "--kind", "plans")
    assert (status, "incoming-plans" in error) == (1, True)
    targets = tmp_path / "targets.csv"
    targets.write_text("id,metric,direction,value,first,owner\na,capability,higher,1.33,2026-01-01,q\n")
    whole = ("table", "import", targets, "--kind", "organisation-targets", "--enter")
    assert run(*whole, "--organisation", "plant-a-company")[1]["rows"] == 1
    assert run(*whole, "--plant", "plant-a")[0] == 1
