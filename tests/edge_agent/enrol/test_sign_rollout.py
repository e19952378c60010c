"""The plant signs a whole roll-out with one command, after it was shown what that would be."""

import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

import edge_agent.cli
from edge_agent.enrol.plant import make_plant_key
from traceability.downlink import MessageKind
from traceability.rollout import Content, SigningRequest, Wish, check_signed, read_signed

NOW = datetime(2026, 3, 1, tzinfo=UTC)
FORWARD = Content(kind=MessageKind.CONTROL_PLAN, plan='part = "B"\n')
BACK = Content(kind=MessageKind.CONTROL_PLAN, plan='part = "A"\n')
REQUEST = SigningRequest(
    rollout="5f0c",
    plant="p",
    about="control-plan housing, version 2",
    wishes=(Wish(recipient="p.line-1", forward=FORWARD, back=BACK), Wish(recipient="p.line-2", forward=FORWARD)),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_plant_key(tmp_path / "plant.key", None)
    (tmp_path / "request.json").write_bytes(msgspec.json.encode(REQUEST))
    return tmp_path


def sign(folder: Path, *more: str, plant: str = "p") -> int:
    words = ["plant", "sign", "--key", str(folder / "plant.key"), "--plant", plant]
    return edge_agent.cli.main([*words, "--request", str(folder / "request.json"), *more])


def test_it_is_shown_first_and_then_signed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sign(folder, "--show") == 0
    shown = capsys.readouterr().out
    assert "p.line-1  control plan" in shown
    assert "p.line-2  no way back" in shown
    assert not (folder / "signed.json").exists()
    assert sign(folder, "--output", str(folder / "signed.json"), "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"output": str(folder / "signed.json")}
    one, two = check_signed(read_signed((folder / "signed.json").read_bytes()), REQUEST)
    assert one.back_number == one.number + 1
    assert two.back_number is None


@pytest.mark.parametrize(
    ("more", "plant", "said"),
    [(["--output", "x"], "q", "not for 'q'"), ([], "p", "--output is needed")],
)
def test_what_is_for_another_plant_is_not_signed(
    folder: Path, capsys: pytest.CaptureFixture[str], more: list[str], plant: str, said: str
) -> None:
    assert sign(folder, *more, plant=plant) != 0
    assert said in capsys.readouterr().err


def test_what_is_no_request_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "request.json").write_text('{"rollout": "x"}')
    assert sign(folder, "--output", "x") != 0
    assert "is not a request" in capsys.readouterr().err
