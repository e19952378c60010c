"""A process that holds one camera open and gives its newest picture when it is asked; see `vision.source.live`.

A thread reads all the time, so that no old picture waits in a buffer. A picture counts for a question only when it
was begun after the question came: what moved before that may not be the part that lies there now. Recorded video has
no present; there each picture counts, once.
"""

import os
import sys
import threading

import cv2
import msgspec
import numpy as np

from vision.errors import OptionRefused, SourceRefused
from vision.framing import read_frame, write_frame
from vision.source.address import parse_address
from vision.source.frames import NextFrame, Pixels, open_frames

_encoder = msgspec.msgpack.Encoder()


class Ask(msgspec.Struct, frozen=True):
    """A question for a picture, and how many seconds there are."""

    within: float


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A picture as a PNG file, or why there is none; ``gone``: the camera has to be opened anew."""

    png: bytes = b""
    problem: str = ""
    gone: bool = False


class Newest:
    """The newest picture of a source that is read all the time, or one by one of a recording."""

    def __init__(self, following: NextFrame, *, one_by_one: bool) -> None:
        self._following = following
        self._one_by_one = one_by_one
        self._changed = threading.Condition()
        self._pixels: Pixels | None = None
        self._number = 0
        self._ended = False
        if not one_by_one:
            threading.Thread(target=self._read_on, daemon=True).start()

    def after_now(self, within: float) -> Shown:
        """A picture that was begun after this call."""
        if self._one_by_one:
            pixels = self._following()
            return Shown(problem="the recording has ended", gone=True) if pixels is None else _shown(pixels)
        with self._changed:
            # The next one to arrive may have been begun before; the one after it was not.
            wanted = self._number + 2
            self._changed.wait_for(lambda: self._number >= wanted or self._ended, within)
            if self._ended:
                return Shown(problem="the camera is gone", gone=True)
            if self._number < wanted or self._pixels is None:
                return Shown(problem=f"the camera gave no picture within {within:g} s", gone=True)
            pixels = self._pixels
        return _shown(pixels)

    def _read_on(self) -> None:
        while True:
            try:
                pixels = self._following()
            except Exception:  # noqa: BLE001 - vendors' libraries raise anything when a camera goes away
                pixels = None
            with self._changed:
                if pixels is not None and pixels.size:
                    self._pixels, self._number = pixels, self._number + 1
                self._ended = pixels is None
                self._changed.notify_all()
                if self._ended:
                    return


def _shown(pixels: Pixels) -> Shown:
    if not pixels.size:
        return Shown(problem="the camera gave a picture of a kind unknown here; set it to Mono8, Mono16 or BGR8")
    done, png = cv2.imencode(".png", np.ascontiguousarray(pixels), [cv2.IMWRITE_PNG_COMPRESSION, 1])
    return Shown(png=png.tobytes()) if done else Shown(problem="the camera's picture cannot be written as PNG")


def main() -> None:
    """Serves standard input until nobody asks any more."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    cv2.setNumThreads(1)
    write_frame(answers, b"")
    text = read_frame(sys.stdin.buffer)
    newest: Newest | None = None
    try:
        address = parse_address((text or b"").decode("utf-8", "replace"))
        newest = Newest(open_frames(address), one_by_one=address.recorded)
        opened = Shown()
    except (OptionRefused, SourceRefused) as error:
        opened = Shown(problem=str(error), gone=True)
    write_frame(answers, _encoder.encode(opened))
    while newest is not None and (question := read_frame(sys.stdin.buffer)) is not None:
        shown = newest.after_now(msgspec.msgpack.decode(question, type=Ask).within)
        write_frame(answers, _encoder.encode(shown))
    os._exit(0)  # a library's thread may never come back from its read


if __name__ == "__main__":
    main()
