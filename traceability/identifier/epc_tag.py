"""The identity on an RFID tag: serialised GTINs in the EPC memory, to the one canonical identity.

Source: GS1 EPC Tag Data Standard 1.13 and 2.3: SGTIN-96 (14.5.1.1), SGTIN-198 (14.5.1.2), the partition table (table
14-2), and 7.3 for the GTIN and its indicator digit. Strict: a tag whose bits do not follow the standard names nothing.
"""

from urllib.parse import quote

import msgspec

from traceability.errors import IdentifierRefused
from traceability.identifier.gs1 import check_digit, checked_value
from traceability.identifier.item import Item, ItemKind

SGTIN_96 = 0x30
SGTIN_198 = 0x36
_BYTES = {SGTIN_96: 12, SGTIN_198: 26}  # whole 16-bit words of EPC memory
_PARTITIONS = ((40, 12), (37, 11), (34, 10), (30, 9), (27, 8), (24, 7), (20, 6))  # bits and digits of the prefix
_GTIN_BITS = 44
_GTIN_DIGITS = 13
_OTHERS = {
    0x2C: "GDTI-96", 0x2D: "GSRN-96", 0x2E: "GSRNP-96", 0x2F: "USDoD-96", 0x31: "SSCC-96", 0x32: "SGLN-96",
    0x33: "GRAI-96", 0x34: "GIAI-96", 0x35: "GID-96", 0x37: "GRAI-170", 0x38: "GIAI-202", 0x39: "SGLN-195",
    0x3C: "CPI-96", 0x3D: "CPI-var", 0xF7: "SGTIN+", 0xF9: "SSCC+",
}  # fmt: skip
_URN_ESCAPED = '"%&/<>?'  # what a URN may not hold (Tag Data Standard, table 6-1)
_PLAIN = "".join(letter for letter in map(chr, range(0x21, 0x7F)) if letter not in _URN_ESCAPED)


class Sgtin(msgspec.Struct, frozen=True, kw_only=True):
    """A serialised GTIN as a tag holds it; ``reference`` is the item reference with the indicator digit before it."""

    filter: int
    prefix: str
    reference: str
    serial: str

    @property
    def gtin(self) -> str:
        """The GTIN in 14 digits."""
        digits = self.reference[0] + self.prefix + self.reference[1:]
        return digits + check_digit(digits)


def parse_sgtin(epc: bytes) -> Sgtin:
    """The serialised GTIN in the EPC memory of a tag; ``IdentifierRefused`` says why there is none."""
    where = f"EPC {epc[:40].hex() or '(empty)'}"
    try:
        return _parsed(epc)
    except IdentifierRefused as error:
        raise error.at(where) from None


def epc_item(epc: bytes) -> Item:
    """The unit that a tag names."""
    found = parse_sgtin(epc)
    return Item(ItemKind.UNIT, found.gtin, serial=found.serial)


def sgtin_urn(found: Sgtin) -> str:
    """The pure identity URI, ``urn:epc:id:sgtin:…``."""
    return f"urn:epc:id:sgtin:{found.prefix}.{found.reference}.{quote(found.serial, safe=_PLAIN)}"


def _parsed(epc: bytes) -> Sgtin:
    size = _BYTES.get(epc[0]) if epc else None
    if size is None:
        scheme = _OTHERS.get(epc[0], f"of header {epc[0]:02X}") if epc else "empty"
        raise IdentifierRefused(f"the tag is {scheme}, which names no unit of a GTIN here")
    if len(epc) != size:
        raise IdentifierRefused(f"the tag has {8 * len(epc)} bits, its header needs {8 * size}")
    bits = int.from_bytes(epc, "big")
    total = 8 * size
    partition = _cut(bits, total, 11, 3)
    if partition >= len(_PARTITIONS):
        raise IdentifierRefused(f"partition {partition} does not exist")
    width, digits = _PARTITIONS[partition]
    prefix = _decimal(_cut(bits, total, 14, width), digits, "company prefix")
    reference = _decimal(_cut(bits, total, 14 + width, _GTIN_BITS - width), _GTIN_DIGITS - digits, "item reference")
    at = 14 + _GTIN_BITS
    serial = str(_cut(bits, total, at, 38)) if epc[0] == SGTIN_96 else _characters(_cut(bits, total, at, 140))
    if epc[0] == SGTIN_198 and _cut(bits, total, at + 140, 10):
        raise IdentifierRefused("there are bits behind the serial number")
    return Sgtin(filter=_cut(bits, total, 8, 3), prefix=prefix, reference=reference, serial=checked_value("21", serial))


def _cut(bits: int, total: int, first: int, width: int) -> int:
    return bits >> (total - first - width) & ((1 << width) - 1)


def _decimal(number: int, digits: int, name: str) -> str:
    if number >= 10**digits:
        raise IdentifierRefused(f"the {name} {number} has more than {digits} digits")
    return f"{number:0{digits}d}"


def _characters(bits: int) -> str:
    content = bytes(bits >> 7 * place & 0x7F for place in range(19, -1, -1))
    text, _, rest = content.partition(b"\0")
    if rest.strip(b"\0"):
        raise IdentifierRefused("there are characters behind the end of the serial number")
    return text.decode("ascii")
