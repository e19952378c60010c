"""Ingest into a hub on PostgreSQL beside bare inserts of the same rows into the same server; bytes of each table.

    python bench/hub_postgres.py [--results 20000] [--batch 200] [--measurements 10] [--runs 2]

As ``hub_ingest.py``, with a server of its own on the disk, synced. The bare inserts go through the same driver, in
transactions of the same size: once as ``INSERT`` (``executemany``, pipelined), once as ``COPY``, which is the fastest
that the server can do. Processor time is that of this process and of the server together. Bytes are told as they lie
after the run and without the versions of rows that were replaced, which the server uses again when it has cleaned up.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "bench"), str(ROOT / "tests" / "support")]

from hub_ingest import AUTHOR, SIGNER, _rows, batches, records  # noqa: E402 - the bench beside this one
from small_postgres import SmallPostgres  # noqa: E402 - a real server, as in tests

from hub.composition import create_hub  # noqa: E402
from hub.entry.master import add_agent, add_organisation, add_plant  # noqa: E402
from hub.ingest.ingest import ingest  # noqa: E402
from hub.parts import Hub  # noqa: E402
from traceability.encoding import to_base64  # noqa: E402
from traceability.unit import Environment  # noqa: E402

WORDS = 'text COLLATE "C"'
BARE = f"""
CREATE TABLE result (batch_id bigint, line int, author {WORDS}, chain {WORDS}, seq bigint, event_time bigint,
  result_id {WORDS}, unit {WORDS}, part {WORDS}, operation {WORDS}, work_cell {WORDS}, plant {WORDS}, verdict {WORDS},
  purpose {WORDS}, attempt int, cycle bigint, source_time bigint, defect {WORDS}, plan {WORDS},
  PRIMARY KEY (batch_id, line));
CREATE INDEX result_unit ON result (unit);
CREATE TABLE value (batch_id bigint, line int, item int, author {WORDS}, chain {WORDS}, seq bigint, event_time bigint,
  result_id {WORDS}, unit {WORDS}, operation {WORDS}, plant {WORDS}, characteristic {WORDS}, value bigint,
  decimals int, uom {WORDS}, status {WORDS}, plan {WORDS}, PRIMARY KEY (batch_id, line, item));
CREATE INDEX value_unit ON value (unit);
"""
COLUMNS = {"result": 19, "value": 17}
_TICKS = os.sysconf("SC_CLK_TCK")
Insert = Callable[[psycopg.Cursor, str, list[tuple[object, ...]]], None]


@contextmanager
def server() -> Iterator[SmallPostgres]:
    """One on the disk, synced; ended when the block is left."""
    made = SmallPostgres(lasting=True)
    try:
        yield made
    finally:
        made.close()


def hub_on(folder: Path, address: str) -> Hub:
    """A new hub in the database at ``address``, with the agent registered."""
    hub = create_hub(folder, origin="bench/log", environment=Environment.TEST, store_url=address)
    add_organisation(hub, "company", "Company")
    add_plant(hub, "p", organisation="company", name="p")
    add_agent(hub, AUTHOR, plant="p", public_key=to_base64(SIGNER.public_key))
    return hub


def server_processor(postgres: SmallPostgres) -> float:
    """Seconds of processor time that the server's processes have had."""
    used = 0.0
    own = postgres.pid
    children = Path(f"/proc/{own}/task/{own}/children").read_text().split()
    for pid in (own, *map(int, children)):
        try:
            words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        used += sum(map(int, words[11 : 15 if pid == own else 13])) / _TICKS  # of what has ended, too
    return used


class Meter:
    """Time by the clock and of processors, of this process and a server, while ``counting``."""

    def __init__(self, postgres: SmallPostgres) -> None:
        self._postgres = postgres
        self.wall = self.cpu = 0.0

    @contextmanager
    def counting(self) -> Iterator[None]:
        of_server = server_processor(self._postgres)
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.wall += time.perf_counter() - wall
        self.cpu += time.process_time() - cpu + server_processor(self._postgres) - of_server


def by_insert(cursor: psycopg.Cursor, table: str, rows: list[tuple[object, ...]]) -> None:
    cursor.executemany(f"INSERT INTO {table} VALUES ({','.join(['%s'] * COLUMNS[table])})", rows)


