"""From the data identifiers of a label to the one thing that they name.

Serials, lots and part numbers belong to whoever gave them: the party on the label (supplier's DUNS number, CAGE code,
or its code at the customer), else the party that the label is known to come from. Identifiers that a register makes
unique (ISO/IEC 15459 strings, vehicle identification numbers) need none. Several things, or a number without its giver,
are refused.

============================  =======================================================================================
25S 37S 42S                   unit (ISO/IEC 15459 issuing agency, company, serial)
25P, 25T                      part, lot (likewise)
J 1J … 6J                     transport unit, by its licence plate
25B 26B                       returnable transport item
I                             vehicle, by its identification number
18S                           unit (CAGE code and serial)
8P, 8S                        GTIN, SSCC in a data identifier
S, 1T, 1P                     supplier's serial, lot, part number
3S … 7S, 9S                   supplier's package
T, P                          customer's lot and part number: only where the rules say that the supplier uses them
============================  =======================================================================================
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from traceability.errors import IdentifierRefused
from traceability.identifier.ai_rule import checked_value
from traceability.identifier.data_identifier import Field
from traceability.identifier.kind import Item, ItemKind
from traceability.identifier.private import (
    ISO15459_SCOPE,
    VIN_SCOPE,
    cage_scope,
    duns_scope,
    private_code,
    private_lot,
    private_part,
    private_unit,
)

_DUNS_DIGITS = 9
_CAGE = 5
_SUPPLIERS_CODES = ("V", "1V")
_DUNS = ("13V", "12V")
_CAGES = ("17V", "25V")
_PLATES = ("J", "1J", "2J", "3J", "4J", "5J", "6J")
_PACKAGES = ("3S", "4S", "5S", "6S", "7S", "9S")
_LOOPS = ("F", "1F", "3F", "4F", "5F")


class Parties(msgspec.Struct, frozen=True, kw_only=True):
    """Whose numbers stand on a label.

    ``organisation`` is the giver when the label names none; ``suppliers`` turns a supplier's code at the customer
    (V, 1V) into its organisation. ``customer_numbers``: the supplier numbers its parts and lots as its customer does
    (P, T). ``serial_is_package``: S is the number of the package, as on labels of VDA 4902.
    """

    organisation: str = ""
    suppliers: Mapping[str, str] = {}
    customer_numbers: bool = False
    serial_is_package: bool = False


def labelled_item(fields: Sequence[Field], parties: Parties) -> Item:
    """The one thing that the fields name: a single thing before a lot, a lot before a part."""
    values = _values(fields)
    for readings in (_singles, _lots, _parts):
        found = set(readings(values, parties))
        if len(found) > 1:
            kinds = ", ".join(sorted(item.kind for item in found))
            raise IdentifierRefused(f"the label names several things: {kinds}")
        if found:
            return found.pop()
    raise IdentifierRefused("no data identifier of the label names a part, lot, unit or package")


def _values(fields: Sequence[Field]) -> dict[str, str]:
    values: dict[str, str] = {}
    for di, value in fields:
        if di in _LOOPS:
            raise IdentifierRefused(f"the label lists several things, one in another ({di})")
        if values.setdefault(di, value) != value:
            raise IdentifierRefused(f"({di}) stands twice with different values")
    return values


def _singles(values: Mapping[str, str], parties: Parties) -> list[Item]:
    found = [reading(values[di]) for di, reading in _UNIQUE.items() if di in values]
    found += [private_code(ISO15459_SCOPE, ItemKind.LOGISTIC_UNIT, values[di]) for di in _PLATES if di in values]
    packages = [di for di in (*_PACKAGES, *(("S",) if parties.serial_is_package else ())) if di in values]
    found += [private_code(_giver(values, parties, di), ItemKind.LOGISTIC_UNIT, values[di]) for di in packages]
    if "S" in values and not parties.serial_is_package:
        found.append(_unit(values, parties))
    return found


def _unit(values: Mapping[str, str], parties: Parties) -> Item:
    serial = values["S"]
    if "8P" in values:
        return Item(ItemKind.UNIT, checked_value("01", values["8P"]), serial=checked_value("21", serial))
    if "25P" in values:
        return private_unit(ISO15459_SCOPE, values["25P"], serial)
    return private_unit(_giver(values, parties, "S"), _part_number(values, parties, "S"), serial)


def _lots(values: Mapping[str, str], parties: Parties) -> list[Item]:
    found = [private_lot(ISO15459_SCOPE, "", values["25T"])] if "25T" in values else []
    di = next((di for di in ("1T", "T") if di in values), None)
    if di is None:
        return found
    lot = values[di]
    if di == "T" and not parties.customer_numbers:
        raise IdentifierRefused("(T) is the customer's lot number, and nothing says that the supplier uses it")
    if "8P" in values:
        found.append(Item(ItemKind.LOT, checked_value("01", values["8P"]), lot=checked_value("10", lot)))
    elif "25P" in values:
        found.append(private_lot(ISO15459_SCOPE, values["25P"], lot))
    else:
        found.append(private_lot(_giver(values, parties, di), _part_number(values, parties, di), lot))
    return found


def _parts(values: Mapping[str, str], parties: Parties) -> list[Item]:
    if "8P" in values:
        return [Item(ItemKind.PART, checked_value("01", values["8P"]))]
    if "25P" in values:
        return [private_part(ISO15459_SCOPE, values["25P"])]
    di = next((di for di in ("1P", "P") if di in values), None)
    return [] if di is None else [private_part(_giver(values, parties, di), _part_number(values, parties, di))]


def _part_number(values: Mapping[str, str], parties: Parties, of: str) -> str:
    """The supplier's part number; empty when the label has none at all."""
    if "1P" in values:
        return values["1P"]
    if "P" in values and not parties.customer_numbers:
        raise IdentifierRefused(
            f"beside ({of}) stands only the customer's part number (P), and nothing says that the supplier uses it"
        )
    return values.get("P", "")


