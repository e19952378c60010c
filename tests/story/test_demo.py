"""The whole demo, as ``zhuoyue-demo`` runs it: once in peace, once while its parts are shot one after another."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from demo.counts import read_counts
from demo.setup import free_ports
from demo.story.decide import jobs_of
from demo.story.lines import DEFAULT_SEED, LINES
from traceability.unit import Verdict

pytestmark = [pytest.mark.story, pytest.mark.xdist_group("ports")]
TIMEOUT_S = 180


def expected(units: int) -> dict[str, dict[str, int]]:
    """Cycles by plant and operation as the story has them: every pass, and one more for each ruined label."""
    return {
        f"{line.plant} {step.operation.id}": {
            "cycles": sum(1 + (turn.ruined is not None) for turns in _turns(line, step, units) for turn in turns),
            "submitted": len(_turns(line, step, units)),
            "first_ok": sum(turns[0].verdict is Verdict.OK for turns in _turns(line, step, units)),
        }
        for line in LINES.values()
        for step in line.steps
    }


def _turns(line, step, units):
    found = [job.passes[step.operation.id] for job in jobs_of(line, DEFAULT_SEED, units)]
    return [turns for turns in found if turns]


def start(data: Path, units: int, port: int = 0) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "demo", "--units", str(units), "--exit", "--data", str(data), "--port", str(port)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(demo: subprocess.Popen[str]) -> tuple[dict[str, Any], str]:
    try:
        out, err = demo.communicate(timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        demo.terminate()
        out, err = demo.communicate(timeout=30)
        pytest.fail(f"the demo did not end in {TIMEOUT_S} s\n{out[-3000:]}\n{err[-3000:]}")
    assert demo.returncode == 0, f"{out[-3000:]}\n{err[-3000:]}"
    return json.loads(out.splitlines()[-1]), out


def check_figures(summary: dict[str, Any], units: int) -> None:
    """What the story decided is what was produced, recorded, sent, claimed and recomputed."""
    assert summary["problems"] == []
    assert summary["finished_units"] == units
    assert all(summary[name] == 0 for name in ("quarantined", "gaps", "duplicates", "forks", "data_losses"))
    found = {f"{each['plant']} {each['operation']}": each for each in summary["operations"]}
    wanted = expected(units)
    assert found.keys() == wanted.keys()
    for name, counts in wanted.items():
        each, fpy = found[name], summary["fpy"][name]
        assert each["produced"] == each["recorded"] == each["on_hub"] == counts["cycles"], name
        assert fpy["claimed"] == fpy["recomputed"]
        assert (fpy["claimed"]["submitted"], fpy["claimed"]["first_ok"]) == (counts["submitted"], counts["first_ok"])
    assert summary["unit_results"] == sum(counts["cycles"] for counts in wanted.values())


def test_the_story_in_peace(tmp_path: Path) -> None:
    summary, out = finish(start(tmp_path / "data", 12))
    check_figures(summary, 12)
    assert summary["batches"] > 0
    assert summary["records"] > summary["unit_results"]
    assert summary["alarms"] > 0
    assert summary["restarts"] == 0
    assert set(summary["level"]) == set(summary["rty"]) == {line.plant for line in LINES.values()}
    assert all(level["binding"] for level in summary["level"].values())
    trace = summary["trace"]
    assert trace["nodes"] == 4, "unit, housing, controller and its solder paste"
    assert trace["suppliers"] == ["supplier-a", "supplier-b"]
    assert trace["verified"]
    assert trace["proofs_verified"] >= 2 * 3 + 2 * 2 + 2 * 2
    assert "\x1b" not in out, "plain lines when piped"
    assert "shipped: supplier-a" in out


def test_shooting_its_parts_changes_nothing_in_the_counts(tmp_path: Path) -> None:
    data, port = tmp_path / "data", free_ports(1)[0]
    demo = start(data, 24, port)
    shot: list[str] = []

    def shoot(name: str, line: str, shipped: int) -> None:
        """Kill a process without warning once a line has shipped so many units."""
        wait(lambda: (counts := read_counts(data, line)) is not None and counts.shipped >= shipped)
        os.kill(json.loads((data / "processes.json").read_text())[name], signal.SIGKILL)
        shot.append(name)

    targets = [
        ("agent-supplier-a", "supplier-a", 5), ("device-supplier-a", "supplier-a", 12),
        ("agent-supplier-b", "supplier-b", 8), ("device-supplier-b", "supplier-b", 16),
        ("agent-oem", "oem", 4), ("hub", "oem", 8), ("device-oem", "oem", 15),
    ]  # fmt: skip
    by_line = [[each for each in targets if each[1] == line] for line in LINES]
    threads = [threading.Thread(target=lambda some=some: [shoot(*each) for each in some]) for some in by_line]
    for thread in threads:
        thread.start()
    wait(lambda: read_counts(data, "supplier-a") is not None and read_counts(data, "supplier-a").shipped > 0)
    assert refused(port)
    summary, out = finish(demo)
    for thread in threads:
        thread.join(5)
    assert sorted(shot) == sorted(name for name, _, _ in targets)
    assert summary["restarts"] == len(targets)
    assert out.count(" died (signal 9), starting it again; log: ") == len(targets)
    check_figures(summary, 24)


def refused(port: int) -> bool:
    """A batch that nobody signed rightly is turned away with a reason, and nothing else happens."""
    envelope = {"payload": "e30=", "payloadType": "application/vnd.zhuoyue.batch-header+json", "signatures": []}
    answer = httpx.post(
        f"http://127.0.0.1:{port}/api/v1/batches",
        content=json.dumps(envelope, separators=(",", ":")).encode() + b"\n",
        headers={"Content-Type": "application/vnd.zhuoyue.batch+jsonl"},
        trust_env=False,
    )
    return 400 <= answer.status_code < 500 and answer.headers["content-type"] == "application/problem+json"


def wait(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)
