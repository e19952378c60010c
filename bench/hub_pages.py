"""Pages of a large hub: server time alone and with 20 users, bytes, first contentful paint; beside a hub without units.

    python bench/hub_pages.py [--units 60000] [--users 20] [--seconds 30] [--think 1] [--folder DIR] [--no-browser]
                              [--details] [--writing 0] [--every 5] [--web 0]
                              [--details] [--writing 0] [--every 5] [--web 0]

Hubs are made by ``large_hub`` (read there what is true of them) and served by the real program in a process of its own.
``alone`` is one reader, each page several times: the median by the clock and the processor time of the hub; ``first``
is the processor time of the first time, before anything is kept. Then all users read pages at random: with a pause of
about a second between two pages, which is the case that the aim is stated for (95 of 100 answers within 150 ms with 20
users, on 2 cores), and without any, which shows how many pages the hub gives at most. Users, browser and hub share the
machine.

``--details`` adds the pages of single things (see ``large_details``, which enters them); ``--writing`` so many agents
send a batch of five results each ``--every`` seconds while users read; ``--web`` is the hub's own option. The p95 of
few answers is the worst of them: a page is told to be slow only where it was asked for at least 20 times.
"""

import argparse
import asyncio
import os
import random
import shutil
import statistics
import subprocess
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec
from hub_load import Line, Seen, _cpu, sending, served
from large_details import entered, pages_beside, writers
from large_hub import A_DAY, PLANTS, lot_name, make_hub, plant_name, unit_name

from hub.composition import unchecked_store
from hub.page_paths import item_path
from hub.pages.frame.navigation import TASKS
from hub.store.backend.schema import upgrade

READER = {"Accept": "text/html", "Accept-Language": "en"}
AIM_MS, AIM_BYTES, AIM_PAINT_MS = 150.0, 300_000, 1_000.0
PAUSE = "with pauses"
BUSY = "without"
ENOUGH = 20


class Measured(msgspec.Struct, kw_only=True):
    """Of one page; milliseconds."""

    alone: float
    processor: float
    first: float
    size: int
    status: int
    paint: float = 0.0


