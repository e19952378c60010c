"""Everything that must hold before a change lands: ``make test``, or only its quick half: ``make lint``.

Every step runs even when an earlier one failed, so that one run shows all there is to repair. The last
lines are pytest's own summaries; the exit status is 0 only when every step passed.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import debian
import peers
from environment import ROOT, make_ready
from installer import SetupError
from workplace import workplace

BIN = ROOT / ".venv" / "bin"
WORKERS = "2"
AUDIT_SECONDS = 120


@dataclass
class Report:
    """What the steps came to: seconds and success by step, and pytest's closing lines."""

    seconds: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    closing_lines: list[str] = field(default_factory=list)

    def run(self, title: str, step: Callable[[], bool]) -> None:
        """Run one step under its heading."""
        print(f"\n=== {title}", flush=True)
        began = time.monotonic()
        if not step():
            self.failed.append(title)
        self.seconds[title] = time.monotonic() - began


def lint(report: Report) -> None:
    """Style, types and walls."""
    report.run("ruff check", lambda: _passes("ruff", "check", "--quiet", "."))
    report.run("ruff format --check", lambda: _passes("ruff", "format", "--check", "--quiet", "."))
    report.run("mypy --strict", lambda: _passes("mypy"))
    report.run("lint-imports", lambda: _passes("lint-imports", "--no-logo"))


def test(report: Report) -> None:
    """The suite: many small tests side by side, then the long stories; meanwhile advisories are asked for."""
    browser = "" if debian.chromium() else " and not browser"
    with _auditing() as audit, workplace() as around:
        # a worker goes on from where it is: what a file's tests share is made by one of them, most often
        small = ("--dist", "worksteal", "-m", f"not story{browser}")
        report.run("pytest", lambda: _pytest(report, around, *small))
        long = ("--dist", "loadgroup", "-m", f"story{browser}")
        report.run("pytest, the stories", lambda: _pytest(report, around, *long))
        report.run("advisories", lambda: _told(audit))


@contextmanager
def _auditing() -> Iterator["subprocess.Popen[str]"]:
    """Asks for advisories on the pinned packages, which takes a while and little of this machine."""
    command = [BIN / "python", ROOT / "house" / "audit.py"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as asking:
        try:
            yield asking
        finally:
            asking.kill()


def _told(audit: "subprocess.Popen[str]") -> bool:
    """What is published, where it can be reached. Told, never a failure.

    What is published about a package today must not stop a change that has nothing to do with it.
    """
    try:
        said, _ = audit.communicate(timeout=AUDIT_SECONDS)
        print(said, end="", flush=True)
    except subprocess.TimeoutExpired:
        print(f"house: NOT AUDITED: no answer within {AUDIT_SECONDS} s", flush=True)
    return True


def _passes(program: str, *arguments: str) -> bool:
    return subprocess.run([BIN / program, *arguments], cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode == 0


def _pytest(report: Report, around: dict[str, str], *arguments: str) -> bool:
    """Run pytest with all workers, pass on what it prints as it comes, and keep its closing line."""
    colour = "yes" if sys.stdout.isatty() else "no"
    command = [str(BIN / "python"), "-m", "pytest", f"--color={colour}", "-n", WORKERS, *arguments]
    last = "pytest printed nothing"
    with subprocess.Popen(
        command, cwd=ROOT, env=around, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, errors="replace"
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            last = line.rstrip() or last
    report.closing_lines.append(last)
    return process.returncode == 0


def main(arguments: list[str]) -> int:
    """Command line: ``lint`` or ``test``."""
    began = time.monotonic()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background work begins with it ignored
    try:
        make_ready(ROOT, "dev")
    except SetupError as error:
        print(f"house: {error}", file=sys.stderr)
        return 1
    report = Report()
    if arguments != ["lint"]:
        debian.add_for_tests()
        peers.add_for_tests()
    lint(report)
    if arguments != ["lint"]:
        test(report)
    each = ", ".join(f"{title} {seconds:.0f} s" for title, seconds in report.seconds.items())
    verdict = f"FAILED: {', '.join(report.failed)}" if report.failed else "passed"
    print(f"\n=== {verdict}; {time.monotonic() - began:.0f} s in all ({each})")
    for line in report.closing_lines:
        print(line)
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
