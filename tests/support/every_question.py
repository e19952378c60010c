"""Every address that answers a question, taken from the application itself, filled with what a small world holds.

A route whose parameters nobody has a value for is an error here: so a new route cannot be forgotten.
"""

import re
from collections.abc import Iterator
from urllib.parse import quote

from fastapi.routing import APIRoute
from pydantic import BaseModel
from sharing_world import GTIN_LIST, LOTS, ORGS, PARTS, UNITS
from site_routes import site_routes

from hub.api.route_policy import is_public
from hub.pages.site import create_site
from hub.parts import Hub

_IN_PATH = re.compile(r"\{(\w+)(?::path)?\}")
PLANTS = [f"{org}-plant" for org in ORGS]
SERIALS = [(unit.split("/")[4], unit.rsplit("/", 1)[1]) for unit in UNITS]
VALUES: dict[str, list[str]] = {
    "plant": PLANTS,
    "agent": [f"{org}.line" for org in ORGS],
    "item": [quote(UNITS[0], safe=""), quote(UNITS[2], safe=""), quote(LOTS[0], safe="")],
    "organisation": list(ORGS),
    "log_index": ["9", "12", "14"],
    "line": ["2", "3"],
    "digits": ["0" * 64],
    "resource": ["epcs", "bizSteps", "eventTypes", "readPoints", "bizLocations", "dispositions"],
    "value": [quote(UNITS[2], safe=""), "inspecting"],
    "event_id": ["urn:uuid:1"],
    "characteristic": ["length", "none"],
    "kind": ["plant", "organisation", "control-plan"],
    # of these nothing is there: that nothing is told is told by tests of their own rooms
    "name": ["some"],
    "identity": ["none"],
    "hash_": ["none"],
    "capture_id": ["none"],
    "subscription_id": ["none"],
    "declaration": ["none"],
    "receipt": ["none"],
    "year": ["2026"],
    "metric": ["first-pass-yield", "capability", "loss-rate", "response-hours"],
    "indicator": ["none"],
    "target": ["none"],
    "check": ["none"],
}
ASKED: dict[str, str] = {
    "characteristic": "length", "part": PARTS[0], "operation": "OP10", "plant": PLANTS[0], "about": PLANTS[0],
    "size": "100", "aql": "1.0", "q": "mark", "unit": UNITS[0],
    "begin": "2026-01-01T00:00:00Z", "end": "2027-01-01T00:00:00Z",
}  # fmt: skip
"""Parameters behind the question mark: those that must be there, and where they are taken also the wished ones."""
WISHED = frozenset({"q", "part", "operation"})
NO_RECORDS = (
    "/account", "/users", "/api/v1/account", "/api/v1/users", "/api/v1/account-events", "/api/v1/subscriptions",
    "/subscriptions", "/api/v1/views", "/views",
)  # fmt: skip
"""What asks about people and their settings, and about no records."""
ENDLESS = ("/api/v1/plants/{plant}/now/events",)
"""Streams that say what ``…/now`` says, again and again."""


def routes_that_answer(hub: Hub) -> list[APIRoute]:
    """Every GET route that is not for everybody."""
    return [
        route
        for route in site_routes(create_site(hub))
        if "GET" in route.methods
        and not is_public(route)
        and route.path not in ENDLESS
        and not f"{route.path}/".startswith(tuple(f"{start}/" for start in NO_RECORDS))
    ]


def questions(hub: Hub) -> list[str]:
    """Addresses of all of them."""
    return [question for several in questions_by_route(hub).values() for question in several]


def questions_by_route(hub: Hub) -> dict[str, list[str]]:
    """The same by the routes' own paths."""
    return {route.path: list(_filled(route)) for route in routes_that_answer(hub)}


def _filled(route: APIRoute) -> Iterator[str]:
    names = _IN_PATH.findall(route.path)
    named = sorted({name for name, required in _parameters(route) if required or name in WISHED})
    behind = "&".join(f"{name}={quote(ASKED[name], safe='')}" for name in named)
    for values in _values(names):
        path = _IN_PATH.sub(lambda found, values=values: values[found[1]], route.path)  # type: ignore[misc]
        yield f"{path}?{behind}" if behind else path


def _parameters(route: APIRoute) -> Iterator[tuple[str, bool]]:
    """Names behind the question mark, and whether each must be there; also those that a form collects."""
    for field in route.dependant.query_params:
        form = field.field_info.annotation
        if isinstance(form, type) and issubclass(form, BaseModel):
            yield from ((one.alias or name, one.is_required()) for name, one in form.model_fields.items())
        else:
            yield field.alias, field.field_info.is_required()


def _values(names: list[str]) -> Iterator[dict[str, str]]:
    if "gtin" in names:
        if "lot" in names:
            yield {"gtin": GTIN_LIST[-1], "lot": "L1"}
        else:
            yield from ({"gtin": gtin, "serial": serial} for gtin, serial in SERIALS[::2])
        return
    for number in range(max((len(VALUES[name]) for name in names), default=1)):
        yield {name: VALUES[name][number % len(VALUES[name])] for name in names}
