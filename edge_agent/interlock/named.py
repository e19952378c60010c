"""Which unit a controller's text names: a serial of the part made here, or the whole content of its code."""

from traceability.errors import IdentifierRefused
from traceability.identifier.item import ItemKind, item_uri, lot_uri, parse_item, unit_uri
from traceability.identifier.private import PRIVATE_ROOT, private_lot, private_unit
from traceability.identifier.symbol import SymbolRules, identify

_WHOLE = ("http://", "https://", PRIVATE_ROOT)
_NO_ELEMENTS = "]Q1"
_NO_RULES = SymbolRules()


def named_unit(part: str, text: str, rules: SymbolRules = _NO_RULES) -> str | None:
    """Canonical identity of the unit, None for an empty text; IdentifierRefused when it names no single unit.

    A text that begins with a symbology identifier (``]d2…``) is a whole code, one that begins with http a Digital
    Link, with urn:zhuoyue:id: a private identity; anything else is a serial of ``part``.
    """
    if not text:
        return None
    if text.startswith("]") and len(text) > 3:
        item = identify(text[3:].encode(), text[:3], rules)
    elif text.lower().startswith(_WHOLE):
        item = identify(text.encode(), _NO_ELEMENTS, rules)
    else:
        return unit_of(part, text)
    if item.kind is not ItemKind.UNIT:
        raise IdentifierRefused(f"{item_uri(item)} names no single unit")
    return item_uri(item)


def unit_of(part: str, serial: str) -> str:
    """Canonical identity of the unit of ``part`` with that serial."""
    item = parse_item(part)
    return (
        item_uri(private_unit(item.organisation, item.key, serial)) if item.is_private else unit_uri(item.key, serial)
    )


def lot_of(part: str, lot: str) -> str:
    """Canonical identity of that lot of ``part``."""
    item = parse_item(part)
    return item_uri(private_lot(item.organisation, item.key, lot)) if item.is_private else lot_uri(item.key, lot)
