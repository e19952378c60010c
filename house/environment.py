"""Makes ``.venv`` in the checkout ready: ``python house/environment.py demo`` (or ``dev``).

A stamp file ``.venv/.stamp-<set>-<hash of its lock>`` says that a set is installed, so that a second run
does nothing. ``dev`` contains ``demo``; an environment that has once held ``dev`` is never brought down to
``demo``. While something is being installed ``.venv/.unfinished`` exists: found at the start, it means that
an earlier run was cut off, and the environment is made anew. So it is, too, when its interpreter no longer
runs or when the checkout was moved (scripts hold absolute paths).
"""

import contextlib
import fcntl
import json
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

from installer import Installer, SetupError, bootstrap, digest, make_environment

ROOT = Path(__file__).resolve().parent.parent
SETS = ("demo", "dev")
_IS_WHOLE = "import os, sys, sysconfig; sys.exit(not os.path.isdir(sysconfig.get_path('purelib')))"


def make_ready(root: Path, wanted: str) -> None:
    """Bring ``.venv`` to hold the wanted set and the checkout itself; nothing to do costs well under a second.

    Raises:
        SetupError: what could not be had, and what to do about it.
    """
    with _alone(root / ".cache" / "setup.lock"):
        venv = root / ".venv"
        if venv.exists() and not is_sound(venv, root):
            print("house: .venv is unfinished, moved or broken: making it anew", flush=True)
            _remove(venv)
        lock, stamp = target(venv, root, wanted)
        project = venv / f".stamp-project-{project_digest(root)}"
        if stamp.exists() and project.exists():
            return
        began = time.monotonic()
        print(f"house: installing {lock.stem} into .venv", flush=True)
        _install(bootstrap(root), root, lock, stamp, project)
        print(f"house: .venv is ready after {time.monotonic() - began:.0f} s", flush=True)


def target(venv: Path, root: Path, wanted: str) -> tuple[Path, Path]:
    """The lock to install and its stamp: ``dev`` where it was once installed, the wanted set otherwise."""
    name = "dev" if any(venv.glob(".stamp-dev-*")) else wanted
    lock = root / "requirements" / f"{name}.lock"
    return lock, venv / f".stamp-{name}-{digest(lock.read_bytes())}"


def is_sound(venv: Path, root: Path) -> bool:
    """Whether an environment can be built upon: finished, made for this place, and its interpreter runs."""
    if (venv / ".unfinished").exists():
        return False
    if any(stamp.read_text(encoding="utf-8") != str(root) for stamp in venv.glob(".stamp-*")):
        return False
    try:
        return subprocess.run([venv / "bin" / "python", "-c", _IS_WHOLE], check=False, timeout=60).returncode == 0
    except OSError:
        return False


def project_digest(root: Path) -> str:
    """Changes when the checkout must be installed again: new commands, packages or build settings."""
    table = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    parts = [table.get("project"), table.get("build-system"), table.get("tool", {}).get("hatch")]
    return digest(json.dumps(parts, sort_keys=True).encode())


def _install(installer: Installer, root: Path, lock: Path, stamp: Path, project: Path) -> None:
    venv = root / ".venv"
    venv.mkdir(exist_ok=True)
    unfinished = venv / ".unfinished"
    unfinished.touch()
    python = venv / "bin" / "python"
    if not python.exists():
        make_environment(venv)
    if not stamp.exists():
        for old in venv.glob(".stamp-*"):
            old.unlink()
        installer.sync(python, lock)
        stamp.write_text(str(root), encoding="utf-8")
    installer.install_checkout(python, root)
    for old in venv.glob(".stamp-project-*"):
        old.unlink()
    project.write_text(str(root), encoding="utf-8")
    unfinished.unlink()


def _remove(venv: Path) -> None:
    if venv.is_symlink():
        venv.unlink()
    else:
        shutil.rmtree(venv)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the checkout's set-up for one process; another one waits."""
    path.parent.mkdir(exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main(arguments: list[str]) -> int:
    """Command line: the name of a set."""
    if len(arguments) != 1 or arguments[0] not in SETS:
        print(f"usage: environment.py {'|'.join(SETS)}", file=sys.stderr)
        return 2
    try:
        make_ready(ROOT, arguments[0])
    except SetupError as error:
        print(f"house: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
