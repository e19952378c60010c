"""A process for a test: does one step of an outbox and dies before its Nth statement, for every N there is.

python killed_between_writes.py BASE FOLDER STEP: leaves FOLDER/N/outbox.db for each N, and FOLDER/done/outbox.db where
the step was finished. Each try is a fork that ends by ``os._exit``, so nothing is tidied up, as at a power cut.
"""

import asyncio
import os
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from small_outbox import Bench, telemetry

from edge_agent.outbox.beginning import NewChain
from edge_agent.outbox.former import EVERYTHING
from edge_agent.outbox.quota import Quota
from edge_agent.outbox.store import Outbox
from traceability.identifier.item import unit_uri  # noqa: F401 - loaded before the forks

NOW = datetime(2026, 4, 1, tzinfo=UTC)
DIED = 9
SMALL = Quota(telemetry=2000, keep=timedelta(days=1), remember=3)


def bench_at(path: Path) -> Bench:
    return Bench(path, random=Random(7), now=NOW)


async def append(bench: Bench, outbox: Outbox) -> None:
    await outbox.append(bench.submission(900, "S900"))


async def append_telemetry(bench: Bench, outbox: Outbox) -> None:
    await outbox.append_records([telemetry(bench.now, number) for number in range(3)])


async def seal(bench: Bench, outbox: Outbox) -> None:
    await outbox.seal(500)


async def acknowledge(bench: Bench, outbox: Outbox) -> None:
    batch = await outbox.oldest_unacknowledged()
    assert batch is not None
    await outbox.acknowledge(batch.seq, b"receipt", batch.chain)


async def purge(bench: Bench, outbox: Outbox) -> None:
    await outbox.purge()


async def tidy(bench: Bench, outbox: Outbox) -> None:
    await outbox.tidy()


async def open_chain(bench: Bench, outbox: Outbox) -> None:
    await outbox.open_chain(NewChain(reason="a test", refused_from=38, own_since=EVERYTHING))


STEPS = {
    step.__name__: step for step in (append, append_telemetry, seal, acknowledge, purge, tidy, open_chain)
}  # fmt: skip


async def do(path: Path, step: str, last: int | None) -> None:
    bench = bench_at(path)
    outbox = await bench.open(quota=SMALL)
    seen = 0

    def count(statement: str) -> None:
        nonlocal seen
        seen += 1
        if seen == last:
            os._exit(DIED)

    outbox._writer.submit(lambda connection: connection.set_trace_callback(count)).result(10)
    await STEPS[step](bench, outbox)
    outbox._writer.submit(lambda connection: connection.set_trace_callback(None)).result(10)
    outbox.close()


def attempt(base: Path, folder: Path, step: str, last: int | None) -> bool:
    """Whether the process died on the way."""
    folder.mkdir(parents=True)
    for file in base.parent.glob("outbox.*"):
        shutil.copy(file, folder)
    child = os.fork()
    if child == 0:
        asyncio.run(do(folder / "outbox.db", step, last))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in {0, DIED}
    return os.waitstatus_to_exitcode(status) == DIED


def main(base: Path, folder: Path, step: str) -> None:
    attempt(base, folder / "done", step, None)
    number = 1
    while attempt(base, folder / str(number), step, number):
        number += 1
    shutil.rmtree(folder / str(number))
    print(number - 1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
