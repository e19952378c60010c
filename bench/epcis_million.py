"""One EPCIS document with a million events through capture, and the memory that it takes.

    python bench/epcis_million.py [--events 1000000] [--folder DIR]

Events are small (one EPC, a step, a place; about 300 bytes). The document is written to a file piece by piece; what is
printed is the peak memory of the hub's process and of its worker processes, for a document of a hundredth and for the
whole one, and how long each took. It needs some 3 GB of disk for a million events, and removes them.
"""

import argparse
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

from epcis_read import CONTEXT

from hub.composition import create_hub
from hub.epcis.desk import CaptureDesk, work_off
from hub.memory import few_collections
from hub.parts import Hub
from hub.store.epcis.captures import ROLLBACK, job_of
from traceability.unit import Environment


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--events", type=int, default=1_000_000)
    arguments.add_argument("--folder", type=Path, help="where there is room (default: the system's temporary one)")
    options = arguments.parse_args()
    few_collections()  # as the serving hub does
    vars(sys.modules["__main__"]).pop("__file__")  # or workers import all of this; those of zhuoyue-hub import little
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for count in (options.events // 100, options.events):
            hub = create_hub(Path(folder) / str(count), origin="bench/log", environment=Environment.TEST)
            _capture(hub, count)
            hub.store.close()


def _capture(hub: Hub, count: int) -> None:
    desk = CaptureDesk(hub)
    name = desk.new_id()
    path = desk.spool(name).document
    size = _write(path, count)
    desk.accept(name, size=size, behaviour=ROLLBACK, organisation="hub", begin=False)
    wall, cpu = time.perf_counter(), _processor()
    work_off(hub)
    wall, cpu = time.perf_counter() - wall, _processor() - cpu
    with hub.store.reading() as connection:
        job = job_of(connection, name)
    assert job is not None
    assert (job.errors, job.taken) == ((), count)
    print(
        f"{count:9,} events, {size / 1e6:6.0f} MB of document: {wall:7.0f} s, {count / wall:7,.0f} events/s, "
        f"{count / cpu:7,.0f} a second of processor time; peak {_peak(resource.RUSAGE_SELF):4.0f} MB, "
        f"largest worker {_peak(resource.RUSAGE_CHILDREN):4.0f} MB",
        flush=True,
    )


def _write(path: Path, count: int) -> int:
    head = {"type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2026-11-22T08:00:00Z"}
    opening = json.dumps({"@context": CONTEXT, **head})[:-1]
    with path.open("w", encoding="ascii") as file:
        file.write(opening + ', "epcisBody": {"eventList": [')
        for number in range(count):
            event = {
                "type": "ObjectEvent",
                "eventID": f"urn:uuid:374d95fc-9457-4a51-bd6a-{number:012}",
                "eventTime": "2026-11-22T16:00:00.500+08:00",
                "eventTimeZoneOffset": "+08:00",
                "epcList": [f"urn:epc:id:sgtin:0614141.011111.{number}"],
                "action": "OBSERVE",
                "bizStep": "departing",
                "readPoint": {"id": "urn:epc:id:sgln:4012345.00011.0"},
            }
            file.write(("," if number else "") + json.dumps(event))
        file.write("]}}")
    return path.stat().st_size


def _processor() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _peak(who: int) -> float:
    return resource.getrusage(who).ru_maxrss / 1024


if __name__ == "__main__":
    main()
