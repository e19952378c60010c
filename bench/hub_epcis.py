"""EPCIS events a second through capture into a hub's ledger, every check done; beside a bare insert of the same rows.

    python bench/hub_epcis.py [--events 20000] [--runs 2]

The document is that of ``epcis_read``: object events with three EPCs, a business transaction, source, destination and
extensions each, about 750 bytes. A job reads and checks all of it, then seals it in batches of 1,000 (signed,
hashed into the log, projected). Long documents (16 MB, some 22,000 events) are checked by worker processes, as many as
the machine has cores, at most four; their processor time is counted too. The bare insert writes the texts of the
events, and the keys by which they are found, into tables of the same columns and indexes in a database of their own.
Memory is the peak of the process after a document of a fourth and after the whole one.
"""

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from epcis_read import document
from sqlalchemy import insert, select

from hub.composition import create_hub
from hub.epcis.desk import CaptureDesk, work_off
from hub.memory import few_collections
from hub.parts import Hub
from hub.store.backend.sqlite_file import create_store
from hub.store.epcis.captures import ROLLBACK, job_of
from hub.store.tables.epcis import EPCIS_PROJECTION
from traceability.unit import Environment


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--events", type=int, default=20_000)
    arguments.add_argument("--runs", type=int, default=2)
    options = arguments.parse_args()
    few_collections()  # as the serving hub does
    vars(sys.modules["__main__"]).pop("__file__")  # or workers import all of this; those of zhuoyue-hub import little
    for run in range(options.runs):
        with tempfile.TemporaryDirectory() as folder:
            _run(Path(folder), options.events, run)


def _run(folder: Path, events: int, run: int) -> None:
    for count in (events // 4, events):
        hub = create_hub(folder / str(count), origin="bench/log", environment=Environment.TEST)
        text = document(count)
        captured = _timed(lambda text=text, hub=hub: _capture(hub, text))  # type: ignore[misc]
        _tell(run, count, "captured", captured)
    bare = _timed(lambda: _bare(hub, folder / "bare.db"))
    _tell(run, events, "bare inserts", bare)
    print(
        f"run {run + 1}: a capture takes {captured[0] / bare[0]:.1f} × the time of the bare inserts, "
        f"{captured[1] / bare[1]:.1f} × their processor time"
    )
    hub.store.close()


def _tell(run: int, count: int, what: str, taken: tuple[float, float]) -> None:
    rates = f"{count / taken[0]:9,.0f} events/s {count / taken[1]:9,.0f} a second of processor time"
    print(f"run {run + 1}: {count:8} events {what:13} {rates}   peak {_peak():5.0f} MB")


def _capture(hub: Hub, text: bytes) -> None:
    desk = CaptureDesk(hub)
    name = desk.new_id()
    desk.spool(name).document.write_bytes(text)
    desk.accept(name, size=len(text), behaviour=ROLLBACK, organisation="hub", begin=False)
    work_off(hub)
    with hub.store.reading() as connection:
        job = job_of(connection, name)
    assert job is not None
    assert not job.errors


def _bare(hub: Hub, path: Path) -> None:
    store = create_store(path)
    with hub.store.reading() as connection:
        rows = {
            table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in EPCIS_PROJECTION
        }
    batches = sorted({row["batch_id"] for row in rows["epcis_event"]})
    for batch in batches:
        with store.writing() as connection:
            for table in EPCIS_PROJECTION:
                connection.execute(insert(table), [row for row in rows[table.name] if row["batch_id"] == batch])
    store.close()


def _timed(work: Callable[[], None]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), _processor()
    work()
    return time.perf_counter() - wall, _processor() - cpu


def _processor() -> float:
    """Seconds of processor time of this process and of those that it waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
