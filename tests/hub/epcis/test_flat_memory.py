"""A document of many times the events takes no more memory: nothing of it is held but what is worked on."""

import json
import tracemalloc
from collections.abc import Iterator
from io import RawIOBase
from typing import BinaryIO, cast

import pytest
from small_epcis import SmallEpcis
from small_events import document, some_event

from hub.epcis.job import Spool
from hub.epcis.keep import chunks
from hub.epcis.limits import LIMITS
from hub.epcis.read_document import DocumentEvents
from hub.store.epcis.captures import ROLLBACK

FEW, MANY = 3_000, 15_000


class Made(RawIOBase):
    """A document of so many events that never stands anywhere as a whole."""

    def __init__(self, count: int) -> None:
        self._pieces = _pieces(count)
        self._rest = self._seen = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Back to the beginning, which whoever tells JSON from XML has looked at."""
        assert len(self._seen) < 1_000
        self._rest, self._seen = self._seen + self._rest, b""
        return 0

    def tell(self) -> int:
        return 0

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size:
            piece = next(self._pieces, b"")
            if not piece:
                break
            self._rest += piece
        found, self._rest = self._rest[:size], self._rest[size:]
        self._seen = found if len(self._seen) < 1_000 else self._seen
        return found


def _pieces(count: int) -> Iterator[bytes]:
    opening, closing = json.dumps(document()).split("[]")
    yield opening.encode() + b"["
    for number in range(count):
        event = some_event(eventID=f"urn:uuid:{number}", epcList=[f"urn:epc:id:sgtin:0614141.011111.{number}"])
        yield (b"," if number else b"") + json.dumps(event).encode()
    yield b"]" + closing.encode()


def peak(count: int) -> int:
    file = cast("BinaryIO", Made(count))
    tracemalloc.start()
    try:
        events = DocumentEvents(file, 1 << 40, LIMITS, workers=1)
        assert sum(len(chunk) for chunk in chunks(iter(events))) == count
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_five_times_the_events_take_the_same_memory() -> None:
    peak(100)  # what is made once
    few, many = peak(FEW), peak(MANY)
    assert many < 1.5 * few + 2_000_000, (few, many)


@pytest.mark.parametrize("count", [LIMITS.chunk_events * 2 + 1])
def test_a_document_of_several_batches_leaves_no_file_behind(epcis: SmallEpcis, count: int) -> None:
    name = epcis.desk.new_id()
    path = epcis.desk.spool(name).document
    path.write_bytes(b"".join(_pieces(count)))
    epcis.desk.accept(name, size=path.stat().st_size, behaviour=ROLLBACK, organisation="hub")
    epcis.desk.wait(120.0)
    told = epcis.client.get(f"/epcis/capture/{name}").json()
    assert (told["running"], told["success"]) == (False, True), told
    spool = Spool(epcis.hub.settings.data, name)
    assert not spool.document.exists()
    assert not spool.checked.exists()
