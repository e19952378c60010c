"""Many agents with few results each: what a small batch costs, and an hour that has little in it.

    python bench/hub_sparse.py [--agents 100] [--an-hour 6] [--hours 6] [--batch 1] [--file]

Each agent is a station of its own with ten characteristics, makes ``--an-hour`` results an hour and seals ``--batch``
of them together; 64 batches are written in one transaction, as a busy hub does. Told are processor time of a batch, of
hub and server, and bytes a result: of each table of a PostgreSQL server, or of a file, once they are cleaned up.
``bench/hub_postgres.py`` and ``bench/hub_ingest.py`` say the same of large batches of one busy station;
``bench/plan.py`` reckons with both.
"""

import argparse
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
from hub_ingest import BEGIN, GTIN  # the benches beside this one
from hub_postgres import Meter, less, server, sizes_of, tell_sizes

from hub.composition import create_hub
from hub.entry.master import add_agent, add_organisation, add_plant
from hub.ingest.ingest import identify_logged, open_logged
from hub.ingest.together import store_together
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

TOGETHER = 64


class Station:
    """An agent that seals few results at a time."""

    def __init__(self, number: int, dice: random.Random) -> None:
        self.author = f"bench.line-{number}"
        self.signer = Ed25519Signer.from_seed(sha256(self.author.encode()))
        self._number, self._dice = number, dice
        self._chain = sha256(self.author.encode()).hex()[:32]
        self._made = self._seq = 0
        self._prev: str | None = None

    def batch(self, results: int, every: timedelta) -> bytes:
        """The next one, sealed and compressed."""
        lines = [
            encode_record(record) for number in range(results) for record in self._records(self._made + number, every)
        ]
        header = Header(
            format=FORMAT_VERSION, author=self.author, environment=Environment.TEST, chain=self._chain,
            seq=self._seq + 1, prev=self._prev, sealed_at=BEGIN + (self._made + results) * every,
            first_record=2 * self._made + 1, records=len(lines), root=records_root(lines),
            config=tagged(sha256(b"configuration")),
        )  # fmt: skip
        sealed = seal_batch(header, lines, self.signer)
        self._made, self._seq, self._prev = self._made + results, self._seq + 1, open_batch(sealed).hash
        return compress(sealed)

    def _records(self, number: int, every: timedelta) -> Iterator[Record]:
        at, dice = BEGIN + number * every, self._dice
        unit, name = unit_uri(GTIN, f"S{self._number:05d}-{number:06d}"), f"r-{self._number}-{number:06d}"
        yield UnitResultRecord(
            id=name, seq=2 * number + 1, salt=dice.randbytes(16).hex(), event_time=at, unit=unit, part=part_uri(GTIN),
            operation="OP10", work_cell=f"w{self._number}", verdict=Verdict.OK, attempt=1, cycle=number, source_time=at,
        )  # fmt: skip
        yield MeasurementsRecord(
            id=name, seq=2 * number + 2, salt=dice.randbytes(16).hex(), event_time=at, unit=unit, operation="OP10",
            values=tuple(
                MeasuredValue(characteristic=f"c{one}", value=round(dice.gauss(25_000, 60)), decimals=4, uom="mm")
                for one in range(10)
            ),
        )  # fmt: skip


def hub_of(folder: Path, address: str | None, stations: list[Station]) -> Hub:
    """A new hub that knows the stations, in the database at ``address`` or in a file."""
    hub = create_hub(folder, origin="bench/log", environment=Environment.TEST, store_url=address)
    add_organisation(hub, "company", "Company")
    add_plant(hub, "p", organisation="company", name="p")
    for station in stations:
        add_agent(hub, station.author, plant="p", public_key=to_base64(station.signer.public_key))
    return hub


def take(hub: Hub, bodies: list[bytes]) -> None:
    """As many at once as a busy hub writes together."""
    for first in range(0, len(bodies), TOGETHER):
        verified = [
            open_logged(hub, identify_logged(hub, body, compressed=True)) for body in bodies[first : first + TOGETHER]
        ]
        for outcome in store_together(hub, verified):
            if isinstance(outcome, Exception):
                raise outcome


def waves_of(stations: list[Station], sizes: list[int], every: timedelta) -> Iterator[list[bytes]]:
    """A batch of each station, again and again."""
    for size in sizes:
        yield [station.batch(size, every) for station in stations]


def on_a_server(data: Path, stations: list[Station], sizes: list[int], every: timedelta) -> tuple[float, float, int]:
    """Seconds by the clock and of processors, bytes sent; tells what each table takes."""
    with server() as postgres:
        address, meter, sent = postgres.new_database(), Meter(postgres), 0
        hub = hub_of(data, address, stations)
        with closing(psycopg.connect(address, autocommit=True)) as connection:
            connection.execute("VACUUM FULL")
            empty = sizes_of(connection)
        for bodies in waves_of(stations, sizes, every):
            sent += sum(map(len, bodies))
            with meter.counting():
                take(hub, bodies)
        hub.store.close()
        with closing(psycopg.connect(address, autocommit=True)) as connection:
            connection.execute("VACUUM FULL")
            found = less(sizes_of(connection), empty)
    tell_sizes("without replaced versions", found, sum(sizes) * len(stations))
    return meter.wall, meter.cpu, sent


def in_a_file(data: Path, stations: list[Station], sizes: list[int], every: timedelta) -> tuple[float, float, int]:
    """As ``on_a_server``; of a file there is the whole to tell."""
    hub = hub_of(data, None, stations)
    empty, wall, cpu, sent = cleaned(data), 0.0, 0.0, 0
    for bodies in waves_of(stations, sizes, every):
        sent += sum(map(len, bodies))
        began = time.perf_counter(), time.process_time()
        take(hub, bodies)
        wall, cpu = wall + time.perf_counter() - began[0], cpu + time.process_time() - began[1]
    hub.store.close()
    print(f"in a file: {(cleaned(data) - empty) / (sum(sizes) * len(stations)):,.0f} bytes a result")
    return wall, cpu, sent


def cleaned(data: Path) -> int:
    """Bytes of the file without what is free in it."""
    with closing(sqlite3.connect(data / "hub.db")) as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return (data / "hub.db").stat().st_size


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--agents", type=int, default=100)
    arguments.add_argument("--an-hour", type=int, default=6)
    arguments.add_argument("--hours", type=int, default=6)
    arguments.add_argument("--batch", type=int, default=1)
    arguments.add_argument("--file", action="store_true", help="in a file and not on a server")
    options = arguments.parse_args()
    dice, every = random.Random(7), timedelta(hours=1) / options.an_hour
    stations = [Station(number, dice) for number in range(options.agents)]
    results = options.agents * options.an_hour * options.hours
    waves = options.an_hour * options.hours // options.batch
    with tempfile.TemporaryDirectory() as folder:
        measure = in_a_file if options.file else on_a_server
        wall, cpu, sent = measure(Path(folder) / "hub", stations, [options.batch] * waves, every)
    batches = waves * options.agents
    print(f"{results} results in {batches} batches: {1e3 * cpu / batches:.2f} ms of processor time a batch,")
    print(f"{1e3 * wall / batches:.2f} ms by the clock; {sent / batches:,.0f} bytes a batch as sent, compressed")


if __name__ == "__main__":
    main()
