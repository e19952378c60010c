"""How long the interlock takes to decide, against the least that any answer from a file can take.

    python bench/edge_interlock.py [--units 20000] [--decisions 2000] [--data FOLDER]

One run, decision by decision: the outbox holds so many units with results, lots and holds, another task keeps storing
results, and beside each decision one bare SQLite point read of the same file is timed. Absolute times say little on a
shared machine; the ratio does. The decision must stay under 50 ms.
"""

import argparse
import asyncio
import secrets
import sqlite3
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from edge_agent.acquisition.cycle import CycleKey
from edge_agent.interlock.decision import Policy, Question, may_process
from edge_agent.interlock.facts import Hold, UnitState
from edge_agent.outbox.chain import Identity
from edge_agent.outbox.decisions import Lookup
from edge_agent.outbox.holds import HoldFile
from edge_agent.outbox.results import Submission
from edge_agent.outbox.store import Outbox
from edge_agent.plans import one_plan
from traceability.identifier.item import lot_uri, part_uri, unit_uri
from traceability.record.master import ControlPlan, Operation
from traceability.record.production import HoldScope, UnitResultRecord
from traceability.signing import Ed25519Signer
from traceability.unit import Environment, Verdict

GTIN = "09506000134352"
PLAN = ControlPlan(
    part=part_uri(GTIN),
    plant="p",
    revision="A",
    name="x",
    operations=tuple(Operation(id=name, name=name) for name in ("OP10", "OP20", "OP30")),
    characteristics=(),
)


def now() -> datetime:
    return datetime.now(UTC)


def submission(number: int, serial: str) -> Submission:
    result = UnitResultRecord(
        id=f"r{number}", seq=0, salt="", event_time=now(), unit=unit_uri(GTIN, serial), part=PLAN.part,
        operation="OP10", work_cell="w", verdict=Verdict.OK, attempt=0,
    )  # fmt: skip
    return Submission(station="ST10", key=CycleKey(number, serial, 0), result=result)


async def fill(outbox: Outbox, path: Path, units: int) -> None:
    for first in range(0, units, 500):
        numbers = range(first, min(first + 500, units))
        states = [
            UnitState(
                unit=unit_uri(GTIN, f"S{number}"), at=now(), operation="OP10", verdict=Verdict.OK,
                lots=(lot_uri(GTIN, f"L{number % 50}"),),
            )
            for number in numbers
        ]  # fmt: skip
        await outbox.receive_states(states)
    for number in range(200):
        HoldFile(path, lambda: secrets.token_hex(16)).place(
            Hold(
                id=f"h{number}", scope=HoldScope.UNIT, target=unit_uri(GTIN, f"S{number * 7}"), reason="bench",
                placed_by="b", placed_at=now(),
            )
        )  # fmt: skip


async def keep_storing(outbox: Outbox) -> None:
    number = 10_000_000
    while True:
        number += 1
        await outbox.append(submission(number, f"N{number}"))
        await asyncio.sleep(0.005)


async def measure(path: Path, units: int, decisions: int) -> tuple[list[float], list[float]]:
    random, lookup, policy = Random(1), Lookup(path), Policy(own_operations=frozenset({"OP10"}))
    bare = sqlite3.connect(path)
    decided, read = [], []
    for _ in range(decisions):
        unit = unit_uri(GTIN, f"S{random.randrange(units)}")
        question = Question(station="ST20", operation="OP20", unit=unit)
        begun = time.perf_counter()
        facts, holds = await lookup.facts(unit, ("ST20",))
        may_process(question, PLAN, facts, holds, policy)
        decided.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        bare.execute("SELECT verdict FROM unit_state WHERE unit = ? AND operation = 'OP10'", (unit,)).fetchone()
        read.append(time.perf_counter() - begun)
        await asyncio.sleep(0)
    bare.close()
    return decided, read


def quantile(times: list[float], share: float) -> float:
    return statistics.quantiles(times, n=1000)[round(share * 1000) - 1] * 1000


async def run(folder: Path, units: int, decisions: int) -> bool:
    path = folder / "outbox.db"
    identity = Identity(author="bench", environment=Environment.TEST)
    outbox = Outbox(path, identity, Ed25519Signer.from_seed(b"b" * 32), now, secrets.token_bytes)
    await outbox.begin("sha256:" + "c" * 64, one_plan(PLAN))
    await fill(outbox, path, units)
    storing = asyncio.create_task(keep_storing(outbox))
    decided, read = await measure(path, units, decisions)
    storing.cancel()
    await asyncio.gather(storing, return_exceptions=True)
    outbox.close()
    print(f"{units} units, {decisions} decisions while results are stored")
    for name, share in (("median", 0.5), ("p99", 0.99)):
        mine, least = quantile(decided, share), quantile(read, share)
        print(f"{name:<7} decision {mine:8.3f} ms   bare point read {least:8.3f} ms   ratio {mine / least:6.1f}")
    print(f"worst   decision {max(decided) * 1000:8.3f} ms (must stay under 50)")
    return quantile(decided, 0.99) < 50


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--units", type=int, default=20_000)
    parser.add_argument("--decisions", type=int, default=2_000)
    parser.add_argument("--data", type=Path, help="where the outbox lies; a temporary folder by default")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.data) as folder:
        return 0 if asyncio.run(run(Path(folder), options.units, options.decisions)) else 1


if __name__ == "__main__":
    raise SystemExit(main())
