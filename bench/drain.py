"""How fast a backlog goes to the hub after weeks offline, against a bare loop of POSTs of the same bytes.

    python bench/drain.py [--batches 60] [--records 500] [--runs 3]

The backlog is sealed first. Each run drains it to a fresh hub (its own process, loopback, its own database) once with
the agent's uplink, receipts stored durably, and once with one connection that posts batch after batch and checks
nothing. While the uplink drains, one small batch is sealed; how long it waits behind the backlog is printed too.
"""

import argparse
import asyncio
import json
import os
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import random

import httpx

from edge_agent.acquisition.cycle import CycleKey
from edge_agent.config.settings import Hub
from edge_agent.outbox.chain import Identity
from edge_agent.outbox.results import Submission
from edge_agent.outbox.store import Outbox
from edge_agent.plans import one_plan
from edge_agent.uplink.sender import Sender
from hub.composition import create_hub
from hub.entry.master import add_agent, add_organisation, add_plant
from traceability.batch.open import compress
from traceability.encoding import sha256, tagged, to_base64
from traceability.identifier.item import part_uri, unit_uri
from traceability.record.master import ControlPlan, Operation
from traceability.record.production import MeasuredValue, MeasurementsRecord, UnitResultRecord
from traceability.signing import Ed25519Signer
from traceability.sync import BATCH_TYPE, BATCHES_PATH
from traceability.unit import Environment, Verdict

AUTHOR, GTIN = "bench", "09506000134352"
PART = part_uri(GTIN)
SIGNER = Ed25519Signer.from_seed(b"a" * 32)
PLAN = ControlPlan(
    part=PART, plant="p", revision="A", name="x", operations=(Operation(id="OP10", name="OP10"),), characteristics=()
)


def clock() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)


def submission(cycle: int) -> Submission:
    """A result with one measurement: two records."""
    unit = unit_uri(GTIN, f"S{cycle}")
    common = {"id": f"r-{cycle}", "seq": 0, "salt": "", "event_time": clock()}
    result = UnitResultRecord(
        **common, unit=unit, part=PART, operation="OP10", work_cell="w", verdict=Verdict.OK, attempt=0
    )
    value = MeasuredValue(characteristic="bore", value=25_000 + cycle % 10, decimals=3, uom="mm")
    others = (MeasurementsRecord(**common, unit=unit, operation="OP10", values=(value,)),)
    return Submission(station="OP10", key=CycleKey(cycle, f"S{cycle}", 0), result=result, others=others, outcome=0)


def outbox_at(path: Path) -> Outbox:
    """An outbox of the bench's author."""
    return Outbox(path, Identity(author=AUTHOR, environment=Environment.TEST), SIGNER, clock, secrets.token_bytes)


async def backlog(path: Path, batches: int, records: int) -> list[bytes]:
    """Fill an outbox with sealed batches, as the sealer leaves them after a long time offline; their bodies."""
    outbox = outbox_at(path)
    await outbox.begin(tagged(sha256(b"c")), one_plan(PLAN))
    bodies: list[bytes] = []
    cycle = 0
    while len(bodies) < batches:
        # results first: once a backlog stands, what may be dropped is not sealed before it is gone
        while await outbox.unsealed() < records:
            await asyncio.gather(*(outbox.append(submission(cycle + n)) for n in range(50)))
            cycle += 50
        batch = await outbox.seal(records)
        assert batch is not None
        bodies.append(batch.body)
    outbox.close()
    return bodies


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, bytes]]:
    """A fresh hub that knows the author: its address and key."""
    hub = create_hub(folder, origin="bench/log", environment=Environment.TEST)
    add_organisation(hub, "o", "O")
    add_plant(hub, "p", organisation="o", name="P")
    add_agent(hub, AUTHOR, plant="p", public_key=to_base64(SIGNER.public_key))
    hub.store.close()
    ready = folder / "ready.json"
    command = [sys.executable, "-m", "hub", "serve", "--data", folder, "--port", "0", "--ready-file", ready]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not ready.exists():
            time.sleep(0.05)
        yield json.loads(ready.read_text())["url"], hub.signer.public_key
    finally:
        process.terminate()
        process.wait(30)


def bare(url: str, bodies: list[bytes]) -> float:
    """Seconds for posting one after the other."""
    sent = [compress(body) for body in bodies]
    headers = {"Content-Type": BATCH_TYPE, "Content-Encoding": "zstd"}
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        begun = time.perf_counter()
        for body in sent:
            assert client.post(BATCHES_PATH, content=body, headers=headers).status_code == 201
        return time.perf_counter() - begun


async def drained(url: str, key: bytes, path: Path) -> tuple[float, float]:
    """Seconds until the backlog has its receipts, and until a small batch sealed meanwhile has its own."""
    outbox = outbox_at(path)
    await outbox.begin(tagged(sha256(b"c")), one_plan(PLAN))
    last = (await outbox.report()).unsent_batches
    hub = Hub(url=url, public_key=key, loopback=True)
    sender = Sender(hub, AUTHOR, outbox, clock=clock, monotonic=time.monotonic, jitter=random)
    begun = time.perf_counter()
    task = asyncio.create_task(sender.run())
    await outbox.append(submission(10**6))
    await outbox.seal(500)
    while not (taken := await outbox.taken_chains()) or taken[0].seq < last:  # noqa: ASYNC110 - asked from outside
        await asyncio.sleep(0.005)
    backlog_s = time.perf_counter() - begun
    while (await outbox.report()).unsent_batches:  # noqa: ASYNC110 - asked from outside
        await asyncio.sleep(0.005)
    small_s = time.perf_counter() - begun
    sender.end()
    await task
    outbox.close()
    return backlog_s, small_s


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batches", type=int, default=60)
    parser.add_argument("--records", type=int, default=500)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="drain-"))
    try:
        bodies = asyncio.run(backlog(folder / "outbox.db", arguments.batches, arguments.records))
        count = sum(body.count(b"\n") - 1 for body in bodies)
        size = sum(map(len, bodies))
        print(f"{len(bodies)} batches, {count} records, {size / 1e6:.1f} MB; {os.cpu_count()} cores")
        ratios = []
        for run in range(arguments.runs):
            with served(folder / f"bare-{run}") as (url, _):
                alone = bare(url, bodies)
            shutil.copy(folder / "outbox.db", folder / f"{run}.db")
            with served(folder / f"hub-{run}") as (url, key):
                all_s, small_s = asyncio.run(drained(url, key, folder / f"{run}.db"))
            ratios.append(all_s / alone)
            print(
                f"bare POSTs {count / alone:7.0f} records/s   uplink {count / all_s:7.0f} records/s   "
                f"ratio of times {all_s / alone:.2f}   the small batch behind it after {small_s - all_s:.2f} s more"
            )
        print(f"median ratio {statistics.median(ratios):.2f}")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
