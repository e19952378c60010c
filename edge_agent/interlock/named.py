"""Which unit a controller's text names: a serial of the part made here, or the whole content of its code."""

from traceability.errors import IdentifierRefused
from traceability.identifier.item import ItemKind, item_uri, unit_uri
from traceability.identifier.symbol import identify

_LINKS = ("http://", "https://")
_NO_ELEMENTS = "]Q1"


def named_unit(gtin: str, text: str) -> str | None:
    """Canonical identity of the unit, None for an empty text; IdentifierRefused when it names no single unit.

    A text that begins with a symbology identifier (``]d2…``) is an element string, one that begins with http a Digital
    Link; anything else is a serial of the part ``gtin``.
    """
    if not text:
        return None
    if text.startswith("]") and len(text) > 3:
        item = identify(text[3:].encode(), text[:3])
    elif text.lower().startswith(_LINKS):
        item = identify(text.encode(), _NO_ELEMENTS)
    else:
        return unit_uri(gtin, text)
    if item.kind is not ItemKind.UNIT:
        raise IdentifierRefused(f"{item_uri(item)} names no single unit")
    return item_uri(item)
