"""TOML text to a Profile. Reads no file and knows no catalog; every error names file, key and what was expected.

Numbers with a point are read as exact decimals. What holds between keys (overlaps, roles, examples) is
``firmware_profiles.check``'s; what a single point needs to be readable at all is checked here.
"""

import tomllib
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

import msgspec

from firmware_profiles.errors import ProfileInvalid
from firmware_profiles.format import (
    ROLES,
    Difference,
    Example,
    Firmware,
    Forbidden,
    Identification,
    Layout,
    Point,
    Profile,
    Protocol,
)
from firmware_profiles.handshakes import HANDSHAKES
from firmware_profiles.rules import check_point
from firmware_profiles.variant import variants
from firmware_profiles.version import is_range
from firmware_profiles.wire import from_zero

_KEYS = frozenset(
    {
        "vendor",
        "model",
        "protocol",
        "source",
        "checked",
        "description",
        "address_base",
        "firmware",
        "handshake",
        "identification",
        "roles",
        "layout",
        "point",
        "example",
    }
)


def parse_profile(text: str, file: str) -> Profile:
    """The profile in a TOML text; ``file`` is its name in errors. ProfileInvalid when it breaks a rule."""
    try:
        table: dict[str, Any] = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as broken:
        raise ProfileInvalid(file, "TOML", str(broken)) from None
    _only(file, "", table, _KEYS)
    profile = Profile(
        vendor=_text(file, table, "vendor"),
        model=_text(file, table, "model"),
        protocol=_convert(file, "protocol", table.get("protocol"), Protocol),
        source=_text(file, table, "source"),
        checked=_text(file, table, "checked"),
        description=table.get("description", ""),
        firmware=_firmware(file, table.get("firmware", {})),
        differences=tuple(_differences(file, table)),
        identification=_identification(file, table.get("identification", {})),
        address_base=_address_base(file, table),
        handshake=_handshake(file, table),
        roles=_convert(file, "roles", table.get("roles", {}), dict[str, str]),
        layout=_layout(file, table.get("layout", {})),
        points=tuple(_points(file, table)),
        examples=tuple(_examples(file, table)),
    )
    profile = from_zero(file, profile)
    for changed in (profile, *variants(profile).values()):
        for point in changed.points:
            check_point(file, changed.protocol, point)
        _check_names(file, changed)
    return profile


def _points(file: str, table: dict[str, Any]) -> Iterable[Point]:
    entries = table.get("point", [])
    if not isinstance(entries, list) or not entries:
        raise ProfileInvalid(file, "point", "expected at least one [[point]]")
    for number, entry in enumerate(entries, start=1):
        key = f"point {entry.get('name', number)}" if isinstance(entry, dict) else f"point {number}"
        yield _struct(file, key, _with_integer_keys(file, key, entry), Point)


def _examples(file: str, table: dict[str, Any]) -> Iterable[Example]:
    entries = table.get("example", [])
    if not isinstance(entries, list):
        raise ProfileInvalid(file, "example", "expected [[example]] tables")
    for number, entry in enumerate(entries, start=1):
        key = f"example {number}"
        if not isinstance(entry, dict):
            raise ProfileInvalid(file, key, "expected a table")
        _only(file, key, entry, frozenset(Example.__struct_fields__))
        yield _example(file, key, entry)


def _example(file: str, key: str, entry: dict[str, Any]) -> Example:
    raw, value, fault = entry.get("raw"), entry.get("value"), entry.get("fault", False)
    if isinstance(raw, list) and not all(isinstance(word, int) and not isinstance(word, bool) for word in raw):
        raise ProfileInvalid(file, f"{key}.raw", "expected a list of registers, whole numbers")
    if not isinstance(raw, list | int | Decimal | str | datetime):
        raise ProfileInvalid(file, f"{key}.raw", "expected a list of registers, or one value of an OPC UA node")
    if not isinstance(value, int | Decimal | str | None):
        raise ProfileInvalid(file, f"{key}.value", "expected a number, true, false or text")
    if not isinstance(fault, bool) or ("value" in entry and fault):
        raise ProfileInvalid(file, key, "expected a value, or fault = true, or neither for 'no value'")
    return Example(point=_text(file, entry, "point"), raw=raw, value=value, fault=fault)


def _firmware(file: str, entry: Any) -> Firmware:
    return Firmware() if isinstance(entry, list) else cast("Firmware", _struct(file, "firmware", entry, Firmware))


def _differences(file: str, table: dict[str, Any]) -> Iterable[Difference]:
    """``[[firmware]]``: each point is written in full when it is new, or only with what differs."""
    entries = table.get("firmware")
    written = {entry["name"]: entry for entry in table.get("point", []) if isinstance(entry, dict) and "name" in entry}
    for number, entry in enumerate(entries if isinstance(entries, list) else [], start=1):
        key = f"firmware {number}"
        if not isinstance(entry, dict):
            raise ProfileInvalid(file, key, "expected a table with a range")
        _only(file, key, entry, frozenset({"range", "point", "removed", "example"}))
        removed = _convert(file, f"{key}.removed", entry.get("removed", []), tuple[str, ...])
        for name in removed:
            if name not in written:
                raise ProfileInvalid(file, f"{key}.removed", f"there is no point {name!r}")
        points = [written.get(point.get("name"), {}) | point for point in _tables(file, key, entry, "point")]
        written |= {point["name"]: point for point in points if "name" in point}
        yield Difference(
            range=_range(file, f"{key}.range", entry.get("range")),
            points=tuple(_points(file, {"point": points})) if points else (),
            removed=removed,
            examples=tuple(_examples(file, entry)),
        )


