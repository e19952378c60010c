"""Results in a JSON file: one document that is a result, holds a list of results, or one result on each line; pure.

A field is a path: names and places of a list joined by dots (``values.0.torque``). ``$.`` in front starts at the whole
document instead of the result, for what stands once above a list of them. Numbers stay exact decimals; NaN, infinities
and keys that stand twice are faults (RFC 8259 allows neither to be relied on).
"""

import json
from decimal import Decimal
from typing import Any

import msgspec

from edge_agent.drivers.files.row import MAX_ROWS, FieldValue, FileFault, Row, decoded

_ROOT = "$."
_LONGEST_NUMBER = 400


class JsonRule(msgspec.Struct, frozen=True, kw_only=True):
    """Where the results are: ``results`` is the path of the list, empty when the document is the result (or list).

    ``lines``: every line is a document of its own. ``fields`` are the paths wanted.
    """

    fields: tuple[str, ...]
    results: str = ""
    lines: bool = False
    encoding: str = "utf-8-sig"


def parse_json(content: bytes, rule: JsonRule) -> tuple[Row, ...]:
    """Every result of the file; a path that leads nowhere is None. FileFault says where the file is no result."""
    text = decoded(content, rule.encoding)
    if rule.lines:
        if text and not text.endswith("\n"):
            raise FileFault(f"line {text.count(chr(10)) + 1}", "has no end; the file is not finished")
        documents = [
            (f"line {number}", _parsed(line, f"line {number}"))
            for number, line in enumerate(text.split("\n"), start=1)
            if line.strip()
        ]
    else:
        documents = [("", _parsed(text, ""))]
    rows = [
        Row(number, {path: _field(document, result, path) for path in rule.fields})
        for number, (document, result) in enumerate(
            ((document, result) for place, document in documents for result in _results(document, rule, place)),
            start=1,
        )
    ]
    if not 1 <= len(rows) <= MAX_ROWS:
        raise FileFault("", f"holds {len(rows)} results, expected 1 to {MAX_ROWS}")
    return tuple(rows)


def find(document: Any, path: str) -> Any:
    """What a path leads to, or None."""
    for step in path.split("."):
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and step.isdecimal() and len(step) < 10 and int(step) < len(document):
            document = document[int(step)]
        else:
            return None
    return document


def _results(document: Any, rule: JsonRule, place: str) -> list[Any]:
    found = find(document, rule.results) if rule.results else document
    results = found if isinstance(found, list) else [found]
    if not all(isinstance(result, dict) for result in results):
        raise FileFault(place, f"expected an object or a list of them{f' at {rule.results}' if rule.results else ''}")
    return results


def _field(document: Any, result: Any, path: str) -> FieldValue:
    start = path.startswith(_ROOT)
    found = find(document if start else result, path.removeprefix(_ROOT) if start else path)
    if found is None or isinstance(found, bool | int | Decimal | str):
        return found
    raise FileFault("", f"the field {path} is a {type(found).__name__}, expected one value")


def _parsed(text: str, place: str) -> Any:
    try:
        return json.loads(text, parse_float=_exact, parse_int=_whole, parse_constant=_refuse, object_pairs_hook=_object)
    except json.JSONDecodeError as broken:
        where = place or f"line {broken.lineno}"
        raise FileFault(where, f"is no JSON: {broken.msg} (column {broken.colno})") from None
    except ValueError as broken:
        raise FileFault(place, f"is no JSON: {broken}") from None
    except RecursionError:
        raise FileFault(place, "is nested too deeply") from None


def _exact(text: str) -> Decimal:
    if len(text) > _LONGEST_NUMBER:
        message = f"a number of {len(text)} digits"
        raise ValueError(message)
    return Decimal(text)


def _whole(text: str) -> int:
    _exact(text)
    return int(text)


def _refuse(text: str) -> Any:
    message = f"{text} is no number"
    raise ValueError(message)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        message = f"the key {twice[0]!r} stands twice"
        raise ValueError(message)
    return found
