"""Unit results a second through the hub's ingest, every check done; beside a bare insert of the same rows.

    python bench/hub_ingest.py [--results 20000] [--batch 200] [--measurements 10] [--runs 2] [--stations 1]

An agent's batches (a unit result and its measurements each: two salted records) are made and signed beforehand. Ingest
verifies, appends to the log, projects and rolls up, one durable transaction a batch. The bare insert writes one row a
unit result and one a measured value into tables with the same columns and an index on the unit, in transactions of the
same size and durability, with nothing read, hashed, checked or rolled up. With ``--stations`` every unit then passes so
many operations, each told by an author of its own, and it is said what a result of each costs beside the first.
"""

import argparse
import random
import resource
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hub.composition import create_hub
from hub.entry.master import add_agent, add_organisation, add_plant
from hub.ingest.ingest import ingest
from hub.memory import few_collections
from hub.parts import Hub
from traceability.batch.header import FORMAT_VERSION, Header
from traceability.batch.open import compress, open_batch
from traceability.batch.seal import records_root, seal_batch
from traceability.encoding import sha256, tagged, to_base64
from traceability.identifier.item import part_uri, unit_uri
from traceability.record.base import Record
from traceability.record.codec import encode_record
from traceability.record.production import MeasuredValue, MeasurementsRecord, UnitResultRecord
from traceability.signing import Ed25519Signer
from traceability.unit import Environment, Verdict

AUTHOR, GTIN, CHAIN = "bench.line-1", "09506000134352", "c" * 32
SIGNER = Ed25519Signer.from_seed(b"a" * 32)
BEGIN = datetime(2026, 3, 1, 8, tzinfo=UTC)


def author_of(station: int) -> str:
    """Who tells of a station, from 0."""
    return AUTHOR if not station else f"bench.line-{station + 1}"


def records(first: int, count: int, values: int, dice: random.Random, station: int = 0) -> Iterator[Record]:
    """Two records a unit, a unit every two seconds, a minute from station to station."""
    operation = f"OP{10 * (station + 1)}"
    for number in range(first, first + count):
        unit, at = unit_uri(GTIN, f"S{number:08d}"), BEGIN + timedelta(seconds=2 * number, minutes=station)
        seq = 2 * number + 1
        result, measured = dice.randbytes(16).hex(), dice.randbytes(16).hex()
        name = f"r-{number:08d}" if not station else f"r-{station}-{number:08d}"
        yield UnitResultRecord(
            id=name, seq=seq, salt=result, event_time=at, unit=unit, part=part_uri(GTIN), operation=operation,
            work_cell="w", verdict=Verdict.OK, attempt=1, cycle=number, source_time=at,
        )  # fmt: skip
        yield MeasurementsRecord(
            id=name, seq=seq + 1, salt=measured, event_time=at, unit=unit, operation=operation,
            values=tuple(
                MeasuredValue(characteristic=f"c{one}", value=round(dice.gauss(25_000, 60)), decimals=4, uom="mm")
                for one in range(values)
            ),
        )  # fmt: skip


def batches(results: int, size: int, values: int, station: int = 0) -> list[bytes]:
    """Sealed and compressed, in the order of their chain."""
    author, chain = author_of(station), CHAIN if not station else f"{station:032x}"
    dice, prev, made = random.Random(7), None, []
    for seq, first in enumerate(range(0, results, size), start=1):
        lines = [encode_record(record) for record in records(first, min(size, results - first), values, dice, station)]
        header = Header(
            format=FORMAT_VERSION, author=author, environment=Environment.TEST, chain=chain, seq=seq, prev=prev,
            sealed_at=BEGIN + timedelta(seconds=2 * (first + size)), first_record=2 * first + 1, records=len(lines),
            root=records_root(lines), config=tagged(sha256(b"configuration")),
        )  # fmt: skip
        sealed = seal_batch(header, lines, SIGNER)
        prev = open_batch(sealed).hash
        made.append(compress(sealed))
    return made


def fresh_hub(folder: Path) -> Hub:
    """With the agent registered."""
    hub = create_hub(folder, origin="bench/log", environment=Environment.TEST)
    add_organisation(hub, "company", "Company")
    add_plant(hub, "p", organisation="company", name="p")
    add_agent(hub, AUTHOR, plant="p", public_key=to_base64(SIGNER.public_key))
    return hub


