"""The JSON Schema of a program file, for editors that complete and check TOML by one: from the types themselves."""

from typing import Any

import msgspec

from vision.inspect.program import Program

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def program_schema() -> dict[str, Any]:
    """The schema, as JSON-ready data."""
    schema = msgspec.json.schema(Program)
    return {"$schema": DIALECT, "title": "Zhuoyue inspection program"} | schema