def by_copy(cursor: psycopg.Cursor, table: str, rows: list[tuple[object, ...]]) -> None:
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def bare(postgres: SmallPostgres, options: argparse.Namespace, put: Insert) -> tuple[float, float, int]:
    """Seconds by the clock, of processor, and bytes, of the same rows and nothing else."""
    dice, meter = random.Random(7), Meter(postgres)
    with closing(psycopg.connect(postgres.new_database(), autocommit=True)) as connection:
        connection.execute(BARE)
        for first in range(0, options.results, options.batch):
            count = min(options.batch, options.results - first)
            results, values = _rows(list(records(first, count, options.measurements, dice)))
            with meter.counting(), connection.transaction(), connection.cursor() as cursor:
                put(cursor, "result", results)
                put(cursor, "value", values)
        sizes = connection.execute("SELECT sum(pg_total_relation_size(c)) FROM unnest('{result,value}'::regclass[]) c")
        (size,) = sizes.fetchone() or (0,)
    return meter.wall, meter.cpu, int(size)


class Size(NamedTuple):
    """Bytes of a table: its rows, what lies beside them because it is long, and its indexes."""

    rows: int
    beside: int
    indexes: int


def sizes_of(connection: psycopg.Connection) -> dict[str, Size]:
    """Of each table, the largest first."""
    found = connection.execute(
        "SELECT relname, pg_table_size(oid) - coalesce(pg_total_relation_size(nullif(reltoastrelid, 0)), 0),"
        " coalesce(pg_total_relation_size(nullif(reltoastrelid, 0)), 0), pg_indexes_size(oid) FROM pg_class"
        " WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
        " ORDER BY pg_total_relation_size(oid) DESC"
    )
    return {name: Size(*map(int, size)) for name, *size in found}


def tell_sizes(what: str, found: dict[str, Size], results: int) -> None:
    """Bytes a result, of all that is there and of each table with a byte or more a result."""
    print(f"{what}: {sum(map(sum, found.values())) / results:,.0f} bytes a result")
    for name, size in found.items():
        if sum(size) > results:
            rows, beside, indexes = (each / results for each in size)
            print(f"    {name:14} {rows:5.0f} rows {beside:5.0f} beside them {indexes:5.0f} indexes")


def less(found: dict[str, Size], empty: dict[str, Size]) -> dict[str, Size]:
    """What came to an empty hub."""
    return {
        name: Size(*(now - then for now, then in zip(size, empty[name], strict=True))) for name, size in found.items()
    }


def tell(what: str, results: int, wall: float, cpu: float, size: int) -> None:
    print(
        f"{what:12} {results / wall:8,.0f} results/s {1e6 * cpu / results:7,.0f} µs of processor time"
        f" {size / results:7,.0f} bytes a result on disk",
        flush=True,
    )


def run(postgres: SmallPostgres, made: list[bytes], options: argparse.Namespace) -> None:
    """One of each, in turn."""
    with tempfile.TemporaryDirectory() as folder:
        address = postgres.new_database()
        hub = hub_on(Path(folder) / "hub", address)
        with closing(psycopg.connect(address, autocommit=True)) as connection:
            empty = sizes_of(connection)
        meter = Meter(postgres)
        with meter.counting():
            for body in made:
                ingest(hub, body, compressed=True)
        hub.store.close()
        with closing(psycopg.connect(address, autocommit=True)) as connection:
            grown = less(sizes_of(connection), empty)
            connection.execute("VACUUM FULL")
            lasting = less(sizes_of(connection), empty)
    tell("ingest", options.results, meter.wall, meter.cpu, sum(map(sum, grown.values())))
    for name, put in {"INSERT": by_insert, "COPY": by_copy}.items():
        one_wall, one_cpu, size = bare(postgres, options, put)
        tell(f"bare {name}", options.results, one_wall, one_cpu, size)
        clock, used = one_wall / meter.wall, one_cpu / meter.cpu
        print(f"ratio: {clock:.2f} of the rate of bare {name} by the clock, {used:.2f} of processor time")
    tell_sizes("as it lies", grown, options.results)
    tell_sizes("without replaced versions", lasting, options.results)


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--results", type=int, default=20_000)
    arguments.add_argument("--batch", type=int, default=200)
    arguments.add_argument("--measurements", type=int, default=10)
    arguments.add_argument("--runs", type=int, default=2)
    options = arguments.parse_args()
    made = batches(options.results, options.batch, options.measurements)
    with server() as postgres:
        for _ in range(options.runs):
            run(postgres, made, options)


if __name__ == "__main__":
    main()
