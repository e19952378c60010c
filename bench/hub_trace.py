"""Trace and recall over ten million items: arrays in memory against the store, in one run.

A made supply chain: lots of material go into parts, parts and lots into modules, modules and lots into devices, some of
these into machines of about 300 items. Names stand in a real hub's database; links go straight into the arrays in the
form in which they are read from the store, because a ledger of that size takes hours to sign. The store itself is
measured on a smaller chain of the same shape (``--store-items``), with rows in its own tables.
"""

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

import numpy as np
from sqlalchemy import insert, text

from hub.adjacency.arrays import CERTAIN, Adjacency, LinkArrays, compress
from hub.adjacency.build import build
from hub.adjacency.desk import Current
from hub.adjacency.walk import as_built
from hub.recall.reach import Reached, ReachLimits, reach_plainly, reach_quickly
from hub.store.backend.sqlite_file import create_store
from hub.store.core.database import Store
from hub.store.tables.every import link
from hub.store.trace.numbers import names_of, number_linked_items, numbers_of
from hub.trace.known import Known
from traceability.genealogy import TraceLimits, trace

GTIN = "0950600013435"
LOT_USES, LINKS_AN_ITEM = 4_000, 3.1
START = 1_772_352_000_000_000  # 2026-03-01, in microseconds
DEVICES_A_MACHINE = 17


