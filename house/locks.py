"""Writes ``requirements/*.lock`` from ``pyproject.toml``: ``make lock``.

Hash-pinned, for every platform, without any index address. Pins that still fit are kept; to move them on,
delete a lock first. ``dev`` comes first and bounds the others, so that one version of a package is at
work everywhere.
"""

import subprocess
import sys
from pathlib import Path

from environment import ROOT
from installer import Installer, SetupError, bootstrap

DEV = "dev"
SOURCES = {
    DEV: ["--extra", "dev", "--group", "build", "pyproject.toml"],
    "demo": ["--extra", "demo", "--group", "build", "pyproject.toml"],
    "agent": ["--extra", "agent", "pyproject.toml"],
    "hub": ["--extra", "hub", "pyproject.toml"],
    "bootstrap": ["--group", "bootstrap"],
}
_FORM = ["--generate-hashes", "--universal", "--python-version", "3.11", "--no-annotate", "--no-header"]


def write_locks(root: Path, installer: Installer) -> None:
    """Resolve each set and write its lock.

    Raises:
        SetupError: uv is missing, or a set has no solution (uv has said why).
    """
    if not installer.uv.exists():
        raise SetupError("locks are written by uv, which could not be had; is a package index reachable?")
    environment = installer.uv_environment()
    for name, source in SOURCES.items():
        bound = [] if name in {DEV, "bootstrap"} else ["-c", f"requirements/{DEV}.lock"]
        lock = f"requirements/{name}.lock"
        command = [str(installer.uv), "pip", "compile", "-q", *_FORM, *bound, *source, "-o", lock]
        if subprocess.run(command, cwd=root, env=environment, check=False, timeout=600).returncode != 0:
            raise SetupError(f"{lock} could not be written")
        print(f"house: {lock}", flush=True)


def main() -> int:
    """Command line without arguments."""
    try:
        write_locks(ROOT, bootstrap(ROOT))
    except SetupError as error:
        print(f"house: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
