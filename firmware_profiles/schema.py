"""The JSON Schema of a profile file, for editors that complete and check TOML by one.

It comes from the same types that a profile is parsed into; only where the file is written otherwise than it is kept
(points in ``[[point]]`` tables, differences in ``[[firmware]]`` tables, exact decimals as plain numbers) is said here.
"""

from typing import Any

import msgspec

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

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SIMPLE = (Point, Layout, Forbidden, Firmware, Identification, Protocol)
_REQUIRED = ("vendor", "model", "protocol", "source", "checked", "point")
_EXAMPLE = {"type": "array", "items": {"$ref": "#/$defs/Example"}}
_RAW = {
    "anyOf": [
        {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 0xFFFF}},
        {"type": ["boolean", "number", "string"]},
    ]
}


def file_schema() -> dict[str, Any]:
    """The schema, as JSON-ready data."""
    definitions = _definitions(_SIMPLE)
    definitions["ChangedPoint"] = definitions["Point"] | {"required": ["name"]}
    definitions["Example"] = _table(
        {"point": {"type": "string"}, "raw": _RAW, "value": {"type": ["boolean", "number", "string"]}}
        | _properties(Example, {"fault"}),
        ["point", "raw"],
    )
    definitions["Difference"] = _table(
        _properties(Difference, {"range", "removed"})
        | {"point": {"type": "array", "items": {"$ref": "#/$defs/ChangedPoint"}}, "example": _EXAMPLE},
        ["range"],
    )
    kept = {name for name in Profile.__struct_fields__ if name not in ("points", "examples", "differences", "firmware")}
    top = _table(_properties(Profile, kept) | _written_otherwise(), list(_REQUIRED))
    return {"$schema": DIALECT, "title": "Zhuoyue device profile"} | top | {"$defs": definitions}


def _written_otherwise() -> dict[str, Any]:
    names = {role: {"type": "string"} for role in ROLES}
    return {
        "address_base": {"enum": [0, 1], "default": 0},
        "handshake": {"enum": list(HANDSHAKES), "default": "four-phase"},
        "roles": _table(names, []),
        "point": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Point"}},
        "example": _EXAMPLE,
        "firmware": {
            "anyOf": [{"$ref": "#/$defs/Firmware"}, {"type": "array", "items": {"$ref": "#/$defs/Difference"}}]
        },
    }


def _definitions(kinds: tuple[type, ...]) -> dict[str, Any]:
    _, components = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    definitions: dict[str, Any] = {name: _as_written(found) for name, found in components.items()}
    for definition in definitions.values():
        if definition.get("type") == "object":
            definition["additionalProperties"] = False
    return definitions


def _properties(kind: type[msgspec.Struct], names: set[str]) -> dict[str, Any]:
    """What a struct's fields of these names may hold."""
    found: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        if field.name in names:
            (schema,), _ = msgspec.json.schema_components((field.type,), ref_template="#/$defs/{name}")
            found[field.name] = _as_written(schema)
    return found


def _table(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    """A key that nobody knows is a mistake, in an editor as in ``check``."""
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _as_written(found: Any) -> Any:
    """Decimals are numbers in TOML; what stands for one by default is said by the documentation."""
    if isinstance(found, list):
        return [_as_written(entry) for entry in found]
    if not isinstance(found, dict):
        return found
    if found.get("format") == "decimal":
        return {"type": "number"}
    return {key: _as_written(entry) for key, entry in found.items()}
