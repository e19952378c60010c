"""Children are started again when they die, and none outlives the demo, however it ends."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.processes import RESTARTS, DemoFailed, Processes

SLEEPER = "import sys, time\nprint('up', sys.argv[1:], flush=True)\ntime.sleep(600)\n"
DEAF = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('up', flush=True)\ntime.sleep(600)\n"


@pytest.fixture(autouse=True)
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Modules that a child can run."""
    folder = tmp_path / "modules"
    folder.mkdir()
    (folder / "sleeper.py").write_text(SLEEPER)
    (folder / "deaf.py").write_text(DEAF)
    (folder / "brief.py").write_text("raise SystemExit(3)\n")
    monkeypatch.setenv("PYTHONPATH", str(folder))


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def processes(tmp_path: Path, said: list[str]) -> Iterator[Processes]:
    with Processes(tmp_path, said.append) as found:
        yield found


def test_a_dead_process_is_named_and_started_again(processes: Processes, said: list[str], tmp_path: Path) -> None:
    processes.start("one", "sleeper", "--flag")
    first = pid_of(tmp_path, "one")
    processes.supervise()
    assert said == []
    os.kill(first, signal.SIGKILL)
    wait(lambda: not processes.alive("one"))
    processes.supervise()
    assert processes.alive("one")
    assert pid_of(tmp_path, "one") != first
    assert len(said) == 1
    assert "one died (signal 9)" in said[0]
    assert str(processes.log("one")) in said[0]
    wait(lambda: processes.log("one").read_text().count("up ['--flag']") == 1)


def test_a_process_that_will_not_live_ends_the_demo(processes: Processes, tmp_path: Path) -> None:
    processes.start("brief", "brief")
    for _ in range(RESTARTS):
        wait(lambda: not processes.alive("brief"))
        processes.supervise()
    wait(lambda: not processes.alive("brief"))
    with pytest.raises(DemoFailed, match=r"brief died .* times; look at .*brief\.log"):
        processes.supervise()


@pytest.mark.skipif(os.name == "nt", reason="process groups are POSIX's")
def test_nothing_outlives_a_demo_that_is_killed(tmp_path: Path) -> None:
    story = (
        "import sys, time\nfrom pathlib import Path\nfrom demo.processes import Processes\n"
        "processes = Processes(Path(sys.argv[1]), print)\n"
        "processes.start('one', 'sleeper')\nprocesses.start('two', 'deaf')\ntime.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", story, str(tmp_path)])
    try:
        logs = [tmp_path / "logs" / f"{name}.log" for name in ("one", "two")]
        wait(lambda: all(log.exists() and "up" in log.read_text() for log in logs))
        children = [pid_of(tmp_path, name) for name in ("one", "two")]
        assert all(lives(pid) for pid in children)
    finally:
        parent.kill()
        parent.wait()
    wait(lambda: not any(lives(pid) for pid in children), patience=15)


def pid_of(data: Path, name: str) -> int:
    return json.loads((data / "processes.json").read_text())[name]


def lives(pid: int) -> bool:
    """Whether a process runs; a zombie that nobody reaped does not."""
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


def wait(holds, patience: float = 10) -> None:
    deadline = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)
