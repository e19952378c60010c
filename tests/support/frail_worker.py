"""A decoding process in which one reader does what native readers have done: end the process, hang, or grow.

What it does stands in the picture: a text CRASH, CRASH-IN-ZBAR, HANG or GROW. The crash is a real one, a division by
zero in zxing-cpp.
"""

import sys
import time

import numpy as np
import zxingcpp

from vision import worker
from vision.decode import decode
from vision.options import DecodeOptions
from vision.readers import ZBAR
from vision.symbol import Reading

_grown = []


def die() -> None:
    code = zxingcpp.create_barcode("ABC", zxingcpp.BarcodeFormat.Code128)
    picture = np.pad(np.array(code.to_image(scale=3)), 30, constant_values=255)
    np.array(zxingcpp.read_barcodes(picture)[0].to_image(scale=1))


def frail(picture_bytes: bytes, options: DecodeOptions) -> Reading:
    reading = decode(picture_bytes, options)
    texts = {symbol.text for symbol in reading.symbols}
    if "CRASH" in texts or ("CRASH-IN-ZBAR" in texts and ZBAR not in options.exclude_readers):
        die()
    if "HANG" in texts:
        time.sleep(600)
    if "GROW" in texts:
        _grown.append(np.ones(40 << 20, np.uint8))
    if "HUGE" in texts:
        _grown.append(np.ones(64 << 30, np.uint8))
    return reading


if __name__ == "__main__":
    worker.decode = frail
    sys.exit(worker.main())
