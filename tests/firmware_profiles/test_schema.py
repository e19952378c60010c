"""The schema for editors accepts every shipped profile and refuses what ``check`` refuses by its shape."""

import json
import tomllib
from datetime import datetime

import pytest

from firmware_profiles.__main__ import main
from firmware_profiles.catalog import Catalog
from firmware_profiles.schema import file_schema

SCHEMA = file_schema()
SHIPPED = [pytest.param(text, id=file.rpartition("devices/")[2]) for file, text in Catalog().sources()]
KINDS = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}
UNDERSTOOD = {
    "$ref", "$schema", "$defs", "title", "description", "default", "type", "enum", "anyOf", "items", "minItems",
    "properties", "required", "additionalProperties", "minimum", "maximum",
}  # fmt: skip


def wrong(value, schema, path="$"):
    """What does not hold, by the parts of JSON Schema that the schema uses."""
    assert schema.keys() <= UNDERSTOOD, schema.keys() - UNDERSTOOD
    if "$ref" in schema:
        return wrong(value, SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]], path)
    if "anyOf" in schema:
        found = [wrong(value, one, path) for one in schema["anyOf"]]
        return [] if [] in found else found[0]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{path}: {value!r} is none of {schema['enum']}"]
    problem = wrong_kind(value, schema, path)
    return problem or [*wrong_items(value, schema, path), *wrong_properties(value, schema, path)]


def wrong_kind(value, schema, path):
    kinds = schema.get("type", list(KINDS))
    kinds = [kinds] if isinstance(kinds, str) else kinds
    allowed = tuple(KINDS[kind] if isinstance(KINDS[kind], tuple) else (KINDS[kind],) for kind in kinds)
    fits = any(isinstance(value, one) for one in allowed) and (not isinstance(value, bool) or "boolean" in kinds)
    if not fits:
        return [f"{path}: {value!r} is no {kinds}"]
    if (
        isinstance(value, int | float)
        and {"minimum", "maximum"} & schema.keys()
        and not schema["minimum"] <= value <= schema["maximum"]
    ):
        return [f"{path}: {value} is out of range"]
    return []


def wrong_items(value, schema, path):
    if not isinstance(value, list):
        return []
    short = [f"{path}: too few"] if len(value) < schema.get("minItems", 0) else []
    each = [wrong(item, schema.get("items", {}), f"{path}[{at}]") for at, item in enumerate(value)]
    return short + [line for lines in each for line in lines]


def wrong_properties(value, schema, path):
    if not isinstance(value, dict):
        return []
    found = [f"{path}: {name} is missing" for name in schema.get("required", []) if name not in value]
    others = schema.get("additionalProperties", True)
    for name, item in value.items():
        if name in schema.get("properties", {}):
            found += wrong(item, schema["properties"][name], f"{path}.{name}")
        elif others is False:
            found.append(f"{path}: {name} is unknown")
        elif isinstance(others, dict):
            found += wrong(item, others, f"{path}.{name}")
    return found


def as_json(value):
    """What an editor hands to its validator: times as text."""
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value


@pytest.mark.parametrize("text", SHIPPED)
def test_every_shipped_profile_fits(text):
    assert wrong(as_json(tomllib.loads(text)), SCHEMA) == []


SMALLEST = {
    "vendor": "v",
    "model": "m",
    "protocol": "modbus",
    "source": "s",
    "checked": "no",
    "point": [{"name": "a", "type": "uint16", "table": "holding", "address": 1}],
}


@pytest.mark.parametrize(
    "broken",
    [
        {"point": []},
        {"protocol": "profinet"},
        {"colour": "red"},
        {"address_base": 2},
        {"handshake": "wave"},
        {"point": [{"name": "a"}]},
        {"point": [{"name": "a", "type": "uint17"}]},
        {"point": [{"name": "a", "type": "uint16", "colour": "red"}]},
        {"point": [{"name": "a", "type": "uint16", "scale": "0.1"}]},
        {"example": [{"point": "a", "raw": [70000]}]},
        {"roles": {"thing": "a"}},
        {"firmware": [{"point": []}]},
        {"layout": {"max_gap": "one"}},
    ],
)
def test_what_cannot_be_a_profile_is_refused(broken):
    assert wrong(SMALLEST, SCHEMA) == []
    assert wrong(SMALLEST | broken, SCHEMA)


def test_a_difference_needs_its_range_and_only_what_differs():
    assert wrong(SMALLEST | {"firmware": [{"range": ">=2", "point": [{"name": "a", "address": 2}]}]}, SCHEMA) == []
    assert wrong(SMALLEST | {"firmware": {"first": "1.0"}}, SCHEMA) == []


def test_the_command_prints_it(capsys):
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(SCHEMA))


def test_a_real_validator_agrees():
    jsonschema = pytest.importorskip("jsonschema", reason="no JSON Schema validator is installed")
    validator = jsonschema.Draft202012Validator(SCHEMA)
    for file, text in Catalog().sources():
        assert list(validator.iter_errors(as_json(tomllib.loads(text)))) == [], file
