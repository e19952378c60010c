"""A process that decodes pictures for another one; see `vision.pool`.

It says that it is ready by an empty message. A question is what is asked for (MessagePack), its length before it, and
the picture's bytes; the answer is the reading and the process's peak memory.
"""

import os
import struct
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import cv2
import msgspec

from vision.decode import decode
from vision.expectation import Expectation
from vision.formats import Format
from vision.framing import read_frame, write_frame
from vision.options import DecodeOptions
from vision.picture import PictureLimits
from vision.symbol import Reading, Reason

_LENGTH = struct.Struct(">I")
_STATUS = Path("/proc/self/status")


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """`DecodeOptions` that can be sent: all but its clock."""

    formats: frozenset[Format]
    expected: int | None
    charsets: tuple[str, ...]
    budget: float | None
    expectations: tuple[Expectation, ...]
    exclude_readers: frozenset[str]
    extra_readers: frozenset[str]
    grade: bool
    limits: PictureLimits


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The reading, and how much memory (MB) the process has needed at most so far; 0 where that is not known."""

    reading: Reading
    peak_mb: int = 0


_order_decoder = msgspec.msgpack.Decoder(Order)
_encoder = msgspec.msgpack.Encoder()


def order_of(options: DecodeOptions) -> Order:
    """What can be sent of it."""
    return Order(**{name: getattr(options, name) for name in Order.__struct_fields__})


def question_of(order: Order, picture_bytes: bytes) -> bytes:
    """The message that asks for a picture."""
    asked = _encoder.encode(order)
    return _LENGTH.pack(len(asked)) + asked + picture_bytes


def answer_to(question: bytes) -> bytes:
    """Decodes the picture; what it takes too much memory for is said so."""
    (length,) = _LENGTH.unpack_from(question)
    start = _LENGTH.size
    order = _order_decoder.decode(question[start : start + length])
    given = {name: getattr(order, name) for name in Order.__struct_fields__}
    try:
        reading = decode(question[start + length :], DecodeOptions(clock=time.monotonic, **given))
    except MemoryError:
        reading = Reading(reason=Reason.READER_FAILED, detail="the picture takes more memory than a reader may have")
    return _encoder.encode(Answer(reading=reading, peak_mb=peak_mb()))


def serve(questions: BinaryIO, answers: BinaryIO) -> None:
    """Answers until nobody asks any more."""
    write_frame(answers, b"")
    while (question := read_frame(questions)) is not None:
        write_frame(answers, answer_to(question))


def main() -> None:
    """Serves standard input; whatever a library prints goes elsewhere."""
    cv2.setNumThreads(1)
    limit_memory(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    try:
        serve(sys.stdin.buffer, answers)
    except (KeyboardInterrupt, BrokenPipeError):
        return  # whoever asked is gone


def limit_memory(most_mb: int) -> None:
    """No more than that from now on, where the system can say so (0: no limit)."""
    if most_mb == 0 or sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not on Windows

    resource.setrlimit(resource.RLIMIT_AS, (most_mb << 20, resource.getrlimit(resource.RLIMIT_AS)[1]))


def peak_mb() -> int:
    """The most memory that this process has had, in MB; 0 where that can't be known.

    Linux hands the peak of the process that started this one down in ``getrusage``, so there the kernel's own account
    of the process is read.
    """
    if sys.platform == "win32":
        return 0
    if sys.platform == "linux":
        with suppress(OSError, ValueError, IndexError):
            return int(_STATUS.read_text().partition("VmHWM:")[2].split()[0]) >> 10
    import resource  # noqa: PLC0415 - not on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak >> (20 if sys.platform == "darwin" else 10)


if __name__ == "__main__":
    main()
