"""The barcode readers, in one visible registry.

zxing-cpp is always there: exact bytes, a symbology identifier, places that it located without being able to read.
zbar joins where its system library loads. It gives no symbology identifier, drops FNC1 in first position and
re-encodes bytes that are not ASCII, so its word confirms, contradicts or comes last, but never leads. libdmtx drops
FNC1 and can abort its process: it is asked by name only, in a process of its own, see `vision.dmtx`.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from typing import NamedTuple

import cv2
import msgspec
import numpy as np
import zxingcpp

from vision import dmtx
from vision.charset import split_eci, text_of
from vision.formats import CORRECTED, MATRIX, Format
from vision.picture import Grey
from vision.symbol import Modules, Polygon, Symbol

ZXING = "zxing-cpp"
ZBAR = "pyzbar"
DMTX = "libdmtx"

_ZXING_FORMATS = {
    Format.QR: zxingcpp.BarcodeFormat.QRCode,
    Format.MICRO_QR: zxingcpp.BarcodeFormat.MicroQRCode,
    Format.RMQR: zxingcpp.BarcodeFormat.RMQRCode,
    Format.DATA_MATRIX: zxingcpp.BarcodeFormat.DataMatrix,
    Format.AZTEC: zxingcpp.BarcodeFormat.Aztec,
    Format.PDF417: zxingcpp.BarcodeFormat.PDF417,
    Format.CODE_128: zxingcpp.BarcodeFormat.Code128,
    Format.CODE_39: zxingcpp.BarcodeFormat.Code39,
    Format.CODE_93: zxingcpp.BarcodeFormat.Code93,
    Format.EAN_13: zxingcpp.BarcodeFormat.EAN13,
    Format.EAN_8: zxingcpp.BarcodeFormat.EAN8,
    Format.UPC_A: zxingcpp.BarcodeFormat.UPCA,
    Format.UPC_E: zxingcpp.BarcodeFormat.UPCE,
    Format.ITF: zxingcpp.BarcodeFormat.ITF,
    Format.DATABAR: zxingcpp.BarcodeFormat.DataBar,
}
_NAMES = {native: name for name, native in _ZXING_FORMATS.items()}

_ZBAR_FORMATS = {
    Format.QR: "QRCODE",
    Format.CODE_128: "CODE128",
    Format.CODE_39: "CODE39",
    Format.CODE_93: "CODE93",
    Format.EAN_13: "EAN13",
    Format.EAN_8: "EAN8",
    Format.ITF: "I25",
}
"""Left out: DataBar and PDF417, on which zbar is known to abort, and UPC, which it gives as EAN-13."""


class Sighting(NamedTuple):
    """A place that one reader saw in one pass; ``symbol`` is None where it could not be read."""

    format: Format
    polygon: Polygon
    symbol: Symbol | None


class Question(msgspec.Struct, frozen=True):
    """What is asked of a reader.

    ``thorough`` also searches turned, shrunk and inverted; ``locates``: tell what was located only, too;
    ``modules``: tell which modules make up each symbol, for grading it.
    """

    formats: frozenset[Format]
    charsets: Sequence[str]
    thorough: bool = True
    locates: bool = True
    modules: bool = False


class Reader(msgspec.Struct, frozen=True):
    """One reader; ``read`` is None where its library is not available, and ``state`` says why.

    ``by_name``: it is asked only where a station names it.
    """

    name: str
    formats: frozenset[Format]
    state: str
    read: Callable[[Grey, Question], list[Sighting]] | None = None
    by_name: bool = False


def _polygon(points: Sequence[tuple[float, float]]) -> Polygon:
    a, b, c, d = ((float(x), float(y)) for x, y in points)
    return (a, b, c, d)


def _read_zxing(picture: Grey, question: Question) -> list[Sighting]:
    found = zxingcpp.read_barcodes(
        picture,
        formats=zxingcpp.BarcodeFormats([_ZXING_FORMATS[name] for name in sorted(question.formats)]),
        try_rotate=question.thorough,
        try_downscale=question.thorough,
        try_invert=question.thorough,
        # The only mode that tells which ECI was declared; the exact bytes are there in every mode.
        text_mode=zxingcpp.TextMode.HexECI,
        return_errors=question.thorough and question.locates,
    )
    sightings = []
    for code in found:
        name = _NAMES.get(code.format) or _NAMES.get(code.symbology)
        if name is None or (not code.valid and name not in CORRECTED):
            continue  # linear "errors" are mostly texture that resembles bars
        at = code.position
        polygon = _polygon([(p.x, p.y) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)])
        sightings.append(Sighting(name, polygon, _zxing_symbol(code, name, polygon, question)))
    return sightings


def _zxing_symbol(code: zxingcpp.Barcode, name: Format, polygon: Polygon, question: Question) -> Symbol | None:
    if not code.valid:
        return None
    raw = code.bytes
    stream = bytes.fromhex(code.text)[len(code.symbology_identifier) :]
    segments = [(None, raw)] if stream == raw else split_eci(stream)
    if b"".join(part for _, part in segments) != raw:
        segments = [(None, raw)]  # never let a guess about ECI change what was read
    text, charset = text_of(segments, question.charsets, name)
    return Symbol(
        text=text,
        raw=raw,
        symbology=code.symbology_identifier,
        format=name,
        polygon=polygon,
        readers=(ZXING,),
        charset=charset,
        eci=next((eci for eci, _ in segments if eci is not None), None),
        unused_correction=_unused_correction(code),
        modules=_modules(code) if question.modules else None,
    )


def _unused_correction(code: zxingcpp.Barcode) -> float | None:
    extra = code.extra
    return float(extra["UEC"]) if isinstance(extra, dict) and "UEC" in extra else None


def _modules(code: zxingcpp.Barcode) -> Modules | None:
    """The modules as they were sampled, without quiet zone; None where the library does not keep them.

    It keeps them of matrix codes only, and asked for them of a linear one it ends the process (division by zero).
    """
    if _NAMES.get(code.format, _NAMES.get(code.symbology)) not in MATRIX:
        return None
    try:
        drawn = np.array(code.to_image(scale=1, add_quiet_zones=False), np.uint8)
    except (RuntimeError, ValueError):
        return None
    return Modules(width=drawn.shape[1], bits=(drawn < 128).astype(np.uint8).tobytes()) if drawn.size else None


def _box_of(points: Sequence[tuple[float, float]]) -> Polygon:
    """zbar gives any number of points: for a linear code those where its scan lines crossed it."""
    corners = cv2.boxPoints(cv2.minAreaRect(np.array(points, np.float32)))
    return _polygon([(x, y) for x, y in corners])


def _zbar() -> Reader:
    formats = frozenset(_ZBAR_FORMATS)
    try:
        from pyzbar import pyzbar  # noqa: PLC0415 - the system library may be missing
    except (ImportError, OSError) as error:
        return Reader(ZBAR, formats, f"not available: {error}")
    names = {native: name for name, native in _ZBAR_FORMATS.items()}

    def read(picture: Grey, question: Question) -> list[Sighting]:
        wanted = [pyzbar.ZBarSymbol[_ZBAR_FORMATS[name]] for name in sorted(question.formats & formats)]
        sightings = []
        for code in pyzbar.decode(picture, symbols=wanted) if wanted else []:
            name = names.get(code.type)
            if name is None or not code.polygon:
                continue
            polygon = _box_of(code.polygon)
            text, charset = text_of([(None, code.data)], question.charsets, name)
            symbol = Symbol(
                text=text,
                raw=code.data,
                symbology="",
                format=name,
                polygon=polygon,
                readers=(ZBAR,),
                charset=charset,
            )
            sightings.append(Sighting(name, polygon, symbol))
        return sightings

    return Reader(ZBAR, formats, version("pyzbar"), read)


def _dmtx() -> Reader:
    def read(picture: Grey, question: Question) -> list[Sighting]:
        sightings = []
        for raw, polygon in dmtx.read(picture):
            text, charset = text_of([(None, raw)], question.charsets, Format.DATA_MATRIX)
            symbol = Symbol(
                text=text,
                raw=raw,
                symbology="",
                format=Format.DATA_MATRIX,
                polygon=polygon,
                readers=(DMTX,),
                charset=charset,
            )
            sightings.append(Sighting(Format.DATA_MATRIX, polygon, symbol))
        return sightings

    state, formats = dmtx.state(), frozenset({Format.DATA_MATRIX})
    return Reader(DMTX, formats, state or "not available", read if state else None, by_name=True)


READERS: Mapping[str, Reader] = {
    ZXING: Reader(ZXING, frozenset(_ZXING_FORMATS), version("zxing-cpp"), _read_zxing),
    ZBAR: _zbar(),
    DMTX: _dmtx(),
}
