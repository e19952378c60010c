"""Which item an aspect is about: its Catena-X id, and the identity that its local identifiers spell."""

from collections.abc import Mapping

from traceability.catenax.aspects import Batch, SerialPart
from traceability.catenax.mapping import same_id
from traceability.errors import IdentifierRefused
from traceability.identifier.item import item_uri, lot_uri, part_uri, read_identity, unit_uri
from traceability.identifier.private import private_lot, private_unit

_GTIN_DIGITS = 14
MANUFACTURER = "manufacturerId"


def subject_of(catena_x_id: str) -> str:
    """The identity of a Catena-X id; of which kind it is, it does not tell."""
    return item_uri(read_identity(same_id(catena_x_id)))


def spelt_item(aspect: SerialPart | Batch, organisations: Mapping[str, str]) -> str:
    """The identity of the serial or batch number: a GS1 one where the part's number is a GTIN of 14 digits.

    Else it is private to the manufacturer: the organisation that ``organisations`` names for its business partner
    number, or that number. ``IdentifierRefused`` where the local identifiers name nothing.
    """
    names = {each.key: each.value for each in aspect.local_identifiers}
    part = aspect.part_type_information.manufacturer_part_id
    number = names.get("batchId") if isinstance(aspect, Batch) else names.get("partInstanceId", names.get("van"))
    what = "batchId" if isinstance(aspect, Batch) else "partInstanceId"
    if number is None:
        raise IdentifierRefused(f"no {what} is among the local identifiers", advice=f"name the {what}")
    if _is_gtin(part):
        return lot_uri(part, number) if isinstance(aspect, Batch) else unit_uri(part, number)
    if MANUFACTURER not in names:
        raise IdentifierRefused(f"no {MANUFACTURER} is among the local identifiers", advice="name the manufacturer")
    owner = organisations.get(names[MANUFACTURER], names[MANUFACTURER])
    made = private_lot if isinstance(aspect, Batch) else private_unit
    return item_uri(made(owner, part, number))


def _is_gtin(text: str) -> bool:
    if len(text) != _GTIN_DIGITS or not text.isascii() or not text.isdigit():
        return False
    try:
        part_uri(text)
    except IdentifierRefused:
        return False
    return True
