"""Pictures inspected in a process of its own, so that no picture can take the station down with it.

Run as a module (``python -m vision.inspection_process PROGRAM MEGABYTES``) it is that process: it loads the program,
says by a message whether that went well, and answers each picture's bytes with what the inspection says (MessagePack).
"""

import os
import sys
import threading
import time
from pathlib import Path
from typing import BinaryIO

import cv2
import msgspec

from vision.child import Child, ChildFailed
from vision.errors import ProgramRefused, VisionError
from vision.framing import read_frame, write_frame
from vision.inspect.program_file import Loaded, load_program
from vision.inspect.result import Inspection, Verdict, Why
from vision.inspect.run import Inspector
from vision.worker import limit_memory

MOST_MB = 4096
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Inspection)


class InspectionProcess:
    """One program, inspecting one picture after the other; may be asked from any thread.

    ``digest`` is the hash that the program's file must have: a file that changes under a running station is another
    program, and inspects nothing until the station is told of it.
    """

    def __init__(self, program: Path, digest: str, *, name: str, version: str, most_mb: int = MOST_MB) -> None:
        self._child = Child(["vision.inspection_process", str(program), digest, str(most_mb)])
        self._lock = threading.Lock()
        self._closed = False
        self._plain = Inspection(verdict=Verdict.NOT_DECIDABLE, name=name, version=version, program=digest)

    @property
    def pid(self) -> int | None:
        """The process now; None when there is none."""
        return self._child.pid

    def inspect(self, picture_bytes: bytes, within: float) -> Inspection:
        """The answer; a crash, a hang of more than ``within`` seconds or a changed program is NOT_DECIDABLE.

        After a crash the picture is tried once more: the process may have been ended while it had nothing to do.
        """
        with self._lock:
            try:
                return self._asked(picture_bytes, within)
            except ChildFailed as failure:
                return msgspec.structs.replace(self._plain, why=Why.PROCESS_FAILED, detail=failure.what)

    def _asked(self, picture_bytes: bytes, within: float) -> Inspection:
        try:
            return _decoder.decode(self._child.ask(picture_bytes, within))
        except ChildFailed as failure:
            if failure.late or self._closed:
                raise
            return _decoder.decode(self._child.ask(picture_bytes, within))

    def close(self) -> None:
        """Ends the process, also while it is asked."""
        self._closed = True
        self._child.end()


def serve(inspector: Inspector | str, questions: BinaryIO, answers: BinaryIO) -> None:
    """Answers until nobody asks any more; ``inspector`` is a text where the program cannot be used, and why."""
    write_frame(answers, b"")
    while (question := read_frame(questions)) is not None:
        if isinstance(inspector, str):
            found = Inspection(
                verdict=Verdict.NOT_DECIDABLE,
                name="",
                version="",
                program="",
                why=Why.PROGRAM_REFUSED,
                detail=inspector,
            )
        else:
            found = inspector.inspect(question)
        write_frame(answers, _encoder.encode(found))


def main() -> None:
    """Serves standard input; whatever a library prints goes elsewhere."""
    cv2.setNumThreads(1)
    limit_memory(int(sys.argv[3]))
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    try:
        serve(_inspector(Path(sys.argv[1]), sys.argv[2]), sys.stdin.buffer, answers)
    except (KeyboardInterrupt, BrokenPipeError):
        return  # whoever asked is gone


def _inspector(program: Path, digest: str) -> Inspector | str:
    try:
        return _made(load_program(program), digest, str(program))
    except VisionError as error:
        return str(error)


def _made(loaded: Loaded, digest: str, where: str) -> Inspector:
    if loaded.digest != digest:
        raise ProgramRefused("is not the program that the station was started with", where=where, advice="reload")
    return Inspector(
        loaded.program,
        loaded.taught,
        digest=loaded.digest,
        calibration=loaded.calibration,
        clock=time.monotonic,
    )


if __name__ == "__main__":
    main()
