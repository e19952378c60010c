"""ISO/IEC 15434 envelopes: ``[)>`` RS, formats, EOT. Format 05 holds application identifiers, 06 data identifiers, 12
text element identifiers (ATA Spec 2000, as MIL-STD-130 uses them).
"""

from collections.abc import Sequence

from traceability.errors import IdentifierRefused
from traceability.identifier.characters import GROUP_SEPARATOR, shown
from traceability.identifier.data_identifier import parse_data_fields
from traceability.identifier.element_string import parse_element_string
from traceability.identifier.gs1_item import item_of
from traceability.identifier.kind import Item
from traceability.identifier.label import Parties, labelled_item
from traceability.identifier.private import ISO15459_SCOPE, cage_scope, duns_scope, private_lot, private_unit

HEADER = "[)>"
RECORD_SEPARATOR, END_OF_TRANSMISSION = "\x1e", "\x04"

_LONGEST = 8_000
_GS1, _DATA_IDENTIFIERS, _TEXT_ELEMENTS = "05", "06", "12"
_WITHOUT_IDENTITY = ("01", "02", "03", "04", "07")  # transport, EDI, free text
_CAGE = 5


def split_envelope(text: str) -> list[tuple[str, list[str]]]:
    """Format and fields of each part of the message; ``IdentifierRefused`` when the envelope is not whole."""
    if len(text) > _LONGEST:
        raise IdentifierRefused(f"the message has {len(text)} characters, more than any symbol holds")
    begin, end = HEADER + RECORD_SEPARATOR, RECORD_SEPARATOR + END_OF_TRANSMISSION
    if not text.startswith(begin) or not text.endswith(end) or len(text) < len(begin) + len(end):
        raise IdentifierRefused(f"{shown(text)} is no whole ISO/IEC 15434 message, which ends in RS and EOT")
    body = text.removeprefix(begin).removesuffix(end)
    if END_OF_TRANSMISSION in body:
        raise IdentifierRefused("there is an end of transmission inside the message")
    return [_format(part) for part in body.split(RECORD_SEPARATOR)]


def enveloped_item(text: str, parties: Parties) -> Item:
    """The one thing that the message names."""
    found = {_item(form, fields, parties) for form, fields in split_envelope(text) if form not in _WITHOUT_IDENTITY}
    if not found:
        raise IdentifierRefused("the message holds no format that names something")
    if len(found) > 1:
        raise IdentifierRefused("the formats of the message name several things")
    return found.pop()


def _format(part: str) -> tuple[str, list[str]]:
    form, rest = part[:2], part[2:]
    if form in _WITHOUT_IDENTITY:
        return form, [rest]
    if form not in (_GS1, _DATA_IDENTIFIERS, _TEXT_ELEMENTS):
        raise IdentifierRefused(f"format {shown(form)} of an ISO/IEC 15434 message is not read")
    if not rest.startswith(GROUP_SEPARATOR) or not rest[1:]:
        raise IdentifierRefused(f"format {form} has no fields behind its header")
    fields = rest[1:].split(GROUP_SEPARATOR)
    if "" in fields:
        raise IdentifierRefused(f"format {form} has an empty field")
    return form, fields


def _item(form: str, fields: list[str], parties: Parties) -> Item:
    if form == _GS1:
        return item_of(parse_element_string(GROUP_SEPARATOR.join(fields), complete=False))
    if form == _DATA_IDENTIFIERS:
        return labelled_item(parse_data_fields(fields), parties)
    return _text_element_item(fields)


def _text_element_item(fields: Sequence[str]) -> Item:
    """MIL-STD-130 constructs: SER or UCN unique in the enterprise; SEQ or LOT with the part number PNO; USN; UID."""
    values: dict[str, str] = {}
    for field in fields:
        name, space, value = field[:3], field[3:4], field[4:]
        if len(name) != 3 or not (name.isascii() and name.isalpha() and name.isupper()) or space != " " or not value:
            raise IdentifierRefused(f"no text element identifier at {shown(field, 12)}")
        if values.setdefault(name, value) != value:
            raise IdentifierRefused(f"{name} stands twice with different values")
    found = {
        *(_whole(name, values[name]) for name in ("USN", "UST", "UID") if name in values),
        *(private_unit(_enterprise(values), "", values[name]) for name in ("SER", "UCN") if name in values),
    }
    if "PNO" in values and "SEQ" in values:
        found.add(private_unit(_enterprise(values), values["PNO"], values["SEQ"]))
    elif "PNO" in values and "LOT" in values and not found:
        found.add(private_lot(_enterprise(values), values["PNO"], values["LOT"]))
    if len(found) != 1:
        raise IdentifierRefused(f"the text elements name {len(found) or 'no'} things")
    return found.pop()


def _whole(name: str, value: str) -> Item:
    if name == "UID":
        return private_unit(ISO15459_SCOPE, "", value)
    return private_unit(cage_scope(value[:_CAGE]), "", value[_CAGE:])


def _enterprise(values: dict[str, str]) -> str:
    scopes = {cage_scope(values[name]) for name in ("MFR", "SPL", "CAG") if name in values}
    scopes |= {duns_scope(values["DUN"])} if "DUN" in values else set()
    if len(scopes) != 1:
        raise IdentifierRefused("the text elements name no single enterprise (MFR, SPL, CAG, DUN)")
    return scopes.pop()
