"""The set-up of a checkout: when it may rest, when it must begin anew, and what it says to an old Python."""

import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "house")
    return importlib.import_module("environment")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with locks, and a real if empty .venv in it."""
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / ".venv"], check=True, timeout=60)
    return tmp_path


def stamp(environment: ModuleType, checkout: Path, name: str) -> Path:
    lock, path = environment.target(checkout / ".venv", checkout, name)
    assert lock.stem == name
    path.write_text(str(checkout), encoding="utf-8")
    return path


def test_a_finished_environment_is_sound(environment: ModuleType, checkout: Path) -> None:
    stamp(environment, checkout, "demo")
    assert environment.is_sound(checkout / ".venv", checkout)


def test_nothing_is_done_where_everything_is_there(environment: ModuleType, checkout: Path) -> None:
    stamp(environment, checkout, "dev")
    project = checkout / ".venv" / f".stamp-project-{environment.project_digest(checkout)}"
    project.write_text(str(checkout), encoding="utf-8")
    environment.make_ready(checkout, "dev")
    environment.make_ready(checkout, "demo")
    assert list((checkout / ".cache").glob("bootstrap*")) == []


def test_an_installation_that_was_cut_off_is_not_built_upon(environment: ModuleType, checkout: Path) -> None:
    stamp(environment, checkout, "demo")
    (checkout / ".venv" / ".unfinished").touch()
    assert not environment.is_sound(checkout / ".venv", checkout)


@pytest.mark.parametrize("lost", ["bin/python", "lib"])
def test_an_environment_without_its_interpreter_or_library_is_not_sound(
    environment: ModuleType, checkout: Path, lost: str
) -> None:
    path = checkout / ".venv" / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert not environment.is_sound(checkout / ".venv", checkout)


def test_a_moved_checkout_is_not_built_upon(environment: ModuleType, checkout: Path, tmp_path: Path) -> None:
    stamp(environment, checkout, "demo").write_text(str(tmp_path / "elsewhere"), encoding="utf-8")
    assert not environment.is_sound(checkout / ".venv", checkout)


def test_the_demo_never_takes_back_what_development_needs(environment: ModuleType, checkout: Path) -> None:
    stamp(environment, checkout, "dev")
    lock = checkout / "requirements" / "dev.lock"
    lock.write_text(lock.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    wanted, new_stamp = environment.target(checkout / ".venv", checkout, "demo")
    assert wanted == lock
    assert not new_stamp.exists()


def test_new_commands_are_installed_and_lint_settings_are_not(environment: ModuleType, checkout: Path) -> None:
    pyproject = checkout / "pyproject.toml"
    before = environment.project_digest(checkout)
    text = pyproject.read_text(encoding="utf-8")
    pyproject.write_text(text.replace("line-length = 110", "line-length = 111"), encoding="utf-8")
    assert environment.project_digest(checkout) == before
    pyproject.write_text(text.replace('zhuoyue-hub = "hub', 'zhuoyue-centre = "hub'), encoding="utf-8")
    assert environment.project_digest(checkout) != before


def test_an_old_python_is_told_so_in_one_line(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2" && exit 0\nexit 1\n', encoding="utf-8")
    old.chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", ROOT / "house" / "python.sh", "-c", "print('ran')"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert "3.11" in line
    assert "3.9.2" in line


def test_make_help_lists_every_target() -> None:
    done = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=ROOT,
        env=dict(os.environ, MAKEFLAGS=""),
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    listed = {line.split()[1] for line in done.stdout.splitlines()}
    assert listed == {"help", "demo", "test", "soak", "lint", "audit", "lock", "clean"}
