import json
import re
import subprocess
import sys

import pytest

from firmware_profiles.__main__ import main


def test_list_and_show(capsys):
    assert main(["list"]) == 0
    assert re.search(r"(?m)^zhuoyue/four-phase-cell  modbus  \d+ points", capsys.readouterr().out)
    assert main(["show", "zhuoyue/four-phase-cell"]) == 0
    shown = capsys.readouterr().out
    assert "holding:60" in shown
    assert "role acknowledge, writable" in shown


def test_json_is_json(capsys):
    assert main(["list", "--json"]) == 0
    assert {entry["model"] for entry in json.loads(capsys.readouterr().out)} >= {"four-phase-cell", "opcua-cell"}
    assert main(["show", "zhuoyue/opcua-cell", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["roles"]["trigger"] == "trigger"
    assert main(["check", "--json"]) == 0
    assert all(entry["problems"] == [] for entry in json.loads(capsys.readouterr().out))


def test_check_says_what_is_wrong_and_fails(tmp_path, capsys):
    broken = tmp_path / "broken.toml"
    broken.write_text('vendor = "v"\n')
    assert main(["check", str(broken)]) == 1
    assert "broken.toml: " in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["show", "acme"], ["show", "acme/none"], ["check", "/nowhere/x.toml"]])
def test_errors_are_one_clear_line(arguments, capsys):
    assert main(arguments) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("zhuoyue-profiles: ")
    assert captured.err.count("\n") == 1


def test_it_runs_as_a_module():
    command = [sys.executable, "-m", "firmware_profiles", "check"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert "four-phase-cell.toml: proved" in result.stdout
