"""A process that makes small pictures and dies of a picture ``CRASH``, as a native decoder may."""

import os
import sys

from vision import reduce_process
from vision.picture import PictureLimits
from vision.reduce import reduced


def frail(data: bytes, limits: PictureLimits, most_side: int) -> bytes:
    if data == b"CRASH":
        os.abort()
    return reduced(data, limits, most_side)


if __name__ == "__main__":
    reduce_process.reduced = frail  # type: ignore[attr-defined]
    sys.exit(reduce_process.main())
