"""A camera that is asked for a picture: in a process of its own, opened anew when it vanished."""

import threading

import msgspec

from vision.child import Child, ChildFailed
from vision.errors import SourceRefused
from vision.source.address import parse_address, shown
from vision.source.grabber import Ask, Shown

_OPEN_WITHIN = 30.0
_PATIENCE = 2.0
_decoder = msgspec.msgpack.Decoder(Shown)
_encoder = msgspec.msgpack.Encoder()


class LiveCamera:
    """One camera; blocking, to be called from a thread. Nothing is opened before it is first asked.

    ``open_within``: seconds after which a library that does not come back from opening is ended.
    """

    def __init__(self, address: str, *, open_within: float = _OPEN_WITHIN) -> None:
        parse_address(address)
        self._address = address
        self._open_within = open_within
        self._child = Child(["vision.source.grabber"])
        self._opened = 0
        self._lock = threading.Lock()

    @property
    def process(self) -> int | None:
        """The process that holds the camera; None when there is none."""
        return self._child.pid

    def open(self) -> None:
        """Connects to the camera, where that has not been done; SourceRefused when it cannot be."""
        with self._lock:
            self._open(self._open_within)

    def picture(self, within: float) -> bytes:
        """A picture begun after this call, as a PNG file; SourceRefused when there is none within so many seconds."""
        if not self._lock.acquire(timeout=within):
            raise self._refused("the camera is still being opened")
        try:
            self._open(min(within + _PATIENCE, self._open_within))
            return self._asked(_encoder.encode(Ask(within)), within + _PATIENCE).png
        finally:
            self._lock.release()

    def close(self) -> None:
        """Lets go of the camera."""
        self._child.end()

    def _open(self, within: float) -> None:
        if self._child.pid is not None and self._opened == self._child.started and self._child.is_alive:
            return
        self._child.end()
        self._asked(self._address.encode("utf-8"), within)
        self._opened = self._child.started

    def _asked(self, question: bytes, within: float) -> Shown:
        try:
            answer = _decoder.decode(self._child.ask(question, within))
        except ChildFailed as error:
            raise self._refused(f"the camera's library failed: {error.what}") from None
        if answer.gone:
            self._child.end()
        if answer.problem:
            raise self._refused(answer.problem)
        return answer

    def _refused(self, what: str) -> SourceRefused:
        return SourceRefused(what, where=shown(self._address))
