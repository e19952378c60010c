"""A person lists alarms, answers one with cause and action, and sees what the rules cost."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import msgspec
import pytest
from small_alarms import AlarmBench

from edge_agent.cli import main
from edge_agent.config.load import load_config
from edge_agent.datafolder import OUTBOX
from edge_agent.outbox.chain import Identity
from edge_agent.outbox.store import Outbox
from traceability.encoding import to_base64
from traceability.unit import Verdict

RULES = """
[[alarm]]
id = "row"
kind = "not-ok"
operation = "OP10"
count = 2
accepted = "0.1"
hold = true

[[alarm]]
id = "clock"
kind = "clock"
operation = "OP10"

[[alarm]]
id = "fails"
kind = "yield"
operation = "OP10"
accepted = "0.01"
raised = "0.05"
"""


@pytest.fixture
def config(tmp_path, capsys):
    main(["init", str(tmp_path), "--author", "a", "--hub-key", to_base64(b"h" * 32)])
    capsys.readouterr()
    plan = tmp_path / "control-plan.toml"
    plan.write_text(plan.read_text(encoding="utf-8") + RULES, encoding="utf-8")
    return str(tmp_path / "agent.toml")


def test_a_hold_that_the_device_never_asks_about_is_said(config, capsys):
    assert main(["check", config]) == 0
    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith("note")]
    assert len(said) == 1
    assert 'alarm "row" puts station "OP10" on hold' in said[0]


@pytest.fixture
def alarmed(config, tmp_path):
    """Two failures in a row were recorded."""
    loaded = load_config(Path(config))
    loaded.data.mkdir(exist_ok=True)
    bench = AlarmBench(loaded.data / OUTBOX)

    async def produce():
        identity = Identity(author=loaded.author, environment=loaded.environment)
        outbox = Outbox(
            bench.path, identity, bench.signer, lambda: datetime(2026, 3, 1, tzinfo=UTC), Random(1).randbytes
        )
        await outbox.begin(loaded.hash, loaded.plans)
        for cycle in (1, 2):
            await outbox.append(bench.unit(cycle, verdict=Verdict.NOT_OK))
        outbox.close()

    asyncio.run(produce())
    return config


def run(capsys, *arguments):
    status = main(["alarm", *arguments])
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def test_an_alarm_is_listed_answered_and_its_hold_released(alarmed, capsys):
    status, out, _ = run(capsys, "list", alarmed, "--json")
    (alarm,) = json.loads(out)["alarms"]
    assert (status, alarm["station"], alarm["alarm"]["rule"]) == (0, "OP10", "row")
    name = alarm["id"].removeprefix("alarm:")
    assert f"{name}  OP10  consecutive-not-ok" in run(capsys, "list", alarmed)[1]
    main(["status", alarmed])
    assert f"ALARM     {name}" in capsys.readouterr().out
    main(["hold", "list", alarmed])
    assert f"alarm {name}" in capsys.readouterr().out

    said = ("--by", "q7", "--cause", "tool broken", "--action", "tool changed")
    status, out, _ = run(capsys, "acknowledge", alarmed, name, *said)
    assert (status, "acknowledged by q7: tool broken; tool changed" in out) == (0, True)
    assert run(capsys, "list", alarmed)[1] == "no alarm waits for an acknowledgement\n"
    assert name in run(capsys, "list", alarmed, "--all")[1]
    main(["hold", "list", alarmed])
    assert capsys.readouterr().out == "nothing is on hold\n"
    status, _, error = run(capsys, "acknowledge", alarmed, name, *said)
    assert (status, "was acknowledged already, by q7" in error) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("0000", "--by", "q7", "--cause", "x", "--action", "y"), "there is no alarm 0000"),
        (("0000", "--by", "Li Wei", "--cause", "x", "--action", "y"), "no personal name"),
        (("0000", "--by", "q7", "--cause", " ", "--action", "y"), "--cause is empty"),
        (("0000", "--by", "q7", "--cause", "x", "--action", "y" * 1001), "--action has 1001 characters"),
    ],
)
def test_what_is_no_answer_is_refused(config, capsys, arguments, message):
    status, _, error = run(capsys, "acknowledge", config, *arguments)
    assert status == 1
    assert message in error


def test_every_rule_says_how_often_it_warns_falsely(config, capsys):
    out = run(capsys, "rules", config)[1]
    assert "row  consecutive-not-ok  one false alarm in about 110 good units; holds the station" in out
    assert "clock  device-drift  false alarms: not known" in out
    assert "at worst one false alarm in about 109 good units" in out
    listed = json.loads(run(capsys, "rules", config, "--json")[1])
    assert (listed["together"], listed["rules"][2]["false_alarm_every"]) == (109, 10_000)


def test_a_plan_without_rules_says_so(tmp_path, capsys):
    main(["init", str(tmp_path), "--author", "a", "--hub-key", to_base64(b"h" * 32)])
    capsys.readouterr()
    assert run(capsys, "rules", str(tmp_path / "agent.toml"))[1] == "the control plan has no alarm rules\n"
    listed = json.loads(run(capsys, "rules", str(tmp_path / "agent.toml"), "--json")[1])
    assert listed == msgspec.to_builtins({"rules": [], "together": None})
