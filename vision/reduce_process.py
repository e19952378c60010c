"""Small pictures made in a process of its own, so that no picture can take down or hold up whoever asks for one.

Run as a module (``python -m vision.reduce_process MEGABYTES SIDE``) it is that process: it says that it is ready by an
empty message and answers each picture's bytes with a JPEG, or with nothing when it cannot be made.
"""

import os
import sys
import threading
from collections import OrderedDict
from hashlib import sha256
from typing import BinaryIO

import cv2

from vision.child import Child, ChildFailed
from vision.errors import VisionError
from vision.framing import read_frame, write_frame
from vision.picture import PictureLimits
from vision.reduce import reduced
from vision.worker import limit_memory

MOST_MB = 2048
LIMITS = PictureLimits(max_pixels=100_000_000, max_side=20_000, min_side=1)
_REMEMBERED = 256
_RENEW_AFTER = 500


class Reducer:
    """One process, one picture after the other; may be asked from any thread. Started when it is first asked.

    A picture that ended the process, or was late, is not tried again.
    """

    def __init__(self, most_side: int, *, within: float = 10.0, module: str = "vision.reduce_process") -> None:
        self._child = Child([module, str(MOST_MB), str(most_side)])
        self._within = within
        self._lock = threading.Lock()
        self._bad: OrderedDict[bytes, None] = OrderedDict()
        self._made = 0

    def small(self, picture_bytes: bytes) -> bytes:
        """A small JPEG of it; empty when there is none to be had."""
        digest = sha256(picture_bytes).digest()
        with self._lock:
            if digest in self._bad:
                return b""
            made = self._asked(picture_bytes)
            if not made:
                self._bad[digest] = None
                while len(self._bad) > _REMEMBERED:
                    self._bad.popitem(last=False)
            self._made += 1
            if self._made % _RENEW_AFTER == 0:
                self._child.end()
            return made

    def _asked(self, picture_bytes: bytes) -> bytes:
        """Once more when the process died of it: it may have been ended while it had nothing to do."""
        for left in (1, 0):
            try:
                return self._child.ask(picture_bytes, self._within)
            except ChildFailed as failure:
                if failure.late or not left:
                    break
        return b""

    def close(self) -> None:
        """Ends the process."""
        self._child.end()


def serve(questions: BinaryIO, answers: BinaryIO, most_side: int) -> None:
    """Answers until nobody asks any more."""
    write_frame(answers, b"")
    while (question := read_frame(questions)) is not None:
        try:
            small = reduced(question, LIMITS, most_side)
        except (VisionError, MemoryError):
            small = b""
        write_frame(answers, small)


def main() -> None:
    """Serves standard input; whatever a library prints goes elsewhere."""
    cv2.setNumThreads(1)
    limit_memory(int(sys.argv[1]))
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    try:
        serve(sys.stdin.buffer, answers, int(sys.argv[2]))
    except (KeyboardInterrupt, BrokenPipeError):
        return  # whoever asked is gone


if __name__ == "__main__":
    main()
