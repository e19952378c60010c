"""The agent where there is no index, and on Windows: its wheels from a folder, its lock for another system."""

import importlib.metadata
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements" / "agent.lock"
NO_INDEX = ("index", "dns", "connect", "network", "resolve", "timed out", "unreachable", "no matching distribution")
PIN = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\\n]+)(?: ; (?P<marker>[^\\\n]*?))? *\\?$", re.MULTILINE
)
WINDOWS = {
    "implementation_name": "cpython",
    "os_name": "nt",
    "platform_machine": "AMD64",
    "platform_python_implementation": "CPython",
    "platform_system": "Windows",
    "python_full_version": "3.11.9",
    "python_version": "3.11",
    "sys_platform": "win32",
}
AUTHOR = ("init", "line", "--author", "supplier-a.line-1", "--hub-key", "A" * 43 + "=")


def pins_on_windows() -> set[str]:
    found = PIN.finditer(LOCK.read_text(encoding="utf-8"))
    return {
        canonicalize_name(pin["name"]) for pin in found if not pin["marker"] or Marker(pin["marker"]).evaluate(WINDOWS)
    }


def needed_on_windows() -> set[str]:
    """What the agent's requirements come to there, as far as the packages installed here say."""
    waiting, needed = [("zhuoyue", frozenset({"agent"}))], set()
    while waiting:
        name, extras = waiting.pop()
        try:
            requirements = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # only on Windows; the lock must have it all the same
        for requirement in map(Requirement, requirements):
            marker = requirement.marker
            if marker and not any(marker.evaluate({**WINDOWS, "extra": extra}) for extra in extras | {""}):
                continue
            entry = (canonicalize_name(requirement.name), frozenset(requirement.extras))
            if entry not in needed:
                needed.add(entry)
                waiting.append(entry)
    return {name for name, _ in needed} - {"zhuoyue"}


def run(*command: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    return subprocess.run(
        command, cwd=cwd, env=inherited | environment, capture_output=True, text=True, check=False, timeout=900
    )


def or_no_index(done: subprocess.CompletedProcess[str]) -> None:
    """Left out where no index can be reached; a failure otherwise."""
    if done.returncode != 0:
        said = (done.stderr + done.stdout).strip()
        if "hash" not in said.lower() and any(word in said.lower() for word in NO_INDEX):
            pytest.skip(f"no package index is reachable: {said.splitlines()[-1]}")
        pytest.fail(said)


def test_the_lock_has_what_the_agent_needs_on_windows() -> None:
    needed = needed_on_windows()
    assert {"pymodbus", "asyncua", "uvicorn", "colorama"} <= needed
    assert needed <= pins_on_windows()


@pytest.mark.story
def test_the_lock_is_a_solution_for_windows(tmp_path: Path) -> None:
    uv = next((ROOT / ".cache").glob("bootstrap-*/bin/uv"), None)
    if uv is None:
        pytest.skip("there is no uv in the checkout's own environment")
    solved = tmp_path / "windows.txt"
    done = run(
        uv, "pip", "compile", "-q", "--extra", "agent", "-c", LOCK, "--python-platform", "x86_64-pc-windows-msvc",
        "--python-version", "3.11", "--only-binary", ":all:", "--no-header", "--no-annotate", "pyproject.toml",
        "-o", solved, cwd=ROOT,
    )  # fmt: skip
    or_no_index(done)
    found = {canonicalize_name(pin["name"]) for pin in PIN.finditer(solved.read_text(encoding="utf-8"))}
    assert "pymodbus" in found
    assert found <= pins_on_windows()


@pytest.mark.story
def test_the_agent_installs_from_a_folder_of_wheels_without_any_index(tmp_path: Path) -> None:
    wheels, home = tmp_path / "wheels", tmp_path / "installed"
    built = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", wheels, cwd=ROOT)
    assert built.returncode == 0, built.stderr
    made = run(getattr(sys, "_base_executable", sys.executable), "-m", "venv", home, cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    python = home / "bin" / "python"
    lock = ("--require-hashes", "--no-deps", "-r", LOCK)
    or_no_index(run(python, "-m", "pip", "download", "-q", "--only-binary", ":all:", *lock, "-d", wheels, cwd=tmp_path))

    offline = {"PIP_NO_INDEX": "1", "PIP_INDEX_URL": "", "PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1"}
    done = run(python, "-m", "pip", "install", "-q", "--find-links", wheels, *lock, cwd=tmp_path, **offline)
    assert done.returncode == 0, done.stderr
    (own,) = wheels.glob("zhuoyue-*.whl")
    done = run(python, "-m", "pip", "install", "-q", "--no-deps", own, cwd=tmp_path, **offline)
    assert done.returncode == 0, done.stderr

    agent = home / "bin" / "zhuoyue-agent"
    assert run(agent, "--help", cwd=tmp_path).stdout.startswith("usage: zhuoyue-agent")
    assert run(agent, *AUTHOR, cwd=tmp_path).returncode == 0
    checked = run(agent, "check", "line/agent.toml", cwd=tmp_path)
    assert checked.returncode == 0, checked.stderr
    assert "agent.toml holds" in checked.stdout
