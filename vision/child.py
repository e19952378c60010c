"""A process of one's own for what may crash or hang, and a watchdog over it.

Native readers divide by zero and free twice, and a camera's library may never come back from a read. In a process of
its own such a thing costs one answer: whoever asks waits no longer than it said, and the process is ended and started
again when it is asked next.
"""

import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import BinaryIO

from vision.errors import VisionError
from vision.framing import read_frame, write_frame

_ENDS_WITHIN = 5.0


class ChildFailed(VisionError):
    """The process crashed, could not be started, or gave no answer in time (``late``)."""

    def __init__(self, what: str, *, late: bool = False) -> None:
        super().__init__(what)
        self.late = late


class Child:
    """One process that answers messages, one after the other; started when it is first asked.

    ``command`` is a Python module with its arguments. Not to be asked by two threads at once.
    """

    def __init__(self, command: Sequence[str], *, start_within: float = 60.0) -> None:
        self._command = [sys.executable, "-m", *command]
        self._start_within = start_within
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self.started = 0

    @property
    def pid(self) -> int | None:
        """The process now; None when there is none."""
        return None if self._process is None else self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def ask(self, question: bytes, within: float) -> bytes:
        """Its answer; ChildFailed after ``within`` seconds, or when it died of the question. Then it is ended."""
        process = self._running()
        assert process.stdin is not None
        # A pipe that nobody empties would hold the writer up for ever, so a thread of its own writes.
        writing = threading.Thread(target=_send, args=(process.stdin, question), daemon=True)
        writing.start()
        try:
            answer = self._answers.get(timeout=within)
        except queue.Empty:
            self.end()
            what = f"no answer within {within:g} s"
            raise ChildFailed(what, late=True) from None
        if answer is None:
            raise ChildFailed(f"the process died ({self._epitaph()})")
        return answer

    def end(self) -> None:
        """Ends the process, if there is one."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait(_ENDS_WITHIN)
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    continue  # what was not sent yet cannot be sent any more

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self.is_alive:
            return self._process
        self.end()
        try:
            process = subprocess.Popen(  # noqa: S603 - a module of this product
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            raise ChildFailed(f"the process cannot be started: {error.strerror}") from None
        assert process.stdout is not None
        self._process, self._answers = process, queue.SimpleQueue()
        threading.Thread(target=_listen, args=(process.stdout, self._answers), daemon=True).start()
        self.started += 1
        self._await_ready()
        return process

    def _await_ready(self) -> None:
        try:
            ready = self._answers.get(timeout=self._start_within)
        except queue.Empty:
            ready = None
        if ready is None:
            raise ChildFailed(f"the process does not start ({self._epitaph()})")

    def _epitaph(self) -> str:
        """Why it ended, and makes sure that it did."""
        process = self._process
        if process is None:
            return "ended"
        try:
            code = process.wait(_ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            code = None
        self.end()
        if code is None:
            return "it fell silent"
        return f"signal {-code}" if code < 0 else f"exit {code}"


def _send(stream: BinaryIO, question: bytes) -> None:
    try:
        write_frame(stream, question)
    except (OSError, ValueError):
        return  # it died, or was ended: whoever waits for the answer is told so


def _listen(stream: BinaryIO, answers: queue.SimpleQueue[bytes | None]) -> None:
    answer: bytes | None = b""
    while answer is not None:
        try:
            answer = read_frame(stream)
        except (OSError, ValueError):
            answer = None  # closed under our hands: it was ended
        answers.put(answer)
