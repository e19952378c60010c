"""From the bytes of a code to one identity, by what its symbology identifier (ISO/IEC 15424) promises."""

from traceability.errors import IdentifierRefused
from traceability.identifier.gs1 import parse_digital_link, parse_element_string
from traceability.identifier.item import Item, item_of

# ]C1 GS1-128, ]d2 GS1 DataMatrix, ]Q3 GS1 QR, ]e0 GS1 DataBar: FNC1 first, so the content is an element string.
ELEMENT_STRING_SYMBOLOGIES = frozenset({"]C1", "]d2", "]Q3", "]e0"})


def identify(raw: bytes, symbology: str) -> Item:
    """The identity in a code; ``IdentifierRefused`` gives the reason when there is not exactly one."""
    try:
        text = raw.decode("ascii")
    except UnicodeDecodeError:
        raise IdentifierRefused("GS1 codes hold ASCII only", where=f"code {symbology} {raw[:40]!r}") from None
    try:
        if symbology in ELEMENT_STRING_SYMBOLOGIES:
            return item_of(parse_element_string(text))
        if text.lower().startswith(("http://", "https://")):
            return item_of(parse_digital_link(text))
    except IdentifierRefused as error:
        raise error.at(f"code {symbology} {text[:60]!r}") from None
    raise IdentifierRefused("neither a GS1 element string nor a Digital Link", where=f"code {symbology} {text[:60]!r}")
