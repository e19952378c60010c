"""A person puts something on hold and releases it, with who and why, beside the agent or without one."""

import json

import pytest

from edge_agent.cli import main
from traceability.encoding import to_base64

WHO = ("--by", "q7", "--why", "crack at the flange")
UNIT = "https://id.gs1.org/01/09506000134352/21/S1"


@pytest.fixture
def config(tmp_path, capsys):
    main(["init", str(tmp_path), "--author", "a", "--hub-key", to_base64(b"h" * 32)])
    capsys.readouterr()
    return str(tmp_path / "agent.toml")


def run(capsys, *arguments):
    status = main(["hold", *arguments])
    printed = capsys.readouterr()
    return status, printed.out, printed.err


@pytest.mark.parametrize(
    ("target", "scope", "kept"),
    [
        (("--unit", "S1"), "unit", UNIT),
        (("--unit", UNIT), "unit", UNIT),
        (("--lot", "https://id.gs1.org/01/09506000134376/10/L7"), "lot", "https://id.gs1.org/01/09506000134376/10/L7"),
        (("--station", "OP10"), "station", "OP10"),
    ],
)
def test_a_hold_is_placed_listed_and_released(*, config, capsys, target, scope, kept):
    status, out, _ = run(capsys, "add", config, *target, *WHO, "--json")
    (placed,) = json.loads(out)["holds"]
    assert (status, placed["scope"], placed["target"]) == (0, scope, kept)
    assert (placed["placed_by"], placed["reason"]) == ("q7", "crack at the flange")

    assert placed["id"] in run(capsys, "list", config)[1]
    status, out, _ = run(capsys, "release", config, placed["id"], "--by", "q8", "--why", "sorted out")
    assert (status, "released" in out, "by q8: sorted out" in out) == (0, True, True)
    assert run(capsys, "list", config)[1] == "nothing is on hold\n"
    assert placed["id"] in run(capsys, "list", config, "--all")[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--station", "OP99", *WHO), "there is no station 'OP99' (use one of OP10)"),
        (("--lot", UNIT, *WHO), "names no lot"),
        (("--lot", "L7", *WHO), "L7"),
        (("--unit", "S 1", *WHO), "hold"),
        (("--unit", "", *WHO), "no unit is named"),
        (("--unit", "S1", "--by", "Li Ming", "--why", "x"), "no personal name"),
        (("--unit", "S1", "--by", "q7", "--why", " "), "--why is empty"),
    ],
)
def test_what_cannot_be_held_is_said_in_one_line(config, capsys, arguments, message):
    status, _, err = run(capsys, "add", config, *arguments)
    assert status == 1
    assert err.startswith("zhuoyue-agent: ")
    assert err.count("\n") == 1
    if message != "hold":
        assert message in err


def test_a_hold_that_is_not_there_cannot_be_released(config, capsys):
    status, _, err = run(capsys, "release", config, "nothing", *WHO)
    assert (status, err) == (1, "zhuoyue-agent: there is no hold nothing (see: hold list)\n")
