"""What an agent says of itself fits into one header, whatever it has to say; the most important stays longest."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from small_agent import write_agent
from small_hub import SmallAgent

from edge_agent.config.load import load_config
from edge_agent.downlink.heartbeat import MOST_BYTES, fitted, heartbeat
from edge_agent.outbox.report import OutboxReport
from edge_agent.station.health import Health
from traceability.downlink import (
    FileInForce,
    FileRole,
    Heartbeat,
    Poll,
    Staged,
    StagedState,
    read_poll,
    seal_poll,
)
from traceability.encoding import sha256, tagged
from traceability.signing import key_id

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
LONGEST_HEADER = 8_000


def report() -> OutboxReport:
    return OutboxReport(
        chain=None,
        unsealed_records=2,
        unsent_batches=5,
        kept_batches=0,
        last_receipt=None,
        operations=[],
        uplink=None,
        decisions=[],
    )


def said(config_folder: Path, devices: list[Health], staged: Staged | None = None) -> Heartbeat:
    config = load_config(write_agent(config_folder, 9) / "agent.toml")
    return heartbeat(config, report(), devices=devices, started=NOW, clock_ahead=0.25, staged=staged)


def test_it_names_files_by_their_hashes_and_devices_that_are_away_first(tmp_path: Path) -> None:
    away = Health(device="press", since=NOW, last_error="no answer")
    beat = said(tmp_path, [Health(device="cell", connected=True, since=NOW), away])
    assert [(device.name, device.connected) for device in beat.devices] == [("press", False), ("cell", True)]
    assert (beat.unsent, beat.unsealed, beat.clock_ahead_ms, beat.whole) == (5, 2, 250, True)
    names = {file.role: (file.name, file.hash) for file in beat.files}
    for role, name in ((FileRole.CONFIGURATION, "agent.toml"), (FileRole.CONTROL_PLAN, "control-plan.toml")):
        assert names[role] == (name, tagged(sha256((tmp_path / name).read_bytes())))


@pytest.mark.parametrize("error", ["x" * 500, "未连接" * 200, '"\\' * 200])
def test_a_question_always_fits_into_a_header(tmp_path: Path, error: str) -> None:
    many = [Health(device=f"设备-{n}" * 10, connected=n > 5, since=NOW, last_error=error) for n in range(60)]
    staged = Staged(number=7, state=StagedState.REFUSED, detail=(error * 5)[:1000])
    beat = said(tmp_path, many, staged)
    poll = Poll(author="a" * 200, hub=key_id(b"k" * 32), at=NOW, instance="i" * 64, heartbeat=beat, chain="0" * 32)
    header = seal_poll(poll, SmallAgent("a").signer)
    assert len(header) <= LONGEST_HEADER
    assert read_poll(header)[0].heartbeat == beat
    assert not beat.whole
    assert not beat.devices[0].connected
    assert beat.staged is not None
    assert beat.staged.number == 7
    assert {file.role for file in beat.files} == {FileRole.CONFIGURATION, FileRole.CONTROL_PLAN}


def test_profiles_are_left_out_before_devices() -> None:
    profiles = tuple(
        FileInForce(role=FileRole.PROFILE, name=f"v/{n}.toml", hash=tagged(sha256(b""))) for n in range(100)
    )
    beat = fitted(Heartbeat(version="1", config="c", files=profiles))
    assert 2 <= len(beat.files) < 100
    assert len(msgspec.json.encode(beat)) <= MOST_BYTES