class Tiers:
    """How many items of each tier, and the number of the first one of each (numbers begin at 1)."""

    def __init__(self, items: int) -> None:
        self.parts, self.modules, self.devices = int(items * 0.6), int(items * 0.25), int(items * 0.139)
        self.machines = max(1, min(1_000, items // 1_000))
        self.lots = items - self.parts - self.modules - self.devices - self.machines
        self.first_part = 1 + self.lots
        self.first_module = self.first_part + self.parts
        self.first_device = self.first_module + self.modules
        self.first_machine = self.first_device + self.devices
        self.items = items


def made_links(tiers: Tiers, chance: np.random.Generator) -> LinkArrays:
    """Parent and child of every link; parts are scattered over modules, lots are used up one after the other."""
    parts, modules, devices = (np.arange(n, dtype=np.int32) for n in (tiers.parts, tiers.modules, tiers.devices))
    shuffled = chance.permutation(tiers.parts).astype(np.int32)
    pairs = [
        *(_lots(tiers, tiers.first_part + parts, parts, shift) for shift in (0, 1)),
        (tiers.first_module + (parts % tiers.modules).astype(np.int32), tiers.first_part + shuffled),
        *(_lots(tiers, tiers.first_module + modules, modules, shift) for shift in (2, 3)),
        (tiers.first_device + (modules % tiers.devices).astype(np.int32), tiers.first_module + modules),
        *(_lots(tiers, tiers.first_device + devices, devices, shift) for shift in (4, 5, 6, 7)),
    ]
    held = np.arange(tiers.machines * DEVICES_A_MACHINE, dtype=np.int32)
    pairs.append((tiers.first_machine + held // DEVICES_A_MACHINE, tiers.first_device + held))
    parent = np.concatenate([pair[0] for pair in pairs]).astype(np.int32)
    child = np.concatenate([pair[1] for pair in pairs]).astype(np.int32)
    size = parent.size
    return LinkArrays(
        parent=parent,
        child=child,
        owner=(parent % 40).astype(np.uint16),
        log_index=(np.arange(size) // 1_000).astype(np.int32),
        begin=START + np.arange(size, dtype=np.int64),
        flags=np.where(child >= tiers.first_part, CERTAIN, 0).astype(np.uint8),
        end=np.zeros(0, np.int64),
    )


def _lots(tiers: Tiers, parents: np.ndarray, place: np.ndarray, shift: int) -> tuple[np.ndarray, np.ndarray]:
    """One lot for each parent; a lot serves ``LOT_USES`` neighbours."""
    share = max(1, tiers.lots // 8)
    return parents, (1 + shift * share + (place // LOT_USES) % share).astype(np.int32)


def name_of(tiers: Tiers, number: int) -> str:
    """A GS1 identity for an item."""
    if number < tiers.first_part:
        return f"https://id.gs1.org/01/{GTIN}0/10/L{number:08}"
    return f"https://id.gs1.org/01/{GTIN}2/21/S{number:08}"


def number_all(store: Store, tiers: Tiers, block: int = 100_000) -> None:
    """Fill the table of names."""
    with store.writing() as connection:
        for begin in range(1, tiers.items + 1, block):
            numbers = range(begin, min(begin + block, tiers.items + 1))
            connection.exec_driver_sql(
                "INSERT INTO item_number (number, name) VALUES (?, ?)", [(n, name_of(tiers, n)) for n in numbers]
            )


def fill_store(store: Store, tiers: Tiers, links: LinkArrays, block: int = 50_000) -> None:
    """The same links as rows of the projection."""
    with store.writing() as connection:
        for begin in range(0, links.parent.size, block):
            rows = zip(
                links.parent[begin : begin + block].tolist(), links.child[begin : begin + block].tolist(), strict=True
            )
            connection.execute(insert(link), [row_of_link(tiers, begin + n, *pair) for n, pair in enumerate(rows)])
        connection.execute(text("ANALYZE"))


def row_of_link(tiers: Tiers, place: int, parent: int, child: int) -> dict[str, object]:
    return {
        "batch_id": place // 1_000,
        "line": 2 + place % 1_000,
        "item": 0,
        "author": f"agent-{parent % 40}",
        "chain": "0" * 32,
        "seq": place + 1,
        "event_time": START + place,
        "result_id": f"r{place}",
        "parent": name_of(tiers, parent),
        "child": name_of(tiers, child),
        "certain": child >= tiers.first_part,
        "action": "ADD",
        "operation": "OP10",
    }


def measured(question: Callable[[], object], runs: int) -> float:
    """Median milliseconds."""
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        question()
        times.append((time.perf_counter() - begin) * 1_000)
    return statistics.median(times)


def drained(levels: Iterator[Reached]) -> tuple[int, float, float]:
    """Items, milliseconds until the first ones after the seeds, milliseconds until the last."""
    begin, first, items = time.perf_counter(), 0.0, 0
    for level in levels:
        items += len(level.items)
        if level.depth and not first:
            first = time.perf_counter() - begin
    return items, first * 1_000, (time.perf_counter() - begin) * 1_000


def resident_mb() -> int:
    """Memory of this process now."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) // 1024


def large(folder: Path, items: int, recalled: int, runs: int) -> None:
    """The arrays at full size."""
    tiers = Tiers(items)
    begin = time.perf_counter()
    links = made_links(tiers, np.random.default_rng(7))
    size = links.parent.size
    print(f"made {items:,} items and {size:,} links in {time.perf_counter() - begin:.1f} s")
    begin = time.perf_counter()
    adjacency = compress(links, items + 1, size // 1_000 + 1, tuple(f"agent-{n}" for n in range(40)))
    print(f"compressed in {time.perf_counter() - begin:.1f} s: arrays {adjacency.nbytes >> 20} MB, "
          f"process {resident_mb()} MB")  # fmt: skip
    begin = time.perf_counter()
    store = create_store(folder / "large.db")
    number_all(store, tiers)
    print(f"names in the store in {time.perf_counter() - begin:.1f} s")
    ask(store, tiers, adjacency, recalled, runs)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"process {resident_mb()} MB now, {peak} MB at its peak (while the arrays were made)")
    store.close()


def ask(store: Store, tiers: Tiers, adjacency: Adjacency, recalled: int, runs: int) -> None:
    """The three questions over arrays."""
    current = Current(adjacency, np.zeros(0, np.int32))
    machines = cycle(range(tiers.first_machine, tiers.first_machine + tiers.machines))
    with store.reading() as connection:
        sizes = []

        def built() -> None:
            numbers, places = as_built(adjacency, next(machines), None)
            wanted = {*numbers.tolist(), *adjacency.parent[places].tolist()}
            sizes.append(len(names_of(connection, wanted)))

        took = measured(built, runs)
        print(f"as-built, names included: {statistics.median(sizes):.0f} items, p50 {took:.2f} ms")
        lots = cycle(range(1, max(2, tiers.lots // 8)))

        def used() -> None:
            seed = [name_of(tiers, next(lots))]
            sizes.append(drained(reach_quickly(connection, seed, Known(connection), current, ReachLimits()))[0])

        took = measured(used, runs)
        print(f"where-used of one lot: {sizes[-1]:,} items, p50 {took:.2f} ms")
        share, per_lot = max(1, tiers.lots // 8), sizes[-1]
        seeds = [name_of(tiers, n) for n in range(1, min(share, max(1, recalled // per_lot * 10 // 9)))]
        recall = reach_quickly(connection, seeds, Known(connection), current, ReachLimits())
        print(
            "recall of {} lots: {:,} items, first after {:.0f} ms, all after {:.0f} ms".format(
                len(seeds), *drained(recall)
            )
        )


def small(folder: Path, items: int, runs: int) -> None:
    """The store beside the arrays, on the same links."""
    tiers = Tiers(items)
    links = made_links(tiers, np.random.default_rng(7))
    store = create_store(folder / "small.db")
    begin = time.perf_counter()
    fill_store(store, tiers, links)
    print(f"\nstore: {items:,} items, {links.parent.size:,} links as rows in {time.perf_counter() - begin:.1f} s")
    begin = time.perf_counter()
    with store.writing() as connection:
        number_linked_items(connection, 0, 2**31)
    with store.reading() as connection:
        adjacency = build(connection, 2**31 - 1)
    print(f"arrays from the store in {time.perf_counter() - begin:.1f} s")
    with store.reading() as connection:
        known, current = Known(connection), Current(adjacency, np.zeros(0, np.int32))
        machines = [name_of(tiers, tiers.first_machine + n) for n in range(min(runs, tiers.machines))]
        one, other = cycle(machines), cycle(machines)
        plain = measured(lambda: trace(next(one), known, limits=TraceLimits(items=1_000)), runs)
        number = numbers_of(connection, machines)

        def quickly() -> None:
            numbers, _ = as_built(adjacency, number[next(other)], None)
            names_of(connection, numbers.tolist())

        quick = measured(quickly, runs)
        print(f"as-built: store {plain:.2f} ms (whole links, disputes), arrays {quick:.2f} ms")
        seeds = [name_of(tiers, n) for n in range(1, 6)]
        found = [drained(reach_plainly(seeds, known, None, ReachLimits())),
                 drained(reach_quickly(connection, seeds, known, current, ReachLimits()))]  # fmt: skip
        print(f"recall of 5 lots: store {found[0][2]:.0f} ms, arrays {found[1][2]:.0f} ms, both {found[0][0]:,} items")
        assert found[0][0] == found[1][0]
    store.close()


def main() -> None:
    """Run both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000_000)
    parser.add_argument("--store-items", type=int, default=200_000)
    parser.add_argument("--recalled", type=int, default=2_300_000, help="items that the recall should reach")
    parser.add_argument("--runs", type=int, default=50)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        large(Path(folder), given.items, given.recalled, given.runs)
        small(Path(folder), given.store_items, given.runs)


if __name__ == "__main__":
    main()