def bare(path: Path, results: int, size: int, values: int) -> None:
    """The same rows, and nothing else."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(_BARE)
    dice = random.Random(7)
    for first in range(0, results, size):
        made = list(records(first, min(size, results - first), values, dice))
        results_rows, value_rows = _rows(made)
        started = time.perf_counter(), time.process_time()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(f"INSERT INTO result VALUES ({','.join('?' * 19)})", results_rows)
        connection.executemany(f"INSERT INTO value VALUES ({','.join('?' * 17)})", value_rows)
        connection.execute("COMMIT")
        _BARE_TIME[0] += time.perf_counter() - started[0]
        _BARE_TIME[1] += time.process_time() - started[1]
    connection.close()


_BARE_TIME = [0.0, 0.0]
_BARE = """
PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32768;
CREATE TABLE result (batch_id INTEGER, line INTEGER, author TEXT, chain TEXT, seq INTEGER, event_time INTEGER,
  result_id TEXT, unit TEXT, part TEXT, operation TEXT, work_cell TEXT, plant TEXT, verdict TEXT, purpose TEXT,
  attempt INTEGER, cycle INTEGER, source_time INTEGER, defect TEXT, plan TEXT, PRIMARY KEY (batch_id, line));
CREATE INDEX result_unit ON result (unit);
CREATE TABLE value (batch_id INTEGER, line INTEGER, item INTEGER, author TEXT, chain TEXT, seq INTEGER,
  event_time INTEGER, result_id TEXT, unit TEXT, operation TEXT, plant TEXT, characteristic TEXT, value INTEGER,
  decimals INTEGER, uom TEXT, status TEXT, plan TEXT, PRIMARY KEY (batch_id, line, item));
CREATE INDEX value_unit ON value (unit);
"""


def _rows(made: list[Record]) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    results, values = [], []
    for line, record in enumerate(made):
        at = int(record.event_time.timestamp() * 1_000_000)
        batch_id = record.seq // 400
        if isinstance(record, UnitResultRecord):
            results.append(
                (batch_id, line, AUTHOR, CHAIN, record.seq, at, record.id, record.unit, record.part, "OP10", "w", "p",
                 str(record.verdict), str(record.purpose), 1, record.cycle, at, None, None)
            )  # fmt: skip
        elif isinstance(record, MeasurementsRecord):
            values += [
                (batch_id, line, item, AUTHOR, CHAIN, record.seq, at, record.id, record.unit, "OP10", "p",
                 one.characteristic, one.value, one.decimals, one.uom, str(one.status), None)
                for item, one in enumerate(record.values)
            ]  # fmt: skip
    return results, values


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def _tell(what: str, results: int, wall: float, cpu: float, size: int) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{what:13} {results / wall:9,.0f} results/s {results / cpu:9,.0f} a second of processor time  "
        f"{size / results:7,.0f} bytes a result on disk   peak {peak:5.0f} MB",
        flush=True,
    )


def _run(folder: Path, made: list[bytes], options: argparse.Namespace) -> None:
    hub = fresh_hub(folder / "hub")
    wall, cpu = _timed(lambda: [ingest(hub, body, compressed=True) for body in made])
    hub.store.close()
    _tell(
        "ingest", options.results, wall, cpu, sum(f.stat().st_size for f in (folder / "hub").rglob("*") if f.is_file())
    )
    print(f"{'':13} {sum(map(len, made)) / options.results:7,.0f} bytes a result as sent, compressed")
    _BARE_TIME[:] = 0.0, 0.0
    bare(folder / "bare.db", options.results, options.batch, options.measurements)
    _tell("bare inserts", options.results, *_BARE_TIME, (folder / "bare.db").stat().st_size)
    by_clock, by_processor = _BARE_TIME[0] / wall, _BARE_TIME[1] / cpu
    print(f"ratio: {by_clock:.2f} of the bare inserts' rate by the clock, {by_processor:.2f} of processor time")


def _run_stations(folder: Path, options: argparse.Namespace) -> None:
    """Batch by batch one station after the other, as a line sends them."""
    hub = fresh_hub(folder / "hub")
    for station in range(1, options.stations):
        add_agent(hub, author_of(station), plant="p", public_key=to_base64(SIGNER.public_key))
    made = [batches(options.results, options.batch, options.measurements, each) for each in range(options.stations)]
    used = [0.0] * options.stations
    for sent in zip(*made, strict=True):
        for station, body in enumerate(sent):
            used[station] += _timed(lambda body=body: ingest(hub, body, compressed=True))[1]
    hub.store.close()
    for station, cpu in enumerate(used, start=1):
        each = 1e6 * cpu / options.results
        print(f"station {station}: {each:5.0f} µs of processor time a result, {cpu / used[0]:.2f} of the first one's")


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--results", type=int, default=20_000)
    arguments.add_argument("--batch", type=int, default=200)
    arguments.add_argument("--measurements", type=int, default=10)
    arguments.add_argument("--runs", type=int, default=2)
    arguments.add_argument("--stations", type=int, default=1)
    options = arguments.parse_args()
    made = batches(options.results, options.batch, options.measurements)
    few_collections()  # as the hub does before it serves
    for _ in range(options.runs):
        with tempfile.TemporaryDirectory() as folder:
            _run(Path(folder), made, options)
        if options.stations > 1:
            with tempfile.TemporaryDirectory() as folder:
                _run_stations(Path(folder), options)


if __name__ == "__main__":
    main()
