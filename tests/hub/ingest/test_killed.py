"""A hub that dies between any two statements of ingest has taken the batch, or it has not; nothing in between."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from small_hub import small_agent, small_hub

from hub.ingest.ingest import ingest
from traceability.record.codec import encode_record

PROGRAM = Path(__file__).with_name("killed_between_statements.py")


@pytest.mark.in_a_file("every moment begins from a copy of its folder; a server's are in store/test_two_processes.py")
def test_ledger_log_and_projection_are_one(tmp_path: Path) -> None:
    hub = small_hub(tmp_path / "hub")
    agent = small_agent(hub)
    ingest(hub, agent.seal(agent.result("S1"), agent.loss(1)), compressed=False)
    hub.store.close()
    lines = [encode_record(agent.result("S2")), b'{"kind":"poem"}', encode_record(agent.loss(2))]
    (tmp_path / "batch").write_bytes(agent.seal_lines(*lines))
    run = subprocess.run([sys.executable, PROGRAM, tmp_path], capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stderr
    moments = [json.loads(line) for line in run.stdout.splitlines()]
    none, everything = moments[0]["left"], moments[-1]["left"]
    assert everything["log"] == none["log"] + 1
    assert everything["unit_result"] == none["unit_result"] + 1
    assert everything["quarantine"] == none["quarantine"] + 1
    assert len(moments) > 20
    assert moments[-1]["lived"]
    kinds = [moment["left"] == everything for moment in moments]
    assert all(moment["left"] in (none, everything) for moment in moments)
    assert kinds == sorted(kinds)
    assert sum(kinds) >= 2  # dying after the commit is having taken it
    assert all(moment["then"] in (None, everything) for moment in moments)
