"""From a symbol's exact bytes to text.

A symbol may declare its character set by an ECI (AIM ITS/04-023). Most printed labels declare nothing, so what
was meant is a convention of the plant: strict UTF-8 first, since hardly any other text passes it by chance, then
the station's ladder of charsets, the first that decodes without an error.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterable, Sequence

from vision.errors import OptionRefused
from vision.formats import Format

ECI_CHARSETS = {
    1: "latin-1", 3: "latin-1", 4: "iso8859-2", 5: "iso8859-3", 6: "iso8859-4", 7: "iso8859-5", 8: "iso8859-6",
    9: "iso8859-7", 10: "iso8859-8", 11: "iso8859-9", 12: "iso8859-10", 13: "iso8859-11", 15: "iso8859-13",
    16: "iso8859-14", 17: "iso8859-15", 18: "iso8859-16", 20: "shift_jis", 21: "cp1250", 22: "cp1251",
    23: "cp1252", 24: "cp1256", 25: "utf-16-be", 26: "utf-8", 27: "ascii", 28: "big5", 29: "gb18030",
    30: "euc-kr", 31: "gbk", 32: "gb18030", 33: "utf-16-le", 34: "utf-32-be", 35: "utf-32-le", 170: "ascii",
}  # fmt: skip
"""ECI number to codec. GB 2312 (29) is read as its superset, which printers send under that number."""

EUROPEAN = frozenset({"LATIN", "GREEK", "CYRILLIC"})

_ECI_MARK = re.compile(rb"\\(\d{6})")
_KANJI_PAIR = re.compile(rb"(?:[\x00-\x7f]|[\x81-\x9f\xe0-\xeb][\x40-\x7e\x80-\xfc])+")
_KANJI_LEAD = re.compile(rb"[\x81-\x9f]")

Segment = tuple[int | None, bytes]
"""ECI number in force (None: none declared) and the bytes under it."""


def check_charsets(names: Iterable[str]) -> None:
    """Raises OptionRefused for the first name that Python has no text codec for."""
    for name in names:
        try:
            b"?".decode(name, "replace")  # no bytes at all would not be looked up
        except LookupError:
            what = f"unknown charset {name!r}"
            raise OptionRefused(what, advice="for instance utf-8, gb18030, shift_jis, latin-1") from None


def split_eci(stream: bytes) -> list[Segment]:
    r"""Segments of an ECI protocol stream: ``\NNNNNN`` sets the ECI, ``\\`` is one backslash."""
    segments: list[Segment] = []
    eci: int | None = None
    # Doubled backslashes are set aside first so that "\\000026" as data is not taken for a mark.
    pieces = _ECI_MARK.split(stream.replace(b"\\\\", b"\\\x00"))
    for index, piece in enumerate(pieces):
        if index % 2:
            eci = int(piece)
        elif piece:
            segments.append((eci, piece.replace(b"\\\x00", b"\\")))
    return segments


def text_of(segments: Sequence[Segment], ladder: Sequence[str], symbol_format: Format) -> tuple[str, str]:
    """Text and the charsets that gave it, joined by ``+``; an empty charset means that nothing fitted."""
    texts: list[str] = []
    charsets: list[str] = []
    for eci, raw in segments:
        text, charset = _decode(raw, [ECI_CHARSETS[eci]] if eci in ECI_CHARSETS else ladder, symbol_format)
        if not charset:
            return b"".join(part for _, part in segments).decode("ascii", "backslashreplace"), ""
        texts.append(text)
        if charset not in charsets:
            charsets.append(charset)
    return "".join(texts), "+".join(charsets) or "utf-8"


def _decode(raw: bytes, ladder: Sequence[str], symbol_format: Format) -> tuple[str, str]:
    if symbol_format in (Format.QR, Format.MICRO_QR, Format.RMQR) and _is_kanji_mode(raw):
        ladder = ("shift_jis", *ladder)
    doubtful = ("", "")
    for name in ladder:
        charset = codecs.lookup(name).name
        try:
            text = raw.decode(charset)
        except UnicodeDecodeError:
            continue
        if charset != "utf-8" or _is_plausible(text):
            return text, charset
        doubtful = (text, charset)
    return doubtful


def _is_plausible(text: str) -> bool:
    """False where all that is not ASCII took two bytes and is not of one European script."""
    beyond = [char for char in text if char > "\x7f"]
    if any(char >= "\u0800" for char in beyond):
        return True
    scripts = {unicodedata.name(char, "").partition(" ")[0] for char in beyond if not _is_sign(char)}
    return len(scripts) <= 1 and scripts <= EUROPEAN


def _is_sign(char: str) -> bool:
    return unicodedata.category(char)[0] in "SPNZ" or char == "\u00b5"


def _is_kanji_mode(raw: bytes) -> bool:
    """Whether these bytes look like QR's Kanji mode, which yields Shift JIS without declaring it.

    Label software uses that mode for Chinese too, where the characters exist there. Text in GB 2312 has every
    lead byte at 0xB0 or above, so pairs that all fit Kanji mode and begin below 0xA0 are not it.
    """
    if raw.isascii() or not _KANJI_PAIR.fullmatch(raw) or not _KANJI_LEAD.search(raw):
        return False
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False
