"""What a scanned code names."""

from hub.errors import EntryRefused
from traceability.errors import IdentifierRefused
from traceability.identifier.item import Item, ItemKind, item_uri, part_of, read_identity
from traceability.identifier.symbol import identify

_ADVICE = "scan again; a code needs a GTIN with a lot or a serial, or a private identity"


def scanned(code: str, symbology: str = "") -> Item:
    """The identity in a code: with its symbology as the reader tells it (``]d2``), or as it is spelt.

    A code that begins with a symbology identifier carries it with it. ``EntryRefused`` when it names nothing.
    """
    try:
        if not symbology and code.startswith("]") and len(code) > 3:
            symbology, code = code[:3], code[3:]
        return identify(code.encode(), symbology) if symbology else read_identity(code)
    except IdentifierRefused as error:
        raise EntryRefused(error.what, where=f"code {code[:60]!r}", advice=error.advice or _ADVICE) from None


def canonical_part(text: str) -> str:
    """The identity of a part; ``EntryRefused`` when it is something else."""
    item = scanned(text)
    if item.kind is not ItemKind.PART:
        raise EntryRefused(f"{text[:100]!r} names no part", where="part", advice="write https://id.gs1.org/01/GTIN")
    return item_uri(item)


def part_of_item(identity: str) -> str:
    """The part of a lot or unit; ``EntryRefused`` for one that stands without."""
    try:
        return part_of(identity)
    except IdentifierRefused as error:
        raise EntryRefused(error.what, where=identity[:100], advice="name the part in its identity") from None
