"""Names of other systems, kept as aliases of an identity and never as the identity itself.

- 工业互联网标识 (industrial internet identifiers, YD/T 4495 and the coding rules of its second-level nodes):
  ``88.<industry>.<enterprise>/<suffix>``. The industry has three digits; the enterprise gives the suffix by itself.
- Handles (RFC 3651): ``hdl:<prefix>/<suffix>``, which 工业互联网标识 are too. Prefixes compare without case.
- Object identifiers (ITU-T X.660): ``urn:oid:1.2.156.…``.
- Ecode (GB/T 31866): version, numbering system and main code, written here with ``ecode:`` in front, because digits
  alone would claim every number. Versions 1 to 3 are read; the binary and the Unicode version are not.
"""

import re
import unicodedata
from enum import StrEnum

import msgspec

from traceability.errors import IdentifierRefused
from traceability.identifier.characters import shown

_LONGEST = 300
_HANDLE = re.compile(r"(?P<prefix>[0-9]+(?:\.[0-9A-Za-z_-]+)*)/(?P<suffix>.+)", re.ASCII)
_INDUSTRIAL = re.compile(r"88\.[0-9]{3}\.[0-9A-Z]{1,32}")
_CHINESE_ROOTS = ("88.", "86.")
_OID = re.compile(r"(?:[01]\.(?:0|[1-3]?[0-9])|2\.(?:0|[1-9][0-9]*))(?:\.(?:0|[1-9][0-9]*))+")
_ECODE = re.compile(r"(?:1[0-9]{4}[0-9]{1,20}|2[0-9]{4}[0-9]{1,28}|3[0-9]{5}[0-9A-Za-z]{1,39})")
_HANDLE_MARK, _OID_MARK, _ECODE_MARK = "hdl:", "urn:oid:", "ecode:"


class NamingSystem(StrEnum):
    """Who gives the name."""

    INDUSTRIAL_INTERNET = "industrial_internet"
    HANDLE = "handle"
    OID = "oid"
    ECODE = "ecode"


class ForeignName(msgspec.Struct, frozen=True):
    """A name in its one spelling, with its mark in front."""

    system: NamingSystem
    name: str


def is_foreign_name(text: str) -> bool:
    """Whether ``text`` claims to be such a name, right or wrong."""
    return text.startswith((_HANDLE_MARK, _OID_MARK, _ECODE_MARK)) or (
        text.startswith(_CHINESE_ROOTS) and "/" in text[:60]
    )


def parse_foreign_name(text: str) -> ForeignName:
    """The name in its one spelling; the handle of a Chinese root may come without ``hdl:``."""
    if len(text) > _LONGEST:
        raise IdentifierRefused(f"the name has {len(text)} characters, at most {_LONGEST} are read")
    if text.startswith(_OID_MARK):
        return _matching(_OID, text, _OID_MARK, NamingSystem.OID)
    if text.startswith(_ECODE_MARK):
        return _matching(_ECODE, text, _ECODE_MARK, NamingSystem.ECODE)
    if is_foreign_name(text):
        return _handle(text.removeprefix(_HANDLE_MARK))
    raise IdentifierRefused(f"{shown(text)} is no 工业互联网标识, handle, object identifier or Ecode")


def _matching(form: re.Pattern[str], text: str, mark: str, system: NamingSystem) -> ForeignName:
    if not form.fullmatch(text.removeprefix(mark)):
        raise IdentifierRefused(f"{shown(text)} is not a well-formed {system} name")
    return ForeignName(system, text)


def _handle(text: str) -> ForeignName:
    found = _HANDLE.fullmatch(text)
    if found is None:
        raise IdentifierRefused(f"{shown(text)} is not <prefix>/<suffix>")
    prefix, suffix = found["prefix"].upper(), found["suffix"]
    if not suffix.isprintable() or " " in suffix or not unicodedata.is_normalized("NFC", suffix):
        raise IdentifierRefused(f"suffix {shown(suffix)} holds a space, a control character or no normal form C")
    if prefix == "88" or prefix.startswith("88."):
        if not _INDUSTRIAL.fullmatch(prefix):
            raise IdentifierRefused(f"prefix {shown(prefix)} is not 88.<three digits>.<enterprise>")
        return ForeignName(NamingSystem.INDUSTRIAL_INTERNET, f"{_HANDLE_MARK}{prefix}/{suffix}")
    return ForeignName(NamingSystem.HANDLE, f"{_HANDLE_MARK}{prefix}/{suffix}")
