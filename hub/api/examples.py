"""Examples in the description of the API: of parameters, of what is sent, and of what comes back.

Those that are written here speak of the demo's supply chain; a test asks with each of them and compares the answers
with their description. The others stand in ``examples.json``: of each route one exchange, as tests had it, with long
lists shortened (``tests/support/recorded_examples.py`` writes it down); a test compares each with the description.
"""

from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from hub.api.answer import JSON_TYPE

PARAMETERS: dict[str, str] = {
    "gtin": "09506000134376",
    "serial": "D-00004",
    "lot": "L4700",
    "plant": "oem.assembly",
    "item": "https://id.gs1.org/01/09506000134376/21/D-00004",
    "q": "D-00004",
    "characteristic": "noise",
    "author": "supplier-a.line-1",
}
"""Name of a parameter in the path or the query -> example."""

REQUESTS: dict[str, dict[str, Any]] = {
    "/api/v1/recall": {"items": ["https://id.gs1.org/01/09506000134390/10/L4700"]},
    "/api/v1/organisations": {"id": "supplier-c", "name": "Supplier C", "name_zh": "供应商丙"},
    "/api/v1/plants": {
        "id": "supplier-c.casting", "organisation": "supplier-c", "name": "Casting", "name_zh": "铸造厂",
        "time_zone": "Asia/Shanghai",
    },
    "/api/v1/policies": {
        "owner": "supplier-a", "partner": "oem", "kinds": ["existence", "genealogy", "verdicts"], "items": "delivered",
        "by": "q7",
    },
    "/api/v1/hold-orders": {
        "target": "https://id.gs1.org/01/09506000134390/10/L4700", "reason": "cracks in the casting", "by": "q7",
    },
}  # fmt: skip
"""Path of a ``POST`` -> what may be sent."""

ANSWERS: dict[str, Any] = {
    "/api/v1/search": {
        "query": "D-00004", "read_as": None, "truncated": False, "problem": "",
        "hits": [
            {
                "kind": "unit", "id": "https://id.gs1.org/01/09506000134376/21/D-00004", "title": "D-00004",
                "title_zh": "", "detail": "Electric drive unit", "detail_zh": "电驱动单元",
                "url": "/01/09506000134376/21/D-00004", "known": True,
            }
        ],
    },
    "/api/v1/account": {
        "login": "li.na@supplier-a.example", "name": "李娜", "organisation": "supplier-a", "role": "viewer",
        "plants": ["supplier-a.machining"], "permissions": ["ask", "self", "view"],
    },
    "/api/v1/plants/{plant}/yields": {
        "begin": "2025-02-28T09:00:00Z", "end": "2026-03-01T09:00:00Z",
        "lines": [
            {
                "part": "https://id.gs1.org/01/09506000134376", "operation": "OP20", "work_cell": "oem.assembly/OP20",
                "counts": {
                    "submitted": 4, "first_ok": 3, "final_ok": 4, "retest_ok": 1, "retested": 1, "reworked": 0,
                    "attempts": 5, "invalid": 0, "not_decidable": 0, "undecided": 0, "first_missing": 0,
                },
                "fpy": {
                    "submitted": 4, "first_ok": 3, "value": 0.75,
                    "interval": {"low": 0.3006, "high": 0.9544, "confidence": 0.95},
                },
            }
        ],
    },
}  # fmt: skip
"""Path of a ``GET`` -> what may come back."""


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked of a route and what it answered: JSON as it is, anything else as text."""

    status: int
    path: dict[str, str] = {}
    query: dict[str, str] = {}
    request: Any = None
    type: str = ""
    response: Any = msgspec.UNSET


@cache
def exchanges() -> dict[str, Exchange]:
    """Those that were written down: method and path of a route -> exchange."""
    written = files("hub.api").joinpath("examples.json").read_bytes()
    return msgspec.json.decode(written, type=dict[str, Exchange])


def add_examples(described: dict[str, Any]) -> None:
    """Put the examples into an OpenAPI description."""
    for path, methods in described["paths"].items():
        if not path.startswith("/api/"):
            continue
        for method, operation in methods.items():
            found = exchanges().get(f"{method.upper()} {path}")
            if found is not None:
                _add(operation, found)
            if path in (REQUESTS if method == "post" else ANSWERS):
                found = None  # what is written by hand speaks of the supply chain
            _add_parameters(operation, {} if found is None else found.path | found.query)
        if path in REQUESTS and "post" in methods:
            methods["post"]["requestBody"]["content"][JSON_TYPE]["example"] = REQUESTS[path]
        if path in ANSWERS and "get" in methods:
            methods["get"]["responses"]["200"]["content"][JSON_TYPE]["example"] = ANSWERS[path]


def _add_parameters(operation: dict[str, Any], given: dict[str, str]) -> None:
    """As they were in the exchange, or where there was none, of the supply chain."""
    for parameter in operation.get("parameters", ()):
        name = parameter["name"]
        if name in given:
            parameter["example"] = given[name]
        elif not given and name in PARAMETERS:
            parameter["example"] = PARAMETERS[name]


def _add(operation: dict[str, Any], found: Exchange) -> None:
    if found.request is not None:
        for kind in operation.get("requestBody", {}).get("content", {}).values():
            kind["example"] = found.request
            if kind.get("schema", {}).get("type") == "string" and not isinstance(found.request, str):
                kind["example"] = msgspec.json.encode(found.request).decode()  # bytes that are signed, for example
    answer = operation["responses"].get(str(found.status), {}).get("content", {})
    if found.response is not msgspec.UNSET and found.type in answer:
        answer[found.type]["example"] = found.response
