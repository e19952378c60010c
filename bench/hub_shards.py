"""Ingest and trace on one PostgreSQL server and on three (the hub's own and two nodes), in one run on one machine.

    python bench/hub_shards.py --programs /usr/lib/postgresql/15/bin [--results 6000] [--items 30000] [--traces 50]

The servers are made in memory (/dev/shm) with nothing synced, and share the machine's cores: so the figures say what
spreading costs, not what three machines give. ``--programs`` is the folder of a PostgreSQL that has postgres_fdw.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import numpy as np
from sqlalchemy import func, select

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "bench"), str(ROOT / "tests" / "support")]

from hub_ingest import AUTHOR, SIGNER, batches  # noqa: E402 - the bench beside this one
from hub_trace import Tiers, made_links, name_of, row_of_link  # noqa: E402 - likewise
from small_postgres import SmallPostgres  # noqa: E402 - real servers, as in tests

from hub.composition import create_hub  # noqa: E402
from hub.entry.master import add_agent, add_organisation, add_plant  # noqa: E402
from hub.ingest.ingest import ingest  # noqa: E402
from hub.parts import Hub  # noqa: E402
from hub.store.spread.mover import move_all  # noqa: E402
from hub.store.spread.store import SpreadStore  # noqa: E402
from hub.store.tables.every import link, unit_result  # noqa: E402
from hub.store.writing.put import put_rows  # noqa: E402
from hub.trace.known import Known  # noqa: E402
from traceability.encoding import to_base64  # noqa: E402
from traceability.genealogy import TraceLimits, trace  # noqa: E402
from traceability.unit import Environment  # noqa: E402

EVER = -(10**9)
EMPTY = dict.fromkeys(("position", "quantity", "uom", "plant"))


def hub_on(folder: Path, servers: list[SmallPostgres]) -> Hub:
    """A new hub on the first server, spread over the others."""
    own, *nodes = servers
    hub = create_hub(
        folder,
        origin="bench/log",
        environment=Environment.TEST,
        store_url=own.new_database(),
        shards=tuple(node.new_database() for node in nodes),
    )
    add_organisation(hub, "bench-company", "Bench")
    add_plant(hub, "bench", organisation="bench-company", name="Bench")
    add_agent(hub, AUTHOR, plant="bench", public_key=to_base64(SIGNER.public_key))
    return hub


def run(hub: Hub, given: argparse.Namespace, made: list[bytes]) -> dict[str, float]:
    """Seconds of each thing."""
    found = {"ingest": timed(lambda: [ingest(hub, batch, compressed=True) for batch in made])}
    found["move results"] = timed(lambda: moved(hub))
    tiers = Tiers(given.items)
    links = made_links(tiers, np.random.default_rng(1))
    rows = [
        row_of_link(tiers, 10**6 * 1_000 + n, int(parent), int(child)) | EMPTY
        for n, (parent, child) in enumerate(zip(links.parent, links.child, strict=True))
    ]
    with hub.store.writing() as connection:
        put_rows(connection, link, rows)
    found["move links"] = timed(lambda: moved(hub))
    machines = cycle(name_of(tiers, tiers.first_machine + n) for n in range(tiers.machines))
    with hub.store.reading() as connection:
        known = Known(connection)
        trace(next(machines), known, limits=TraceLimits(items=1_000))
        found["trace of about 300 items (median)"] = statistics.median(
            timed(lambda: trace(next(machines), known, limits=TraceLimits(items=1_000))) for _ in range(given.traces)
        )
        one = select(unit_result).where(unit_result.c.unit == "no such unit")
        found["one unit (median)"] = statistics.median(
            timed(lambda: connection.execute(one).all()) for _ in range(given.traces)
        )
        found["count every result"] = timed(
            lambda: connection.execute(select(func.count()).select_from(unit_result)).all()
        )
    return found


def moved(hub: Hub) -> None:
    """Everything to the nodes, where there are some."""
    if isinstance(hub.store, SpreadStore):
        move_all(hub.store, still_hours=EVER)


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def main() -> None:
    """One server and three, in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--results", type=int, default=6_000)
    parser.add_argument("--items", type=int, default=30_000)
    parser.add_argument("--traces", type=int, default=50)
    given = parser.parse_args()
    made = batches(given.results, 200, 10)
    servers = [SmallPostgres(given.programs) for _ in range(3)]
    try:
        with tempfile.TemporaryDirectory() as folder:
            hubs = [hub_on(Path(folder) / str(count), servers[:count]) for count in (1, 3)]
            one, three = (run(hub, given, made) for hub in hubs)
            for hub in hubs:
                hub.store.close()
    finally:
        for server in servers:
            server.close()
    print(f"{given.results} results with 10 values in batches of 200; {given.items} items with links\n")
    print("| | one server | three | ratio |\n| --- | ---: | ---: | ---: |")
    for name, seconds in one.items():
        ratio = f"{three[name] / seconds:.2f}" if seconds > 0.001 or "median" in name else "–"
        print(f"| {name} | {1000 * seconds:.1f} ms | {1000 * three[name]:.1f} ms | {ratio} |")
    print(f"\ningest {given.results / one['ingest']:.0f} and {given.results / three['ingest']:.0f} results/s")


if __name__ == "__main__":
    main()
