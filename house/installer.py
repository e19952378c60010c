"""What installs packages: uv from its own small environment, pip where uv is not to be had.

uv is fetched from the package index like any other package, pinned by hash in
``requirements/bootstrap.lock``, into ``.cache/bootstrap-<hash of the lock>``. So it never stands among
the product's packages, and synchronising those never removes it. Locks hold no index address: the
index is whatever this machine's pip is set to.
"""

import ast
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import debian

FETCH_SECONDS = 600
SYNC_SECONDS = 1800
HOW_TO_GET_VENV = "this Python cannot make virtual environments; as root: apt-get install python3-venv"


class SetupError(Exception):
    """The checkout could not be made ready; the message says what to do."""


def base_python() -> str:
    """The interpreter outside any virtual environment, which may be the very one being rebuilt."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def digest(content: bytes) -> str:
    """A short name for a content, long enough not to collide among a checkout's locks."""
    return hashlib.sha256(content).hexdigest()[:16]


@dataclass(frozen=True)
class Installer:
    """Installs into another environment, given by its interpreter; never into its own."""

    home: Path

    @property
    def uv(self) -> Path:
        """Where uv lies, if it could be had."""
        return self.home / "bin" / "uv"

    def sync(self, python: Path, lock: Path) -> None:
        """Make an environment hold what the lock names; every file is checked against its hash."""
        if self.uv.exists():
            command: list[object] = [self.uv, "pip", "sync", "-q", "--require-hashes", "--python", python, lock]
            if _succeeds(command, self.uv_environment(), SYNC_SECONDS):
                return
            print("house: uv did not get through; pip tries the same (slower)", flush=True)
        command = [*self._pip(python), "install", "-q", "--no-deps", "--require-hashes", "-r", lock]
        if not _succeeds(command, dict(os.environ), SYNC_SECONDS):
            raise SetupError(f"{lock.name} could not be installed; see above. Is a package index reachable?")

    def install_checkout(self, python: Path, root: Path) -> None:
        """Install the checkout itself, editable. Its build tool is already there, from the lock."""
        options = ["install", "-q", "--no-deps", "--no-build-isolation"]
        if self.uv.exists():
            command = [self.uv, "pip", *options, "--python", python, "--editable", root]
        else:
            command = [*self._pip(python), *options, "--editable", root]
        if not _succeeds(command, self.uv_environment(), FETCH_SECONDS):
            raise SetupError(f"the checkout {root} could not be installed into {python.parent.parent}")

    def uv_environment(self) -> dict[str, str]:
        """The environment for uv, which does not read pip's settings: hand on index and certificates."""
        environment = dict(os.environ, UV_PYTHON_DOWNLOADS="never")
        environment.setdefault("UV_COMPILE_BYTECODE", "1")  # the demo and the tests start many processes
        environment.setdefault("UV_HTTP_TIMEOUT", "120")
        settings = self._pip_settings()
        if not {"UV_DEFAULT_INDEX", "UV_INDEX_URL"} & environment.keys() and "index-url" in settings:
            environment["UV_DEFAULT_INDEX"] = settings["index-url"]
        if "cert" in settings:
            environment.setdefault("SSL_CERT_FILE", settings["cert"])
        return environment

    def _pip(self, python: Path) -> list[str]:
        return [str(self.home / "bin" / "python"), "-m", "pip", "--python", str(python)]

    def _pip_settings(self) -> dict[str, str]:
        """pip's own settings by their bare name; the environment's win over the files'."""
        command = [str(self.home / "bin" / "python"), "-m", "pip", "config", "list"]
        listed = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60).stdout
        pairs = [line.partition("=") for line in sorted(listed.splitlines(), key=lambda s: s.startswith(":env:"))]
        return {key.rpartition(".")[2]: str(ast.literal_eval(value)) for key, _, value in pairs if value}


def bootstrap(root: Path) -> Installer:
    """Make (once for each lock) the small environment that holds uv and pip."""
    lock = root / "requirements" / "bootstrap.lock"
    installer = Installer(root / ".cache" / f"bootstrap-{digest(lock.read_bytes())}")
    if installer.uv.exists():
        return installer
    part = root / ".cache" / "bootstrap.part"
    for old in (part, installer.home):
        shutil.rmtree(old, ignore_errors=True)
    _make_environment_with_pip(part)
    fetch = [part / "bin" / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    wheels = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", lock]
    if not _succeeds([*fetch, *wheels], dict(os.environ), FETCH_SECONDS):
        print("house: uv is not to be had here; pip does the work (slower)", flush=True)
    part.rename(installer.home)
    return installer


def make_environment(home: Path) -> None:
    """An empty environment: packages come into it from outside.

    Raises:
        SetupError: it could not be made; Python has said why.
    """
    if not _succeeds([base_python(), "-m", "venv", "--without-pip", home], dict(os.environ), FETCH_SECONDS):
        raise SetupError(f"{home} could not be made; see above")


def _make_environment_with_pip(home: Path) -> None:
    make = [base_python(), "-m", "venv", home]
    if _succeeds(make, dict(os.environ), FETCH_SECONDS, quiet=True):
        return
    if debian.may_install() and debian.install(["python3-venv"]) is None:
        shutil.rmtree(home, ignore_errors=True)
        if _succeeds(make, dict(os.environ), FETCH_SECONDS):
            return
    raise SetupError(HOW_TO_GET_VENV)


def _succeeds(command: Sequence[object], environment: dict[str, str], seconds: int, *, quiet: bool = False) -> bool:
    """Run a command that must not ask anything; tell whether it came to a good end in time."""
    output = subprocess.DEVNULL if quiet else None
    try:
        done = subprocess.run(
            [str(part) for part in command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        print(f"house: given up after {seconds} s: {command[0]} {command[1]}", flush=True)
        return False
    return done.returncode == 0
