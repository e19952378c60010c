"""EPCIS events a second: read with every check, named by their hash, written; against the bare JSON parser.

    python bench/epcis_read.py [--events 20000] [--runs 3]

The document is made in memory: object events with three EPCs, a business transaction, source, destination and two
extensions each, about 750 bytes. The last lines tell the memory that a document of four times as many events takes.
"""

import argparse
import json
import statistics
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

from traceability.epcis.document import DocumentReader
from traceability.epcis.hash_id import event_hash_id
from traceability.epcis.writing import encode_event
from traceability.event.event import Event

CONTEXT = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"example": "https://ns.example.com/epcis/"},
]


def document(count: int) -> bytes:
    """A document of ``count`` events."""
    events = [_event(number) for number in range(count)]
    head = {"type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2026-11-22T08:00:00Z"}
    return json.dumps({"@context": CONTEXT, **head, "epcisBody": {"eventList": events}}).encode()


def _event(number: int) -> dict[str, Any]:
    return {
        "type": "ObjectEvent",
        "eventID": f"urn:uuid:374d95fc-9457-4a51-bd6a-{number:012}",
        "eventTime": "2026-11-22T16:00:00.500+08:00",
        "eventTimeZoneOffset": "+08:00",
        "epcList": [f"urn:epc:id:sgtin:0614141.011111.{number * 3 + part}" for part in range(3)],
        "action": "OBSERVE",
        "bizStep": "departing",
        "disposition": "in_transit",
        "readPoint": {"id": "urn:epc:id:sgln:4012345.00011.0", "example:door": "AB-12"},
        "bizTransactionList": [{"type": "po", "bizTransaction": "urn:epc:id:gdti:4012345.11111.123"}],
        "sourceList": [{"type": "owning_party", "source": "urn:epc:id:pgln:4012345.00000"}],
        "destinationList": [{"type": "owning_party", "destination": "urn:epc:id:pgln:0614141.00000"}],
        "example:shift": "CD-34",
    }


def read(text: bytes) -> list[Event]:
    """Every event of a document; all are right."""
    return [each.event for each in DocumentReader(text).events() if each.event is not None]


def peak(text: bytes) -> int:
    """Bytes allocated at most while a document is read and its events are dropped."""
    tracemalloc.start()
    for _ in DocumentReader(text).events():
        pass
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return used


def rate(work: Callable[[], object], count: int, runs: int) -> float:
    """Events a second of processor time, the median of several runs."""
    taken = []
    for _ in range(runs):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return count / statistics.median(taken)


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--events", type=int, default=20_000)
    arguments.add_argument("--runs", type=int, default=3)
    options = arguments.parse_args()
    text = document(options.events)
    events = read(text)
    floor = rate(lambda: json.loads(text), options.events, options.runs)
    print(f"{'json.loads alone':32} {floor:10,.0f} events/s")
    works: dict[str, Callable[[], object]] = {
        "read with every check": lambda: read(text),
        "pre-hash string and hash": lambda: [event_hash_id(event) for event in events],
        "written": lambda: [encode_event(event) for event in events],
    }
    for name, work in works.items():
        found = rate(work, options.events, options.runs)
        print(f"{name:32} {found:10,.0f} events/s   {floor / found:5.1f} × the parser's time")
    for times in (1, 4):
        used = peak(document(2_500 * times))
        print(f"memory for {2_500 * times:6} events {used / 1e6:21.1f} MB")


if __name__ == "__main__":
    main()
