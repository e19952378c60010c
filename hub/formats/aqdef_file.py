"""AQDEF of the same values: one part, a column a characteristic, a line a pass of a unit.

K1001 number and K1002 name of the part; K2001 id, K2002 name, K2022 decimals, K2101 target, K2110/K2111 limits and
K2142 unit of measure of a characteristic; K0004 time by the plant's clock, K0014 the unit.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from hub.errors import EntryRefused
from hub.formats.table import Line, Table
from traceability.aqdef.reading import Description, Keys
from traceability.aqdef.writing import encoded, number_text, time_text, write_description, write_values
from traceability.measurement import Characteristic, Status

INVALID = "1"
"""Attribute of a value that is there and does not count."""


def aqdef_files(table: Table, part_name: str, zone: ZoneInfo, encoding: str) -> tuple[bytes, bytes]:
    """Description and values; ``EntryRefused`` for none, or for values of several parts or units of measure."""
    parts = {line.part for line in table.lines}
    if len(parts) != 1:
        raise EntryRefused(
            f"there are values of {len(parts)} parts, AQDEF holds one", where="values", advice="name a part"
        )
    names = sorted({(line.operation, line.characteristic) for line in table.lines})
    twice = Counter(characteristic for _, characteristic in names)
    part = {"K1001": parts.pop().rsplit("/", 1)[-1], "K1002": part_name}
    described = [_described(table, name, unique=twice[name[1]] == 1) for name in names]
    description = Description(part, tuple(described))
    results: defaultdict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in table.lines:
        results[line.unit, line.result].append(line)
    values = [_values(lines, names, zone) for lines in results.values()]
    return (
        encoded(write_description(description), encoding),
        encoded(write_values(description, values), encoding),
    )


def _described(table: Table, name: tuple[str, str], *, unique: bool) -> Keys:
    lines = [line for line in table.lines if (line.operation, line.characteristic) == name]
    if len({line.uom for line in lines}) != 1:
        raise EntryRefused("was measured in several units of measure", where=f"characteristic {name[1]}")
    known = table.known.get((lines[-1].plan, name[1]))
    decimals = max(len(line.value_text.partition(".")[2]) for line in lines)
    keys = {
        "K2001": name[1] if unique else f"{name[0]}.{name[1]}",
        "K2002": known.name if known else "",
        "K2004": "0",
        "K2022": str(decimals),
        "K2142": lines[-1].uom,
    }
    return keys | (_limits(known) if known is not None and known.uom == lines[-1].uom else {})


def _limits(known: Characteristic) -> Keys:
    limits = {"K2101": known.target, "K2110": known.lsl, "K2111": known.usl}
    return {key: number_text(limit) for key, limit in limits.items() if limit is not None}


def _values(lines: Sequence[Line], names: Sequence[tuple[str, str]], zone: ZoneInfo) -> tuple[Keys, ...]:
    found = {(line.operation, line.characteristic): line for line in lines}
    return tuple(_value(found[name], zone) if name in found else {} for name in names)


def _value(line: Line, zone: ZoneInfo) -> Keys:
    keys = {"K0004": time_text(line.event_time.astimezone(zone)), "K0014": line.unit}
    if line.value_text:
        keys |= {"K0001": line.value_text, "K0002": "" if line.status == Status.GOOD else INVALID}
    return keys