def pages_of(days: int) -> list[str]:
    """The addresses of every page that is in navigation, and of those that lead further."""
    plant = f"/plants/{plant_name(0)}"
    unit, lot = unit_name(PLANTS - 1, max(0, days - 1), 77), lot_name(0, max(0, days // 2))
    return [
        *(entry.path for task in TASKS for entry in task.entries),
        *(plant + entry.path for task in TASKS for entry in task.of_plant),
        f"{plant}/characteristics/c1",
        f"/suppliers/{plant_name(0)}",
        f"/suppliers/{plant_name(0)}/characteristics/c1",
        f"/compare?plant={plant_name(0)}&plant={plant_name(1)}",
        item_path(unit),
        f"/report{item_path(unit)}",
        item_path(lot),
        f"/search?q=P9S{max(0, days - 1):05d}-000077",
        "/search?q=000077",
    ]


@contextmanager
def serving(folder: Path, web: int = 0) -> Iterator[tuple[str, int]]:
    """The hub below ``folder``: its address and the id of its process."""
    process, url = served(folder, web=web)
    try:
        yield url, process.pid
    finally:
        process.terminate()
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()


def alone(url: str, pid: int, pages: list[str], times: int) -> dict[str, Measured]:
    """One reader, one page after another; the first time of each counts for nothing."""
    found = {}
    with httpx.Client(base_url=url, headers=READER, timeout=120) as client:
        for page in pages:
            before = _cpu(pid)
            first = asked(client, page)
            cold = 1000 * (_cpu(pid) - before)
            took, before = [], _cpu(pid)
            for _ in range(times):
                began = time.perf_counter()
                asked(client, page)
                took.append(1000 * (time.perf_counter() - began))
            processor = 1000 * (_cpu(pid) - before) / times
            found[page] = Measured(
                alone=statistics.median(took),
                processor=processor,
                first=cold,
                size=len(first.content),
                status=first.status_code,
            )
    return found


def asked(client: httpx.Client, page: str) -> httpx.Response:
    """The answer; after an error the hub closes the connection, which may be noticed late."""
    try:
        return client.get(page)
    except httpx.TransportError:
        return client.get(page)


async def together(
    url: str, pages: list[str], options: argparse.Namespace, think: float, sent: Sequence[list[bytes]] = ()
) -> dict[str, list[float]]:
    """All users at once for a while, while agents send; milliseconds of each page."""
    seen: defaultdict[str, list[float]] = defaultdict(list)
    until = time.perf_counter() + options.seconds
    limits = httpx.Limits(max_connections=options.users, max_keepalive_connections=options.users)

    async def user(number: int, client: httpx.AsyncClient) -> None:
        dice = random.Random(number)
        await asyncio.sleep(dice.uniform(0, think))
        while time.perf_counter() < until:
            page = dice.choice(pages)
            began = time.perf_counter()
            try:
                await client.get(page)
            except httpx.TransportError:
                continue
            seen[page].append(1000 * (time.perf_counter() - began))
            await asyncio.sleep(dice.uniform(0.5, 1.5) * think)

    async with httpx.AsyncClient(base_url=url, headers=READER, timeout=120, limits=limits) as client:
        sender = asyncio.create_task(writing(url, sent, options))
        await asyncio.gather(*(user(number, client) for number in range(options.users)))
        await sender
    return seen


async def writing(url: str, sent: Sequence[list[bytes]], options: argparse.Namespace) -> None:
    """Agents that send their batches, and how these were taken."""
    if not sent:
        return
    place, seen = httpx.URL(url), Seen([], [], Counter(), Counter())
    load = argparse.Namespace(every=options.every, agents=len(sent))
    lines = [Line(place.host, place.port or 80) for _ in sent]
    began = time.perf_counter()
    await asyncio.gather(*(sending(lines[number], number, bodies, load, seen) for number, bodies in enumerate(sent)))
    print(f"{len(seen.seconds) / (time.perf_counter() - began):.0f} batches/s taken meanwhile, answers "
          f"{dict(seen.answers)}, receipts p95 {1000 * at(seen.seconds, 0.95):.0f} ms", flush=True)  # fmt: skip


def paints(url: str, pages: list[str]) -> dict[str, float]:
    """Milliseconds to the first contentful paint in Chromium, nothing cached."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where a browser is wanted

    found = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=["--no-sandbox", "--disable-gpu"])
        for page in pages:
            context = browser.new_context(bypass_csp=True)  # what asks when it was painted is no part of the page
            tab = context.new_page()
            tab.goto(url + page)
            tab.wait_for_function(_PAINTED)
            found[page] = float(tab.evaluate(_PAINT))
            context.close()
        browser.close()
    return found


def _chromium() -> str | None:
    """The one that the tests use; None: the one that was installed with the driver."""
    named = map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
    return os.environ.get("ZHUOYUE_CHROMIUM") or next(filter(None, named), None)


_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
_PAINTED = "performance.getEntriesByName('first-contentful-paint').length > 0"


def at(times: list[float], share: float) -> float:
    """A quantile."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def tell(large: dict[str, Measured], empty: dict[str, Measured], runs: dict[str, dict[str, list[float]]]) -> None:
    """Print a line a page, slowest first, and what all of them came to."""
    print(f"{'page':58} alone  (empty)   CPU first  p50/p95 {PAUSE:12} p50/p95 {BUSY:8} bytes  paint")
    for page, one in sorted(large.items(), key=lambda pair: -pair[1].processor):
        within = "  ".join(f"{at(run[page], 0.5):6.0f}/{at(run[page], 0.95):6.0f}" for run in runs.values())
        paused = next(iter(runs.values()))[page]
        late = " SLOW" if len(paused) >= ENOUGH and at(paused, 0.95) > AIM_MS else ""
        nothing = empty.get(page, one)
        late += " LARGE" if one.size > AIM_BYTES else ""
        late += " LATE" if one.paint > AIM_PAINT_MS else ""
        late += f" {one.status}" if one.status != httpx.codes.OK else ""
        print(
            f"{page[:58]:58} {one.alone:5.0f} ({nothing.alone:5.0f}) {one.processor:5.0f} {one.first:5.0f}   "
            f"{within} {one.size:8,} {one.paint:5.0f}{late}"
        )
    for name, run in runs.items():
        every = [took for times in run.values() for took in times]
        print(f"{name}: {len(every)} pages, p50 {at(every, 0.5):.0f} ms, p95 {at(every, 0.95):.0f} ms, "
              f"p99 {at(every, 0.99):.0f} ms; aim p95 {AIM_MS:.0f} ms", flush=True)  # fmt: skip


def brought_up(data: Path) -> None:
    """A hub that was kept may be of an earlier version."""
    store = unchecked_store(data)
    try:
        upgrade(store)
    finally:
        store.close()


def measure(folder: Path, options: argparse.Namespace) -> None:
    """Make what is not there, serve and ask."""
    days = max(1, round(options.units / (PLANTS * A_DAY)))
    pages = [*pages_of(days), *(pages_beside() if options.details else ())]
    now = datetime.now(UTC)
    for name, units in (("large", options.units), ("empty", 0)):
        if not (folder / name / "hub").exists():
            began = time.perf_counter()
            (folder / name).mkdir(parents=True, exist_ok=True)
            make_hub(folder / name / "hub", units, now).store.close()
            print(f"{name}: {units:,} units in {time.perf_counter() - began:.0f} s", flush=True)
        brought_up(folder / name / "hub")
    with serving(folder / "empty") as (url, pid):
        empty = alone(url, pid, pages, options.times)
    sent = writers(folder / "large" / "hub", options) if options.writing else []
    with serving(folder / "large", options.web) as (url, pid):
        if options.details:
            pages += entered(url, folder / "large" / "hub", days)
        large = alone(url, pid, pages, options.times)
        runs = {
            PAUSE: asyncio.run(together(url, pages, options, options.think, sent)),
            BUSY: asyncio.run(together(url, pages, options, 0.0)),
        }
        for page, took in (paints(url, pages) if options.browser else {}).items():
            large[page].paint = took
    size = sum(file.stat().st_size for file in (folder / "large" / "hub").rglob("*") if file.is_file())
    print(
        f"{days * PLANTS * A_DAY:,} units of {PLANTS} plants over {days} days, {size / 1e9:.1f} GB; the first day was "
        f"ingested, the others are copies of its rows; {options.users} users, pauses of {options.think:g} s"
    )
    tell(large, empty, runs)


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--units", type=int, default=60_000)
    arguments.add_argument("--users", type=int, default=20)
    arguments.add_argument("--seconds", type=float, default=30.0)
    arguments.add_argument("--think", type=float, default=1.0, help="mean pause of a user between two pages, seconds")
    arguments.add_argument("--times", type=int, default=5, help="how often the single reader asks for each page")
    arguments.add_argument("--folder", type=Path, help="where the hubs are kept and found again (default: not kept)")
    arguments.add_argument("--details", action="store_true", help="the pages of single things too")
    arguments.add_argument("--writing", type=int, default=0, help="agents that send meanwhile")
    arguments.add_argument("--every", type=float, default=5.0, help="seconds between an agent's batches")
    arguments.add_argument("--web", type=int, default=0, help="processes of the hub that answer people")
    arguments.add_argument("--no-browser", dest="browser", action="store_false")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(options.folder or Path(folder), options)


if __name__ == "__main__":
    main()
