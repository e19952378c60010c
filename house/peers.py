"""Devices that the tests talk to and that were not written here: programs from npm, kept out of the product.

They go into ``.cache/peers-<hash of the lock>``, once for each lock, by npm's ordinary settings: the lock holds no
registry's address. No script of any package is run. Without Node, npm or a reachable registry the tests that need
them are left out.
"""

import shutil
import subprocess
from pathlib import Path

from environment import ROOT
from installer import digest

FETCH_SECONDS = 300
OLDEST_NODE = 18
_QUIET = ["--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", "--loglevel=error"]


def peers_folder(root: Path) -> Path:
    """Where the programs of this lock lie once they are installed."""
    lock = (root / "tests" / "peers" / "package-lock.json").read_bytes()
    return root / ".cache" / f"peers-{digest(lock)}"


def add_for_tests(root: Path = ROOT) -> None:
    """Install the programs, where that can be done, and say plainly what is left out where it cannot."""
    home = peers_folder(root)
    if home.exists():
        return
    reason = _why_not() or _install(root / "tests" / "peers", home)
    if reason:
        print(f"house: {reason}: the tests against devices from npm are LEFT OUT", flush=True)


def _why_not() -> str | None:
    if shutil.which("node") is None or shutil.which("npm") is None:
        return "no Node with npm"
    try:
        told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False, timeout=30).stdout
    except subprocess.TimeoutExpired:
        return "node --version gave no answer"
    number = told.strip().removeprefix("v").partition(".")[0]
    if not number.isdigit() or int(number) < OLDEST_NODE:
        return f"Node is {told.strip() or 'of no known version'}, older than {OLDEST_NODE}"
    return None


def _install(source: Path, home: Path) -> str | None:
    print("house: installing the tests' devices from npm", flush=True)
    part = home.with_suffix(".part")
    for old in (part, *home.parent.glob("peers-*")):
        shutil.rmtree(old, ignore_errors=True)
    part.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(source / name, part / name)
    try:
        done = subprocess.run(
            ["npm", "ci", *_QUIET],
            cwd=part,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=FETCH_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"npm took longer than {FETCH_SECONDS} s"
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[0]
        return f"npm ended with status {done.returncode} ({reason})"
    part.rename(home)
    return None
