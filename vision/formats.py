"""The symbologies a station can ask for, by name."""

from collections.abc import Iterable
from enum import StrEnum

from vision.errors import OptionRefused


class Format(StrEnum):
    """Names as they stand in options, in results and on the command line."""

    QR = "qr"
    MICRO_QR = "microqr"
    RMQR = "rmqr"
    DATA_MATRIX = "datamatrix"
    AZTEC = "aztec"
    PDF417 = "pdf417"
    CODE_128 = "code128"
    CODE_39 = "code39"
    CODE_93 = "code93"
    EAN_13 = "ean13"
    EAN_8 = "ean8"
    UPC_A = "upca"
    UPC_E = "upce"
    ITF = "itf"
    DATABAR = "databar"


MATRIX = frozenset({Format.QR, Format.MICRO_QR, Format.RMQR, Format.DATA_MATRIX, Format.AZTEC})
"""Two-dimensional, with Reed-Solomon correction, readable in any rotation."""

CORRECTED = MATRIX | {Format.PDF417}
"""Formats whose error correction makes a wrong read practically impossible."""

RETAIL = frozenset({Format.EAN_13, Format.EAN_8, Format.UPC_A, Format.UPC_E})

WEAK = RETAIL | {Format.ITF}
"""Formats whose own check (one digit mod 10, or none) is too weak to trust a single read."""

ALL = frozenset(Format)


def parse_formats(names: Iterable[str]) -> frozenset[Format]:
    """Formats of names such as ``QR``, ``data-matrix``, ``Code 128``.

    Raises:
        OptionRefused: a name that is no format, or no name at all.
    """
    found = set()
    for name in names:
        key = name.strip().lower().replace("-", "").replace("_", "").replace(" ", "")
        try:
            found.add(Format(key))
        except ValueError:
            what = f"unknown symbol format {name.strip()!r}"
            raise OptionRefused(what, advice=f"known: {', '.join(Format)}") from None
    if not found:
        raise OptionRefused("no symbol format named", advice=f"known: {', '.join(Format)}")
    return frozenset(found)
