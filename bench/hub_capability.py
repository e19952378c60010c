"""Capability of a characteristic over a window, from the hub's roll-ups; and the same by reading every value.

A real store is filled with roll-ups of simulated streams (the raw rows, which the question never touches, are left
out: the hour, day and month rows are those that ingest would have written). The comparison computes the same figures
from a plain list of the same integers in memory, which is kinder to scanning than any database would be.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np

from hub.rollup.add_up import kept_of
from hub.rollup.hours import hour_of
from hub.rollup.keep import close
from hub.rollup.sample import stream_id
from hub.rollup.window import Narrowing, period
from hub.store.backend.sqlite_file import create_store
from hub.store.core.database import Store
from hub.store.rollup.queries import HOUR, Range, SpanRow, StreamRow, put_spans, put_streams
from traceability.measurement import Characteristic
from traceability.quality.capability import assess_capability
from traceability.quality.rollup_figures import rollup_capability, rollup_percentiles

BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
HOURS = 365 * 24
CELLS = 2


def characteristic(number: int) -> Characteristic:
    return Characteristic(
        id=f"c{number}",
        name="",
        operation="OP10",
        uom="mm",
        decimals=3,
        lsl=Decimal("24.9"),
        usl=Decimal("25.1"),
        key=True,
    )


def fill(store: Store, characteristics: int, per_stream: int, sigma: int, seed: int) -> list[int]:
    """Write the streams; the values of the first characteristic's first cell, for scanning."""
    source = random.Random(seed)
    shown: list[int] = []
    for number in range(characteristics):
        for cell in range(CELLS):
            values = [25_000 + round(source.gauss(0, sigma)) for _ in range(per_stream)]
            write_stream(store, f"c{number}", f"cell-{cell}", values)
            shown = shown or values
    return shown


def write_stream(store: Store, name: str, cell: str, values: list[int]) -> None:
    stream = StreamRow(
        id="",
        plant="plant",
        part="part",
        operation="OP10",
        work_cell=cell,
        characteristic=name,
        uom="mm",
        decimals=3,
        author="author",
        chain="0" * 32,
        next_position=len(values),
        last_hour=hour_of(BEGIN) + HOURS - 1,
    )
    stream = StreamRow(**{f: getattr(stream, f) for f in StreamRow.__struct_fields__} | {"id": stream_id(stream)})
    first, hours = hour_of(BEGIN), sorted({i * HOURS // len(values) for i in range(len(values))})
    edges = [-(-hour * len(values) // HOURS) for hour in hours] + [len(values)]
    with store.writing() as connection:
        for hour, start, end in zip(hours, edges, edges[1:], strict=False):
            made = kept_of(3, np.arange(start, end), np.array(values[start:end], np.int64))
            span = SpanRow(
                stream=stream.id,
                span=HOUR,
                start=first + hour,
                first_position=start,
                left_out=0,
                first_batch=1,
                last_batch=1,
                n=end - start,
                rollup=made,
            )
            put_spans(connection, [span])
        put_streams(connection, [stream])
        close(connection, stream.id, [first + hour for hour in hours], stream.last_hour)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--values", type=int, default=10_000_000, help="measured values stored in all")
    parser.add_argument("--characteristics", type=int, default=10)
    parser.add_argument("--sigma", type=int, default=15, help="spread of the values, in steps of their resolution")
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    per_stream = given.values // (given.characteristics * CELLS)
    with tempfile.TemporaryDirectory() as folder:
        store = create_store(Path(folder) / "hub.db")
        begun = time.perf_counter()
        shown = fill(store, given.characteristics, per_stream, given.sigma, given.seed)
        spent = time.perf_counter() - begun
        print(f"{given.values} values in {given.characteristics * CELLS} streams, filled in {spent:.0f} s")
        whole = ask(store, given, lambda _: (hour_of(BEGIN), hour_of(BEGIN) + HOURS))
        source = random.Random(given.seed)
        some = ask(store, given, lambda _: random_window(source))
        one_cell = ask(store, given, lambda _: (hour_of(BEGIN), hour_of(BEGIN) + HOURS), work_cell="cell-0")
        begun = time.process_time()
        assess_capability(shown, 3, characteristic(0))
        scanned = 1000 * (time.process_time() - begun)
        store.close()
    for title, times in (("the whole year", whole), ("any window", some), ("one cell, whole year", one_cell)):
        cpu, wall = (sorted(column) for column in zip(*times, strict=True))
        print(
            f"{title:22} processor: median {statistics.median(cpu):5.1f} ms, worst {cpu[-1]:5.1f} ms; "
            f"clock: median {statistics.median(wall):5.1f} ms, worst {wall[-1]:5.1f} ms"
        )
    ratio = scanned / statistics.median(cpu for cpu, _ in one_cell)
    print(f"scanning one stream of {per_stream} values in memory: {scanned:.0f} ms of processor, {ratio:.0f} x")


def random_window(source: random.Random) -> tuple[int, int]:
    begin = hour_of(BEGIN + timedelta(hours=source.randrange(HOURS - 100)))
    return begin, begin + source.randrange(100, HOURS)


def ask(
    store: Store, given: argparse.Namespace, window: Callable[[int], Range], **narrowing: str
) -> list[tuple[float, float]]:
    times = []
    for question in range(given.questions):
        wanted, hours = characteristic(question % given.characteristics), window(question)
        begun, used = time.perf_counter(), time.process_time()
        with store.reading() as connection:
            found = period(connection, "plant", wanted, hours, Narrowing(**narrowing))
        rollup_capability(found.rollup, wanted)
        rollup_percentiles(found.rollup)
        times.append((1000 * (time.process_time() - used), 1000 * (time.perf_counter() - begun)))
    return times


if __name__ == "__main__":
    main()