def _giver(values: Mapping[str, str], parties: Parties, di: str) -> str:
    code = next((values[each] for each in _SUPPLIERS_CODES if values.get(each) in parties.suppliers), None)
    if code is not None:
        return parties.suppliers[code]
    duns = next((values[each] for each in _DUNS if each in values), None)
    if duns is not None:
        return duns_scope(duns[:_DUNS_DIGITS])
    cage = next((values[each] for each in _CAGES if each in values), None)
    if cage is not None:
        return cage_scope(cage)
    if parties.organisation and not any(each in values for each in _SUPPLIERS_CODES):
        return parties.organisation
    raise IdentifierRefused(
        f"nothing says whose number ({di}){values[di]} is",
        advice="enter the supplier's code, or the organisation that the labels come from",
    )


def _with_part(value: str) -> Item:
    part, plus, serial = value.partition("+")
    if not plus or not part or not serial or "+" in serial:
        raise IdentifierRefused(f"(37S){value} is not issuer, company and part number, '+', serial")
    return private_unit(ISO15459_SCOPE, part, serial)


def _with_length(value: str) -> Item:
    if int(value[:2]) >= len(value) - 3:
        raise IdentifierRefused(f"(42S){value} is shorter than it says")
    return private_unit(ISO15459_SCOPE, "", value[2:])


_UNIQUE: dict[str, Callable[[str], Item]] = {
    "25S": lambda value: private_unit(ISO15459_SCOPE, "", value),
    "37S": _with_part,
    "42S": _with_length,
    "18S": lambda value: private_unit(cage_scope(value[:_CAGE]), "", value[_CAGE:]),
    "I": lambda value: private_unit(VIN_SCOPE, "", value),
    "8S": lambda value: Item(ItemKind.LOGISTIC_UNIT, checked_value("00", value), ai="00"),
    "25B": lambda value: private_code(ISO15459_SCOPE, ItemKind.ASSET, value),
    "26B": lambda value: private_code(ISO15459_SCOPE, ItemKind.ASSET, value),
}
