"""A process for a test: stores cycles of three stations, seals and acknowledges, and says what is durable.

python stored_and_killed.py OUTBOX: prints ``OP10 5 S5`` after cycle 5 of station OP10 is stored, until it is killed.
It begins each station with the last cycle that is stored, as a controller does that got no acknowledgement.
"""

import asyncio
import os
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path

from edge_agent.acquisition.cycle import CycleKey
from edge_agent.outbox.chain import Identity
from edge_agent.outbox.results import Submission
from edge_agent.outbox.store import Outbox
from edge_agent.plans import one_plan
from traceability.identifier.item import part_uri, unit_uri
from traceability.record.master import ControlPlan
from traceability.record.production import UnitResultRecord
from traceability.signing import Ed25519Signer
from traceability.unit import Environment, Verdict

GTIN = "09506000134352"
PLAN = ControlPlan(part=part_uri(GTIN), plant="p", revision="A", name="x", operations=(), characteristics=())


def now():
    return datetime.now(UTC)


async def station(outbox, name, first):
    cycle = first
    while True:
        serial = f"S{cycle}"
        result = UnitResultRecord(
            id=f"{name}-{cycle}", seq=0, salt="", event_time=now(), unit=unit_uri(GTIN, serial), part=part_uri(GTIN),
            operation=name, work_cell="w", verdict=Verdict.OK if cycle % 3 else Verdict.NOT_OK, attempt=0,
        )  # fmt: skip
        await outbox.append(Submission(station=name, key=CycleKey(cycle, serial, 0), result=result))
        sys.stdout.write(f"{name} {cycle}\n")
        sys.stdout.flush()
        cycle += 1


async def seal(outbox):
    while True:
        await outbox.seal(20)
        await asyncio.sleep(0.002)


async def acknowledge(outbox):
    while True:
        batch = await outbox.oldest_unacknowledged()
        if batch is not None:
            await outbox.acknowledge(batch.seq, b"r")
        await asyncio.sleep(0.003)


def last_cycles(path):
    if not path.exists():
        return {}
    connection = sqlite3.connect(path)
    try:
        return dict(connection.execute("SELECT station, count(*) FROM cycle GROUP BY station"))
    except sqlite3.OperationalError:
        return {}
    finally:
        connection.close()


async def main(path):
    last = last_cycles(path)
    identity = Identity(author="supplier-a.line-1", environment=Environment.TEST)
    outbox = Outbox(path, identity, Ed25519Signer.from_seed(b"a" * 32), now, os.urandom)
    await outbox.begin("sha256:" + "c" * 64, one_plan(PLAN))
    stations = [station(outbox, name, max(1, last.get(name, 0))) for name in ("OP10", "OP20", "OP30")]
    await asyncio.gather(*stations, seal(outbox), acknowledge(outbox))


asyncio.run(main(Path(sys.argv[1])))
