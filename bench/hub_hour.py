"""Memory of a hub's process while it takes in an hour of many lines at full speed; every tenth of it.

    python bench/hub_hour.py [--lines 20] [--every 1.0] [--batch 60] [--postgres]

Every line makes a result with ten measured values each ``--every`` seconds, and seals ``--batch`` of them together. The
batches are made and signed beforehand by another process and lie on disk, so what grows here is the hub's alone.
``--postgres``: the hub's store is on a PostgreSQL server (its processes are not counted), else in a file.
"""

import argparse
import gc
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "bench"), str(ROOT / "tests" / "support")]

from hub_ingest import batches, fresh_hub  # noqa: E402 - the bench beside this one
from hub_postgres import hub_on, server  # noqa: E402 - likewise

from hub.ingest.ingest import ingest  # noqa: E402
from hub.parts import Hub  # noqa: E402

HOUR_S, MEASUREMENTS, STEPS = 3600, 10, 10
LENGTH = 4


def make(path: Path, options: argparse.Namespace) -> None:
    """Every batch, one behind the other, each after its length."""
    with path.open("wb") as file:
        for body in batches(results_of(options), options.batch, MEASUREMENTS):
            file.write(len(body).to_bytes(LENGTH, "big") + body)


def results_of(options: argparse.Namespace) -> int:
    """How many results an hour brings."""
    return round(options.lines * HOUR_S / options.every)


def made(path: Path) -> Iterator[bytes]:
    """Each batch."""
    with path.open("rb") as file:
        while head := file.read(LENGTH):
            yield file.read(int.from_bytes(head, "big"))


def memory() -> float:
    """Megabytes that this process holds (VmRSS)."""
    words = Path("/proc/self/status").read_text().partition("VmRSS:")[2].split()
    return int(words[0]) / 1024


def feed(hub: Hub, path: Path, options: argparse.Namespace) -> list[float]:
    """Ingest everything; the memory at each tenth."""
    results = results_of(options)
    due, done, seen = results / STEPS, 0, []
    began = time.process_time()
    print(f"before: {memory():.0f} MB", flush=True)
    for body in made(path):
        ingest(hub, body, compressed=True)
        done += options.batch
        if done >= due:
            gc.collect()
            seen.append(memory())
            took = (time.process_time() - began) / done
            print(
                f"{100 * done / results:4.0f} % {done:9,} results {1e6 * took:5.0f} µs each {seen[-1]:6.0f} MB",
                flush=True,
            )
            due += results / STEPS
    return seen


def main() -> None:
    """Make, feed, tell."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lines", type=int, default=20)
    parser.add_argument("--every", type=float, default=1.0)
    parser.add_argument("--batch", type=int, default=60)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.make:
        make(options.make, options)
        return
    with tempfile.TemporaryDirectory() as folder, server() if options.postgres else nullcontext() as postgres:
        path = Path(folder) / "batches"
        subprocess.run([sys.executable, __file__, *sys.argv[1:], "--make", str(path)], check=True)
        hub = hub_on(Path(folder) / "hub", postgres.new_database()) if postgres else fresh_hub(Path(folder) / "hub")
        seen = feed(hub, path, options)
        hub.store.close()
    print(f"from the second tenth to the last: {seen[-1] - seen[1]:+.1f} MB of {seen[-1]:.0f}")


if __name__ == "__main__":
    main()
