"""Events of a document checked one by one, here or in other processes: nothing of a store or of a web is needed.

A worker process gets texts of events and gives what became of each. Documents below ``WORTH_WORKERS`` bytes are checked
in the hub itself: a worker needs a second to begin.
"""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context

import msgspec

from hub.epcis.limits import EpcisLimits
from hub.memory import few_collections
from hub.store.core.instant import is_storable
from traceability.encoding import sha256, tagged
from traceability.epcis.capture import CapturedEvent, captured
from traceability.epcis.context import Context
from traceability.epcis.document import EventText, ReadEvent, read_event_text
from traceability.epcis.hostile import Parser
from traceability.epcis.problem import Problem
from traceability.errors import ZhuoyueError
from traceability.event.timestamp import instant

WORTH_WORKERS = 16 << 20
MOST_WORKERS = 4
AT_ONCE = 250
"""Events that a worker gets at once."""
AHEAD = 3
"""Parcels for each worker that wait or are worked on: so much is in memory at once."""
Content = tuple[str, str | None]
"""What an event says: its hash, and for an error declaration the hash of its text."""


class Checked(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A valid event on its way into the ledger; ``pointer`` leads to it in its document."""

    pointer: str
    event_id: str
    hash_id: str
    event_time: str
    text: str
    declaration: str | None = None

    @property
    def content(self) -> Content:
        """What makes it the same as another one."""
        return self.hash_id, self.declaration


class Outcome(msgspec.Struct, frozen=True):
    """What became of the event at ``pointer``: it is right, or ``problems`` tell what is wrong."""

    pointer: str
    checked: Checked | None
    problems: tuple[Problem, ...] = ()


class Parcel(msgspec.Struct, frozen=True):
    """Events for a worker: pointers and texts, all under one context."""

    context: Context
    texts: list[tuple[str, str]]
    limits: EpcisLimits


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Outcome]).decode
_decode_parcel = msgspec.msgpack.Decoder(Parcel).decode


@contextmanager
def checking(size: int, limits: EpcisLimits, workers: int | None = None) -> Iterator["Checkers"]:
    """Whoever checks the events of a document of ``size`` bytes; worker processes have ended when the block is left."""
    count = min(os.cpu_count() or 1, MOST_WORKERS) if workers is None else workers
    if count < 2 or size < WORTH_WORKERS:
        yield Checkers(limits, None, 1)
        return
    with ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=few_collections) as pool:
        try:
            yield Checkers(limits, pool, count)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


class Checkers:
    """Checks events in their order."""

    def __init__(self, limits: EpcisLimits, pool: ProcessPoolExecutor | None, count: int) -> None:
        self._limits = limits
        self._pool = pool
        self._most = count * AHEAD

    @property
    def apart(self) -> bool:
        """Whether events should come as texts."""
        return self._pool is not None

    def outcomes(self, events: Iterable[ReadEvent | EventText]) -> Iterator[Outcome]:
        """What became of each of ``events``; an error of reading them comes behind those that were read before."""
        if self._pool is None:
            parser = Parser()
            for read in events:
                yield outcome(read if isinstance(read, ReadEvent) else read_event_text(read, parser), self._limits)
            return
        waiting: deque[Future[bytes] | Outcome] = deque()
        source = iter(events)
        error: ZhuoyueError | None = None
        while True:
            try:
                batch = list(_alike(source, AT_ONCE))
            except _Broken as broken:
                batch, error = broken.read, broken.error
            waiting += self._sent(batch)
            while waiting and (len(waiting) > self._most or not batch or error is not None):
                yield from _received(waiting.popleft())
            if error is not None:
                raise error
            if not batch:
                return

    def _sent(self, batch: list[ReadEvent | EventText]) -> Iterator[Future[bytes] | Outcome]:
        assert self._pool is not None
        texts: list[EventText] = []
        for read in [*batch, None]:
            if texts and (read is None or isinstance(read, ReadEvent) or read.context is not texts[0].context):
                parcel = Parcel(texts[0].context, [(each.pointer, each.text) for each in texts], self._limits)
                yield self._pool.submit(check_parcel, _encode(parcel))
                texts = []
            if isinstance(read, ReadEvent):
                yield outcome(read, self._limits)
            elif read is not None:
                texts.append(read)


class _Broken(Exception):
    """Reading stopped with ``error`` behind ``read``."""

    def __init__(self, read: list[ReadEvent | EventText], error: ZhuoyueError) -> None:
        super().__init__(str(error))
        self.read = read
        self.error = error


def _alike(source: Iterator[ReadEvent | EventText], most: int) -> list[ReadEvent | EventText]:
    found: list[ReadEvent | EventText] = []
    try:
        for read in islice(source, most):
            found.append(read)  # noqa: PERF402 - what was read before an error is needed
    except ZhuoyueError as error:
        raise _Broken(found, error) from error
    return found


def _received(one: Future[bytes] | Outcome) -> Iterator[Outcome]:
    if isinstance(one, Outcome):
        yield one
    else:
        yield from _decode(one.result())


def check_parcel(parcel: bytes) -> bytes:
    """What a worker process does."""
    given = _decode_parcel(parcel)
    parser = Parser()
    return _encode(
        [
            outcome(read_event_text(EventText(pointer, text, given.context), parser), given.limits)
            for pointer, text in given.texts
        ]
    )


def outcome(read: ReadEvent, limits: EpcisLimits) -> Outcome:
    """What became of an event that was read."""
    problems = list(read.problems)
    if read.event is not None and not problems:
        if not is_storable(instant(read.event.event_time)):
            problems.append(Problem(f"{read.pointer}/eventTime", "is outside the years 2 to 9998"))
        else:
            found = _checked(captured(read.event, read.context.prefixes), read.pointer)
            problems += _unfit(found, limits)
            if not problems:
                return Outcome(read.pointer, found)
    return Outcome(read.pointer, None, tuple(problems))


def _checked(found: CapturedEvent, pointer: str) -> Checked:
    text = found.text
    return Checked(
        pointer=pointer,
        event_id=found.event_id,
        hash_id=found.hash_id,
        event_time=found.event.event_time,
        text=text,
        declaration=tagged(sha256(text.encode())) if found.declares_error else None,
    )


def _unfit(event: Checked, limits: EpcisLimits) -> list[Problem]:
    """What keeps a valid event out of the ledger, whose records are bounded."""
    found = []
    if len(event.text.encode()) + event.text.count('"') + event.text.count("\\") > limits.event_text:
        advice = "state it as several events"
        found.append(Problem(event.pointer, f"an event may have at most {limits.event_text} bytes here", advice))
    if len(event.event_id) > 2_000:
        found.append(Problem(f"{event.pointer}/eventID", "an identifier may have at most 2000 characters"))
    if "\\u0000" in event.text:
        found.append(Problem(event.pointer, "a text holds the character NUL"))
    return found
