"""``make audit``: every pinned package against the published advisories, by pip-audit from an environment of its own.

Needs a package index that has pip-audit, and the advisory service that it asks. Exit status: 0 nothing known against
any package, 1 something is (listed), 2 it could not be looked up, which says nothing about the packages.
"""

import subprocess
import sys
from pathlib import Path

from environment import ROOT
from installer import SetupError, base_python

LOCKS = ("agent", "hub", "demo", "dev")
HOME = ROOT / ".cache" / "audit"
INSTALL_SECONDS = 180
AUDIT_SECONDS = 300
CLEAN, FOUND, UNKNOWN = 0, 1, 2
_FINDINGS = ("Found", "known vulnerabilit")


def tool(home: Path = HOME) -> Path:
    """pip-audit; SetupError when it cannot be had."""
    program = home / "bin" / "pip-audit"
    if program.exists():
        return program
    for command in (
        [base_python(), "-m", "venv", str(home)],
        [str(home / "bin" / "python"), "-m", "pip", "install", "-q", "--retries", "1", "pip-audit"],
    ):
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise SetupError("pip-audit did not come from the package index in time") from None
        if done.returncode:
            raise SetupError(f"pip-audit is not to be had: {_last_line(done.stderr)}")
    return program


def audit(program: Path, lock: Path) -> tuple[int, str]:
    """Status and what to say about one lock."""
    command = [str(program), "--disable-pip", "--require-hashes", "--progress-spinner", "off", "-r", str(lock)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=AUDIT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return UNKNOWN, f"{lock.name}: the advisory service did not answer in time"
    if done.returncode == 0:
        return CLEAN, f"{lock.name}: nothing known"
    if all(word in done.stderr for word in _FINDINGS):
        return FOUND, f"{lock.name}:\n{done.stdout}"
    return UNKNOWN, f"{lock.name}: could not be looked up: {_last_line(done.stderr)}"


def main() -> int:
    """Audit every lock; the worst that was found."""
    try:
        program = tool()
    except (SetupError, OSError) as error:
        print(f"house: NOT AUDITED: {error}", file=sys.stderr)
        return UNKNOWN
    found = [audit(program, ROOT / "requirements" / f"{name}.lock") for name in LOCKS]
    for status, text in found:
        print(f"house: {'NOT AUDITED: ' if status == UNKNOWN else ''}{text}", flush=True)
    statuses = {status for status, _ in found}
    return FOUND if FOUND in statuses else max(statuses)


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it said nothing"


if __name__ == "__main__":
    sys.exit(main())
