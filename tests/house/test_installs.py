"""An agent alone and a hub alone, installed from the wheel and their locks as a plant would."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NO_INDEX = ("index", "dns", "connect", "network", "resolve", "timed out", "unreachable")

# set -> commands that work in it, and rooms whose own libraries are not there
CASES = {
    "agent": (("zhuoyue-agent", "zhuoyue-verify", "zhuoyue-vision", "zhuoyue-profiles"), ("fastapi", "sqlalchemy")),
    "hub": (("zhuoyue-hub", "zhuoyue-verify", "zhuoyue-vision", "zhuoyue-profiles"), ("pymodbus", "asyncua")),
}
PROBE = "import importlib.util, json, sys; print(json.dumps([n for n in sys.argv[1:] if importlib.util.find_spec(n)]))"


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=900)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("wheel")
    done = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", target, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return next(target.glob("*.whl"))


@pytest.mark.story
@pytest.mark.parametrize("name", sorted(CASES))
def test_one_tower_installs_and_runs_alone(name: str, wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "installed"
    python = home / "bin" / "python"
    made = run(getattr(sys, "_base_executable", sys.executable), "-m", "venv", home, cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    install_lock(python, ROOT / "requirements" / f"{name}.lock", tmp_path)
    done = run(python, "-m", "pip", "install", "--no-index", "--no-deps", wheel, cwd=tmp_path)
    assert done.returncode == 0, done.stderr

    commands, absent = CASES[name]
    for command in commands:
        asked = run(home / "bin" / command, "--help", cwd=tmp_path)
        assert asked.returncode == 0, asked.stderr
        assert asked.stdout.startswith(f"usage: {command}")
    assert json.loads(run(python, "-c", PROBE, *absent, cwd=tmp_path).stdout) == []
    checked = run(python, "-m", "pip", "check", cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout


def install_lock(python: Path, lock: Path, place: Path) -> None:
    """Install by uv from the checkout's own small environment where it is, else by pip."""
    uv = next((ROOT / ".cache").glob("bootstrap-*/bin/uv"), None)
    with_uv = [uv, "pip", "install", "--python", python, "--no-deps", "--require-hashes", "-r", lock]
    with_pip = [python, "-m", "pip", "install", "-q", "--no-deps", "--require-hashes", "-r", lock]
    done = run(*with_uv, cwd=place) if uv else None
    if done is None or done.returncode != 0:
        done = run(*with_pip, cwd=place)
    if done.returncode != 0:
        if "hash" not in done.stderr.lower() and any(word in done.stderr.lower() for word in NO_INDEX):
            pytest.skip(f"no package index is reachable: {done.stderr.strip().splitlines()[-1]}")
        pytest.fail(done.stderr)
