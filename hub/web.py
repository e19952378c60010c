"""Processes that answer people, behind the one port that everybody asks.

One process answers one request at a time with all it has, so pages cost whoever sends batches. With ``serve --web N``
the process that listens keeps what agents ask, and hands every other connection over, whole and with what was read of
it, to one of ``N`` processes of its own that open the same hub. Any process can answer anything: what counts is only
who has the processor. A connection is handed over by its first request; where none takes it (not started yet, ended,
too busy) it is answered here.
"""

import logging
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from hub.api.connection import TimedConnection
from hub.rounds import repeating
from traceability.downlink import DOWNLINK_PATH
from traceability.sync import AUTHORS_PATH, BATCHES_PATH

MOST_HANDED = 48 * 1024
"""Bytes of a request that were read before it is handed over; with more it is answered where it is."""
_HERE = tuple(path.encode() for path in (BATCHES_PATH, AUTHORS_PATH, DOWNLINK_PATH, "/metrics", "/healthz", "/readyz"))
"""What agents ask all the time, and what watches the process that takes their batches."""
_READY = b"."
_EVERY_S = 5.0
_ENDS_WITHIN_S = 15.0
_LOG = logging.getLogger(__name__)


class Takes(Protocol):
    """Who may be handed connections."""

    def take(self, connection: int, read: bytes) -> bool:
        """Whether it has the connection with this file descriptor now, of which so much was read."""


class Link:
    """The end over which connections are handed to one process."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self._link.setblocking(False)
        self._ready = False

    def take(self, connection: int, read: bytes) -> bool:
        """See ``Takes``."""
        try:
            if not self._ready and self._link.recv(1) != _READY:
                return False
            self._ready = True
            socket.send_fds(self._link, [read], [connection])
        except OSError:  # not ready, busy for long, or ended: then another one answers
            return False
        return True

    def close(self) -> None:
        """There will be no more."""
        self._link.close()


class _Worker:
    """A process and the link to it."""

    def __init__(self, command: Sequence[str]) -> None:
        ours, theirs = linked()
        self.link = Link(ours)
        with theirs:
            told = (*command, "--connections", str(theirs.fileno()))
            self.process = subprocess.Popen(told, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)  # noqa: S603 - this program

    def wait(self) -> None:
        """Until it has ended: it does once its link is closed and what it answers is finished."""
        try:
            self.process.wait(timeout=_ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def linked() -> tuple[socket.socket, socket.socket]:
    """Both ends of a link; what is sent comes whole."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


class WebProcesses:
    """``count`` processes that run ``command``; those that end are begun anew."""

    def __init__(self, count: int, command: Sequence[str]) -> None:
        self._command = command
        self._turn = threading.Lock()
        self._workers = [_Worker(command) for _ in range(count)]
        self._next = 0

    def take(self, connection: int, read: bytes) -> bool:
        """Whether one of them has the connection now; they take turns."""
        with self._turn:
            workers = self._workers[self._next :] + self._workers[: self._next]
            self._next = (self._next + 1) % len(self._workers)
            return any(worker.link.take(connection, read) for worker in workers)

    def renew(self) -> None:
        """Begin anew what has ended."""
        for number, worker in enumerate(self._workers):
            status = worker.process.poll()
            if status is not None:
                _LOG.warning("web process %d ended with %d; another one takes its place", worker.process.pid, status)
                worker.link.close()
                with self._turn:
                    self._workers[number] = _Worker(self._command)

    def end(self) -> None:
        """End all."""
        for worker in self._workers:
            worker.link.close()
        for worker in self._workers:
            worker.wait()


@contextmanager
def web_processes(count: int, command: Sequence[str]) -> Iterator[WebProcesses | None]:
    """``count`` of them until the block is left; None for 0."""
    if not count:
        yield None
        return
    processes = WebProcesses(count, (sys.executable, "-m", "hub", *command))
    try:
        with repeating("web processes", processes.renew, _EVERY_S):
            yield processes
    finally:
        processes.end()


class SharedConnection(TimedConnection):
    """A connection that is handed over where its first request is not an agent's."""

    def __init__(self, *arguments: Any, web: Takes, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._web = web
        self._is_new = True

    def data_received(self, data: bytes) -> None:
        """The first bytes decide."""
        if self._is_new:
            self._is_new = False
            if len(data) <= MOST_HANDED and not is_answered_here(data):
                connection = self.transport.get_extra_info("socket")
                if self._web.take(connection.fileno(), data):
                    self.transport.abort()  # this process's share of it: the other one has its own
                    return
        super().data_received(data)


def is_answered_here(request: bytes) -> bool:
    """Whether a request, of which the beginning is given, is for the process that listens."""
    _, target, *_ = (*request.split(b" ", 2), b"", b"")
    return target.startswith(_HERE)


class HandedConnection(TimedConnection):
    """A connection of which the beginning was read elsewhere."""

    def __init__(self, *arguments: Any, read: bytes, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._read = read

    def connection_made(self, transport: Any) -> None:
        """As if it had come just now."""
        super().connection_made(transport)
        self.data_received(self._read)


class Handed:
    """The end of the link in a process that is handed connections."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self._link.setblocking(False)

    def fileno(self) -> int:
        """What becomes readable when there is one, or when there will be no more."""
        return self._link.fileno()

    def ready(self) -> None:
        """Say that connections may come."""
        self._link.send(_READY)

    def close(self) -> None:
        """Whoever hands connections over finds out with the next one."""
        self._link.close()

    def next(self) -> tuple[socket.socket, bytes] | None:
        """A connection and what was read of it; None at the end. ``BlockingIOError`` where none is there."""
        read, files, _, _ = socket.recv_fds(self._link, MOST_HANDED, 1)
        return (socket.socket(fileno=files[0]), read) if files else None
