"""libdmtx, an optional last opinion about DataMatrix codes, in a process of its own.

It reads some codes that zxing-cpp does not (quiet zone lost, laser marks), takes seconds for it, aborts its process on
some pictures, and drops FNC1: where one stood, a lot swallows the serial that follows. So it is never asked about GS1
codes: a station names it only where its codes are none, and a content that begins like a GS1 one is not given on.

Run as a program, this module reads one picture from standard input: its width and height as text on one line, then
its grey values; it writes one line of JSON.
"""

import base64
import json
import re
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

import numpy as np

from vision.picture import Grey
from vision.symbol import Polygon

WITHIN = 5.0
"""Seconds for one picture, after which the process is ended."""

MOST = 8
"""Codes looked for in one picture."""

_LIKE_GS1 = re.compile(rb"(00\d{18}|0[12]\d{14}|8006\d{18}|1[0-9]\d{6}|21\d)")


def state() -> str:
    """The version installed; empty where it is not. Nothing is loaded: the library may abort the process that does."""
    if find_spec("pylibdmtx") is None:
        return ""
    try:
        return version("pylibdmtx")
    except PackageNotFoundError:
        return "of unknown version"


def read(picture: Grey) -> list[tuple[bytes, Polygon]]:
    """Contents and places of DataMatrix codes; nothing where the process crashed or took too long."""
    height, width = picture.shape
    question = f"{width} {height}\n".encode() + np.ascontiguousarray(picture).tobytes()
    command = [sys.executable, "-m", "vision.dmtx"]
    try:
        done = subprocess.run(command, input=question, capture_output=True, timeout=WITHIN + 2, check=False)  # noqa: S603 - this module
    except (subprocess.TimeoutExpired, OSError):
        return []
    if done.returncode != 0:
        return []
    found = []
    for code, (left, top, right, bottom) in json.loads(done.stdout):
        raw = base64.b64decode(code)
        if not _LIKE_GS1.match(raw):
            found.append((raw, ((left, top), (right, top), (right, bottom), (left, bottom))))
    return found


def main() -> None:
    """Answers one picture."""
    decode: Callable[..., Any] = import_module("pylibdmtx.pylibdmtx").decode  # only in a process of its own
    width, height = (int(number) for number in sys.stdin.buffer.readline().split())
    pixels = np.frombuffer(sys.stdin.buffer.read(width * height), np.uint8).reshape(height, width)
    found = []
    for code in decode(pixels, timeout=int(WITHIN * 1000), max_count=MOST):
        # Its origin is the lower left corner, and a turned code may have a negative width.
        xs = sorted((float(code.rect.left), float(code.rect.left + code.rect.width)))
        ys = sorted((float(height - code.rect.top), float(height - code.rect.top - code.rect.height)))
        found.append((base64.b64encode(code.data).decode("ascii"), (xs[0], ys[0], xs[1], ys[1])))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