def _tables(file: str, key: str, entry: dict[str, Any], name: str) -> list[dict[str, Any]]:
    tables = entry.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise ProfileInvalid(file, f"{key}.{name}", f"expected [[{key.partition(' ')[0]}.{name}]] tables")
    return tables


def _identification(file: str, entry: Any) -> Identification:
    found = cast("Identification", _struct(file, "identification", entry, Identification))
    if found.firmware is not None:
        _range(file, "identification.firmware", found.firmware)
    return found


def _range(file: str, key: str, text: Any) -> str:
    if not isinstance(text, str) or not is_range(text):
        raise ProfileInvalid(file, key, "expected a range of versions, such as '>=2.0, <3'")
    return text


def _address_base(file: str, table: dict[str, Any]) -> int:
    base = table.get("address_base", 0)
    if base not in (0, 1) or isinstance(base, bool):
        raise ProfileInvalid(file, "address_base", "expected 0 or 1: what the first register is called")
    return int(base)


def _handshake(file: str, table: dict[str, Any]) -> str:
    name = table.get("handshake", "four-phase")
    if name not in HANDSHAKES:
        raise ProfileInvalid(file, "handshake", f"expected one of {', '.join(HANDSHAKES)}")
    return str(name)


def _layout(file: str, entry: Any) -> Layout:
    if not isinstance(entry, dict):
        raise ProfileInvalid(file, "layout", "expected a table")
    _only(file, "layout", entry, frozenset({"max_gap", "max_registers", "forbidden"}))
    gaps = [
        _struct(file, f"layout.forbidden {n}", gap, Forbidden) for n, gap in enumerate(entry.get("forbidden", []), 1)
    ]
    for number, gap in enumerate(gaps, start=1):
        if not 0 <= gap.first <= gap.last <= 0xFFFF:
            raise ProfileInvalid(file, f"layout.forbidden {number}", "expected 0 <= first <= last <= 65535")
    max_gap = _convert(file, "layout.max_gap", entry.get("max_gap", 0), int)
    if max_gap < 0:
        raise ProfileInvalid(file, "layout.max_gap", "expected 0 or more registers")
    longest = _convert(file, "layout.max_registers", entry.get("max_registers", 125), int)
    if not 1 <= longest <= 125:
        raise ProfileInvalid(file, "layout.max_registers", "expected 1 to 125, which the protocol allows")
    return Layout(max_gap=max_gap, max_registers=longest, forbidden=tuple(gaps))


def _with_integer_keys(file: str, key: str, entry: Any) -> Any:
    # TOML keys are text; enum codes and flag bits are numbers.
    if not isinstance(entry, dict):
        return entry
    result = dict(entry)
    for name in ("enum", "flags", "faults"):
        if isinstance(entry.get(name), dict):
            try:
                result[name] = {int(code, 0): text for code, text in entry[name].items()}
            except ValueError:
                raise ProfileInvalid(file, f"{key}.{name}", "expected whole numbers as keys") from None
    return result


def _check_names(file: str, profile: Profile) -> None:
    names = [point.name for point in profile.points]
    for name in names:
        if names.count(name) > 1:
            raise ProfileInvalid(file, f"point {name}", "expected a name used once")
    for role, name in profile.roles.items():
        if role not in ROLES:
            raise ProfileInvalid(file, f"roles.{role}", f"expected one of {', '.join(ROLES)}")
        if name not in names:
            raise ProfileInvalid(file, f"roles.{role}", f"there is no point {name!r}")
    for number, example in enumerate(profile.examples, start=1):
        if example.point not in names:
            raise ProfileInvalid(file, f"example {number}.point", f"there is no point {example.point!r}")


def _only(file: str, where: str, table: dict[str, Any], keys: frozenset[str]) -> None:
    for key in table:
        if key not in keys:
            path = f"{where}.{key}" if where else key
            raise ProfileInvalid(file, path, f"unknown key; known are {', '.join(sorted(keys))}")


def _text(file: str, table: dict[str, Any], key: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ProfileInvalid(file, key, "expected text that is not empty")
    return value


def _struct(file: str, key: str, entry: Any, kind: Any) -> Any:
    if isinstance(entry, dict):
        _only(file, key, entry, frozenset(kind.__struct_fields__))
    return _convert(file, key, entry, kind)


def _convert(file: str, key: str, value: Any, kind: Any) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as wrong:
        raise ProfileInvalid(file, key, str(wrong)) from None
