"""From the bytes of a code to one identity, by what its symbology identifier (ISO/IEC 15424) and its content promise.

In this order: an element string where FNC1 stands first; an ISO/IEC 15434 envelope; a Digital Link or URN; the plant's
own patterns; the number of an EAN/UPC or ITF-14 symbol; a single data identifier, where the station's labels have them;
a name of another system whose identity is known. What remains, or means several things, is refused with the reason.
"""

import re
from collections.abc import Mapping

import msgspec

from traceability.errors import IdentifierRefused
from traceability.identifier.characters import shown
from traceability.identifier.check_digit import gtin14
from traceability.identifier.data_identifier import parse_data_field
from traceability.identifier.digital_link import has_key, is_link
from traceability.identifier.element_string import parse_element_string
from traceability.identifier.envelope import HEADER, enveloped_item
from traceability.identifier.epc_urn import URN_PREFIX
from traceability.identifier.foreign_name import is_foreign_name, parse_foreign_name
from traceability.identifier.gs1_item import item_of, item_of_link
from traceability.identifier.item import parse_item, read_identity
from traceability.identifier.kind import Item, ItemKind
from traceability.identifier.label import Parties, labelled_item
from traceability.identifier.pattern import PatternRule, matched_item
from traceability.identifier.private import PRIVATE_ROOT

# ]C1 GS1-128, ]d2 ]d5 GS1 DataMatrix, ]Q3 ]Q4 GS1 QR, ]e0 GS1 DataBar, ]J1 GS1 DotCode: FNC1 first.
ELEMENT_STRING_SYMBOLOGIES = frozenset({"]C1", "]d2", "]d5", "]Q3", "]Q4", "]e0", "]J1"})
# EAN-13 and UPC (in 13 digits, by some readers in 12), EAN-8, ITF with a verified check digit.
_GTIN_SYMBOLOGIES = {"]E0": (12, 13), "]E4": (8,), "]I1": (14,)}
_DIGITS = re.compile(r"[0-9]{8,14}")


class SymbolRules(msgspec.Struct, frozen=True, kw_only=True):
    """What a plant knows about the codes on its things.

    ``parties``: whose numbers its labels bear. ``plain_data_identifiers``: a linear code may be one field with a data
    identifier, outside any envelope. ``aliases``: names of other systems, in their one spelling, and the canonical
    identities that they stand for.
    """

    patterns: tuple[PatternRule, ...] = ()
    parties: Parties = Parties()
    plain_data_identifiers: bool = False
    aliases: Mapping[str, str] = {}


_NO_RULES = SymbolRules()


def identify(raw: bytes, symbology: str, rules: SymbolRules = _NO_RULES) -> Item:
    """The identity in a code; ``IdentifierRefused`` gives the reason when there is not exactly one."""
    where = f"code {symbology} {raw[:60]!r}"
    try:
        if symbology in ELEMENT_STRING_SYMBOLOGIES:
            return item_of(parse_element_string(_decoded(raw, "ascii", "GS1 codes hold ASCII only"), complete=False))
        text = _decoded(raw, "utf-8", "the content is no UTF-8 text")
        return _by_content(text, rules) or _by_rules(text, symbology, rules)
    except IdentifierRefused as error:
        raise error.at(where) from None


def _by_content(text: str, rules: SymbolRules) -> Item | None:
    if text.startswith(HEADER):
        return enveloped_item(text, rules.parties)
    if text.startswith((URN_PREFIX, PRIVATE_ROOT)):
        return read_identity(text)
    if is_link(text) and has_key(text):
        return item_of_link(text, complete=False)
    return None


def _by_rules(text: str, symbology: str, rules: SymbolRules) -> Item:
    item = matched_item(text, symbology, rules.patterns)
    if item is not None:
        return item
    lengths = _GTIN_SYMBOLOGIES.get(symbology, ())
    if len(text) in lengths and _DIGITS.fullmatch(text):
        return Item(ItemKind.PART, gtin14(text))
    if rules.plain_data_identifiers:
        return labelled_item([parse_data_field(text)], rules.parties)
    if is_foreign_name(text):
        return _known_alias(parse_foreign_name(text).name, rules.aliases)
    if is_link(text):
        return item_of_link(text)  # which refuses it, and says why
    raise IdentifierRefused("neither a GS1 element string nor a Digital Link, nor anything the station's rules know")


def _known_alias(name: str, aliases: Mapping[str, str]) -> Item:
    identity = aliases.get(name)
    if identity is None:
        raise IdentifierRefused(f"{shown(name)} is an alias of an identity that is not known here")
    return parse_item(identity)


def _decoded(raw: bytes, charset: str, problem: str) -> str:
    try:
        return raw.decode(charset)
    except UnicodeDecodeError:
        raise IdentifierRefused(problem) from None
