"""What early warning costs: one measurement through its summary and all default rules, and one result on its way.

    python bench/edge_alarm.py [--values 50000] [--rounds 9] [--data FOLDER]

First one measurement through the running sums, the patterns of Western Electric, drift (three statistics) and trend,
beside a bare update of a dict with the same value and one SHA-256 of 64 bytes, in processor time, the best of the
rounds (what others do on the machine only adds). It must stay under 10 µs. Then results of one measurement appended to
an outbox under a plan with rules and under the same plan without: what the transaction costs more, state included.
Read the ratios; absolute times say little on a shared machine.
"""

import argparse
import asyncio
import hashlib
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

from edge_agent.acquisition.cycle import CycleKey
from edge_agent.outbox.chain import Identity
from edge_agent.outbox.results import Submission
from edge_agent.outbox.store import Outbox
from edge_agent.plans import one_plan
from traceability.identifier.item import part_uri, unit_uri
from traceability.measurement import Characteristic
from traceability.quality.alarm.rule import (
    AlarmRule,
    ClockRule,
    ConsecutiveRule,
    DriftRule,
    FrozenBaseline,
    NoReadRule,
    PatternRule,
    TrendRule,
    YieldRule,
)
from traceability.quality.alarm.watch import Seen, Watch
from traceability.record.master import ControlPlan, Operation
from traceability.record.production import MeasuredValue, MeasurementsRecord, UnitResultRecord
from traceability.signing import Ed25519Signer
from traceability.unit import Environment, Verdict

GTIN = "09506000134352"
BORE = Characteristic(
    id="bore", name="Bore", operation="OP10", uom="mm", decimals=3, lsl=Decimal("24.900"), usl=Decimal("25.100")
)
BASELINE = FrozenBaseline(
    id="b", centre=Decimal(25), sigma=Decimal("0.01"), who="bench", at=datetime(2026, 1, 1, tzinfo=UTC), why="bench",
    data=("bench",),
)  # fmt: skip
OF_VALUES: tuple[AlarmRule, ...] = (
    PatternRule(id="patterns", characteristic="bore", baseline=BASELINE),
    DriftRule(id="drift", characteristic="bore", baseline=BASELINE),
    TrendRule(id="trend", characteristic="bore"),
)
OF_RESULTS: tuple[AlarmRule, ...] = (
    YieldRule(id="yield", operation="OP10", accepted=Decimal("0.02"), raised=Decimal("0.04")),
    NoReadRule(id="reads", operation="OP10", accepted=Decimal("0.001"), raised=Decimal("0.01")),
    ConsecutiveRule(id="row", operation="OP10"),
    ClockRule(id="clock", operation="OP10"),
)
LIMIT_US = 10.0


def timed(work: Callable[[], None], count: int) -> float:
    """Microseconds of processor time each."""
    begun = time.process_time()
    work()
    return (time.process_time() - begun) / count * 1e6


def streaming(values: int, rounds: int) -> bool:
    random = Random(1)
    drawn = [round(random.gauss(25_000, 10)) for _ in range(values)]
    seen = [
        Seen(at_ms=n * 1000, failed=False, no_read=False, offset_ms=3, values=(("bore", value),))
        for n, value in enumerate(drawn)
    ]
    watch, bare, block = Watch((*OF_VALUES, *OF_RESULTS), [BORE], "OP10"), {"bore": 0}, b"x" * 64

    def through_rules() -> None:
        for one in seen:
            watch.see(one)

    def through_dict() -> None:
        for value in drawn:
            bare["bore"] = value

    def through_hash() -> None:
        for _ in drawn:
            hashlib.sha256(block).digest()

    times = [[timed(work, values) for work in (through_rules, through_dict, through_hash)] for _ in range(rounds)]
    rules, least, hashed = (min(column) for column in zip(*times, strict=True))
    print(f"{values} measurements, best of {rounds} rounds, summary and all default rules")
    print(f"one measurement {rules:6.2f} µs   bare dict update {least:6.3f} µs   ratio {rules / least:5.0f}")
    print(f"{'':23}   one SHA-256      {hashed:6.3f} µs   ratio {rules / hashed:5.1f}")
    print(f"state of the station: {len(watch.state())} bytes")
    return rules < LIMIT_US


def submission(number: int, value: int) -> Submission:
    unit, at = unit_uri(GTIN, f"S{number}"), datetime.now(UTC)
    result = UnitResultRecord(
        id=f"r{number}", seq=0, salt="", event_time=at, unit=unit, part=part_uri(GTIN), operation="OP10",
        work_cell="w", verdict=Verdict.OK, attempt=0,
    )  # fmt: skip
    measured = MeasuredValue(characteristic="bore", value=value, decimals=3, uom="mm")
    values = MeasurementsRecord(
        id=f"r{number}", seq=0, salt="", event_time=at, unit=unit, operation="OP10", values=(measured,)
    )
    return Submission(station="ST10", key=CycleKey(number, f"S{number}", 0), result=result, others=(values,))


async def opened(path: Path, alarms: tuple[AlarmRule, ...]) -> Outbox:
    identity = Identity(author="bench", environment=Environment.TEST)
    outbox = Outbox(path, identity, Ed25519Signer.from_seed(b"b" * 32), lambda: datetime.now(UTC), secrets.token_bytes)
    plan = ControlPlan(
        part=part_uri(GTIN), plant="p", revision="A", name="x", operations=(Operation(id="OP10", name="x"),),
        characteristics=(BORE,), alarms=alarms,
    )  # fmt: skip
    await outbox.begin("sha256:" + "c" * 64, one_plan(plan))
    return outbox


async def appending(folder: Path, results: int) -> None:
    """Both outboxes take turns, result by result."""
    watched = await opened(folder / "watched.db", (*OF_VALUES, *OF_RESULTS))
    plain = await opened(folder / "plain.db", ())
    random, took = Random(2), ([], [])  # type: tuple[list[float], list[float]]
    for number in range(1, results + 1):
        one = submission(number, round(random.gauss(25_000, 10)))
        for outbox, times in zip((watched, plain), took, strict=True):
            begun = time.perf_counter()
            await outbox.append(one)
            times.append((time.perf_counter() - begun) * 1e6)
    watched.close()
    plain.close()
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        mine, least = (statistics.quantiles(times, n=100)[round(share * 100) - 1] for times in took)
        print(f"append {name}: with rules {mine:7.0f} µs   without {least:7.0f} µs   ratio {mine / least:5.2f}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--values", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--results", type=int, default=500)
    parser.add_argument("--data", type=Path, help="where the outboxes lie; a temporary folder by default")
    options = parser.parse_args()
    held = streaming(options.values, options.rounds)
    with tempfile.TemporaryDirectory(dir=options.data) as folder:
        asyncio.run(appending(Path(folder), options.results))
    return 0 if held else 1


if __name__ == "__main__":
    raise SystemExit(main())
