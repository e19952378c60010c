"""Pictures decoded in processes of their own, so that no picture can take its reader's host down.

A picture of which the process dies is tried once more, with zxing-cpp alone: most crashes known are zbar's, and a
result would be lost for nothing. Dies it again, or does it take longer than it may, its reading says READER_FAILED; the
picture is put aside, and the same bytes are not tried again. A process is renewed when it has grown, and after many
pictures, so that memory stays bounded whatever a library leaks.
"""

import queue
import threading
from collections import OrderedDict
from hashlib import sha256
from pathlib import Path

import msgspec

from vision.child import Child, ChildFailed
from vision.options import DecodeOptions
from vision.readers import DMTX, ZBAR
from vision.symbol import Reading, Reason
from vision.worker import Answer, order_of, question_of

_UNSAFE = frozenset({ZBAR, DMTX})
_answer_decoder = msgspec.msgpack.Decoder(Answer)


class PoolLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Every bound on processes that decode.

    ``patience``: seconds beyond the budget until a process is ended; ``without_budget``: seconds where there is none.
    ``most_mb``: address space of one process; ``renew_mb``: peak memory from which it is renewed, as after
    ``renew_after`` pictures. ``poison``: how many bad pictures are remembered; ``aside``: how many are put aside.
    """

    workers: int = 1
    patience: float = 10.0
    without_budget: float = 60.0
    most_mb: int = 4096
    renew_mb: int = 1024
    renew_after: int = 5000
    poison: int = 256
    aside: int = 20


class DecodePool:
    """Processes that decode; to be asked from any thread. ``aside`` is a folder for pictures that nobody survives."""

    def __init__(
        self,
        limits: PoolLimits = PoolLimits(),  # noqa: B008 - frozen
        *,
        aside: Path | None = None,
        module: str = "vision.worker",
    ) -> None:
        self._limits = limits
        self._aside = aside
        self._idle: queue.LifoQueue[_Worker] = queue.LifoQueue()
        self._poison: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()
        self._closed = False
        self._workers = [_Worker(Child([module, str(limits.most_mb)])) for _ in range(limits.workers)]
        for worker in reversed(self._workers):
            self._idle.put(worker)

    @property
    def processes(self) -> tuple[int, ...]:
        """The processes that run now."""
        return tuple(pid for worker in self._workers if (pid := worker.child.pid) is not None)

    @property
    def started(self) -> int:
        """How many processes were started so far."""
        return sum(worker.child.started for worker in self._workers)

    def decode(self, picture_bytes: bytes, options: DecodeOptions) -> Reading:
        """As `vision.decode.decode`, but nothing that is in the bytes can hurt; waits for a process that is free."""
        digest = sha256(picture_bytes).hexdigest()
        with self._lock:
            if (known := self._poison.get(digest)) is not None:
                return _failed(f"{known}; the same picture is not tried again")
        worker = self._idle.get()
        try:
            return self._read(worker, picture_bytes, options, digest)
        finally:
            self._idle.put(worker)

    def close(self) -> None:
        """Ends all processes; a picture that is being read then says READER_FAILED."""
        self._closed = True
        for worker in self._workers:
            worker.child.end()

    def _read(self, worker: "_Worker", picture_bytes: bytes, options: DecodeOptions, digest: str) -> Reading:
        try:
            return worker.read(picture_bytes, options, self._limits)
        except ChildFailed as first:
            failure = first
        if self._closed:
            return _failed("it was ended")
        if not failure.late:
            careful = msgspec.structs.replace(
                options, exclude_readers=options.exclude_readers | _UNSAFE, extra_readers=frozenset()
            )
            try:
                return worker.read(picture_bytes, careful, self._limits)
            except ChildFailed as again:
                failure = again
        self._put_aside(picture_bytes, digest, failure.what)
        return _failed(failure.what)

    def _put_aside(self, picture_bytes: bytes, digest: str, what: str) -> None:
        with self._lock:
            self._poison[digest] = what
            while len(self._poison) > self._limits.poison:
                self._poison.popitem(last=False)
        if self._aside is None:
            return
        try:
            self._aside.mkdir(parents=True, exist_ok=True)
            if len(list(self._aside.glob("*.picture"))) < self._limits.aside:
                (self._aside / f"{digest}.picture").write_bytes(picture_bytes)
                (self._aside / f"{digest}.reason.txt").write_text(what + "\n", encoding="utf-8")
        except OSError:
            return  # it serves an investigation only; the reading tells the failure in any case


class _Worker:
    """One process, and what it has done since it was started."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self._pictures = 0

    def read(self, picture_bytes: bytes, options: DecodeOptions, limits: PoolLimits) -> Reading:
        budget = limits.without_budget if options.budget is None else options.budget
        question = question_of(order_of(options), picture_bytes)
        before = self.child.started
        answer = _answer_decoder.decode(self.child.ask(question, budget + limits.patience))
        self._pictures = 1 if self.child.started != before else self._pictures + 1
        if answer.peak_mb > limits.renew_mb or self._pictures >= limits.renew_after:
            self.child.end()
        return answer.reading


def _failed(what: str) -> Reading:
    return Reading(reason=Reason.READER_FAILED, detail=f"the reading process failed: {what}")
