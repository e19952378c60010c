"""Every command answers --help, by its own name and as a module, and refuses nonsense in one line."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
MODULES = ("traceability.verify", "firmware_profiles", "vision", "witness", "edge_agent", "hub", "demo")


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, stdin=subprocess.DEVNULL, cwd=ROOT
    )


def test_every_command_has_its_room() -> None:
    assert {target.removesuffix(".__main__:main") for target in SCRIPTS.values()} == set(MODULES)


@pytest.mark.parametrize("script", sorted(SCRIPTS))
def test_a_command_explains_itself(script: str) -> None:
    done = run(Path(sys.executable).with_name(script), "--help")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"usage: {script}")
    assert done.stderr == ""


@pytest.mark.parametrize("module", MODULES)
def test_a_room_runs_as_a_module(module: str) -> None:
    done = run(sys.executable, "-m", module, "--help")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage: ")


@pytest.mark.parametrize("script", sorted(SCRIPTS))
def test_an_unknown_option_is_refused_without_a_traceback(script: str) -> None:
    done = run(Path(sys.executable).with_name(script), "--no-such-option")
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert "no-such-option" in done.stderr or "required" in done.stderr
