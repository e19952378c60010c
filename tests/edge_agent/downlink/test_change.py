"""Files of a configuration change together: the power may fail between any two steps, and one state is found again."""

import os
import stat
import sys
from pathlib import Path

import pytest

from edge_agent.datafolder import held_folder
from edge_agent.downlink.change import Change, undo_open_change
from edge_agent.errors import AgentError

OLD = {"agent.toml": b"old agent", "control-plan.toml": b"old plan"}
NEW = {"agent.toml": b"new agent", "control-plan.toml": b"new plan", "profiles/v/m.toml": b"new profile"}
_WRITES = {"os.rename", "os.remove", "os.mkdir", "open"}


def lay_out(folder: Path) -> None:
    folder.mkdir()
    for name, content in OLD.items():
        (folder / name).write_bytes(content)


def found(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def wanted(folder: Path) -> dict[Path, bytes]:
    return {folder / name: content for name, content in NEW.items()}


def crashing(folder: Path, at: int, *, undoing: bool) -> bool:
    """Change the files in a process that dies at its step ``at``; False when it had no such step."""
    child = os.fork()
    if child == 0:
        steps = 0

        def step(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal steps
            if event in _WRITES and str(folder) in str(arguments[0]):
                steps += 1
                if steps == at:
                    os._exit(9)

        sys.addaudithook(step)
        change = Change(folder / "agent.toml", folder / "data")
        change.make(wanted(folder))
        if undoing:
            change.undo()
        else:
            change.keep()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is cut off by a fork of its own")
@pytest.mark.parametrize("undoing", [False, True])
def test_a_crash_at_any_step_leaves_the_old_or_the_new(tmp_path: Path, undoing: bool) -> None:
    at, seen = 0, set()
    while True:
        at += 1
        folder = tmp_path / str(at)
        lay_out(folder)
        cut = crashing(folder, at, undoing=undoing)
        undo_open_change(folder / "agent.toml")
        left = {name: content for name, content in found(folder).items() if not name.endswith(".half")}
        assert left in (OLD, NEW), at
        seen.add(left == NEW)
        Change(folder / "agent.toml", folder / "data").make(wanted(folder))  # what is left over is in nobody's way
        if not cut:
            break
    assert at > 15
    assert seen == ({False} if undoing else {False, True})


def test_a_change_that_is_kept_stands_and_modes_stay(tmp_path: Path) -> None:
    lay_out(tmp_path / "line")
    config = tmp_path / "line" / "agent.toml"
    config.chmod(0o600)
    change = Change(config, tmp_path / "data")
    change.make(wanted(tmp_path / "line"))
    change.keep()
    assert not undo_open_change(config)
    assert found(tmp_path / "line") == NEW
    assert stat.S_IMODE(config.stat().st_mode) == 0o600


def test_what_a_living_agent_changes_is_left_to_it(tmp_path: Path) -> None:
    lay_out(tmp_path / "line")
    config = tmp_path / "line" / "agent.toml"
    with held_folder(tmp_path / "data"):
        Change(config, tmp_path / "data").make(wanted(tmp_path / "line"))
        assert not undo_open_change(config)
    assert undo_open_change(config)
    assert found(tmp_path / "line") == OLD


def test_a_journal_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "agent.toml.change").write_bytes(b"{")
    with pytest.raises(AgentError, match="compare agent"):
        undo_open_change(tmp_path / "agent.toml")
