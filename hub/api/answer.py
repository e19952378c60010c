"""Views as JSON answers, and their schema for OpenAPI.

Decimals go out as text, exact; fractions (yields, loss rates) as the nearest double, because the counts they are exact
quotients of stand beside them.
"""

from fractions import Fraction
from typing import Any

import msgspec
from fastapi import Response

JSON_TYPE = "application/json"


def json_answer(view: object, status: int = 200) -> Response:
    """``view`` (a struct, or a tuple of them) as a JSON response."""
    return Response(_encoder.encode(view), status, media_type=JSON_TYPE)


def json_bytes(view: object) -> bytes:
    """``view`` as JSON on one line."""
    return _encoder.encode(view)


def documented(view: Any, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """The ``responses`` of a route that answers with ``view``."""
    schema = msgspec.json.schema(view, schema_hook=_schema_of)
    content = {JSON_TYPE: {"schema": _inlined(schema, schema.get("$defs", {}))}}
    return {status: {"description": "Successful Response", "content": content}}


def _plain(value: object) -> object:
    if isinstance(value, Fraction):
        return float(value)
    raise NotImplementedError(f"a view holds {type(value).__name__}, which JSON does not have")


_encoder = msgspec.json.Encoder(enc_hook=_plain)


def _schema_of(kind: type) -> dict[str, Any]:
    if kind is Fraction:
        return {"type": "number"}
    raise NotImplementedError(f"a view holds {kind.__name__}, which JSON does not have")


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    """``schema`` with its references resolved: views are trees, and OpenAPI resolves ``$defs`` elsewhere."""
    if isinstance(schema, dict):
        reference = schema.get("$ref")
        if isinstance(reference, str):
            return _inlined(definitions[reference.rsplit("/", 1)[-1]], definitions)
        return {key: _inlined(value, definitions) for key, value in schema.items() if key != "$defs"}
    if isinstance(schema, list):
        return [_inlined(value, definitions) for value in schema]
    return schema
