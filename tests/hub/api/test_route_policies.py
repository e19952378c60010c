"""Every route has a stated policy: a new one can't forget to ask who asks."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from site_routes import site_routes
from small_hub import admin_of, client_of, small_agent

from hub.accounts.asker import Scope
from hub.accounts.permission import Permission
from hub.accounts.tokens import make_token
from hub.api.access import asking, require_admin
from hub.api.app import create_app
from hub.api.route_needs import NEEDS
from hub.api.route_policy import PUBLIC, is_public, needed_by
from hub.pages.site import create_site
from hub.parts import Hub

ADMIN_BY_TOKEN = "/api/v1/"


def calls_of(dependant: Any) -> Iterator[Any]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from calls_of(inner)


def routes_of(hub: Hub) -> list[APIRoute]:
    """Every route of API and pages."""
    found = site_routes(create_site(hub))
    assert len(found) > 100, "the routes are not where they were"
    return found


def test_every_route_is_public_or_asks_who_asks(hub):
    forgot = [
        route.path for route in routes_of(hub) if not is_public(route) and asking not in set(calls_of(route.dependant))
    ]
    assert forgot == [], "take 'hub: UsesHub' (or AdminOnly, or may(...)), or name the route in hub.api.route_policy"


def test_every_route_that_changes_something_needs_a_token_or_is_public(hub):
    free = {  # questions of whoever asks, though they are posted
        "/api/v1/recall", "/recalls", "/api/v1/analysis/common", "/api/v1/values/study",
        "/api/v1/analysis/common/questions", "/common", "/api/v1/search/photo", "/search/photo",
        "/epcis/nextPageToken/{token}", "/api/v1/audit/checks", "/audit/checks",
    }  # fmt: skip
    forgot = [
        f"{method} {route.path}"
        for route in routes_of(hub)
        for method in route.methods - {"GET", "HEAD", "OPTIONS"}
        if not is_public(route)
        and route.path not in free
        and require_admin not in (calls := set(calls_of(route.dependant)))
        and not {getattr(call, "__name__", "") for call in calls} & {"acting", "person_of", "managing", "to_enter_for"}
    ]
    assert forgot == []


def test_every_route_says_which_permission_it_needs(hub):
    forgot = [
        f"{method} {route.path}"
        for route in routes_of(hub)
        for method in route.methods - {"OPTIONS"}
        if not is_public(route) and needed_by(route, method) is None
    ]
    assert forgot == [], "name them in hub.api.route_needs"


def test_what_needs_a_permission_is_there_and_needs_one_only(hub):
    there = {f"{method} {route.path}" for route in routes_of(hub) for method in route.methods}
    named = [route for routes in NEEDS.values() for route in routes]
    assert sorted(named) == sorted(set(named))
    assert set(named) <= there


def test_only_reading_needs_no_more_than_to_view_or_to_ask(hub):
    reading = {Permission.VIEW, Permission.ASK, Permission.AUDIT}
    changing = [route for each in reading for route in NEEDS[each] if not route.startswith("GET ")]
    assert sorted(changing) == [
        "DELETE /api/v1/recall/{identity}", "DELETE /epcis/nextPageToken/{token}", "POST /api/v1/analysis/common",
        "POST /api/v1/analysis/common/questions", "POST /api/v1/audit/checks",
        "POST /api/v1/recall", "POST /api/v1/recall/{identity}/give-up",
        "POST /api/v1/search/photo", "POST /api/v1/values/study", "POST /audit/checks", "POST /common", "POST /recalls",
        "POST /recalls/{identity}/give-up", "POST /recalls/{identity}/remove", "POST /search/photo",
    ]  # fmt: skip


def test_public_names_no_route_that_is_gone(hub):
    known = {route.path for route in routes_of(hub)} | {"/openapi.json"}
    assert set(PUBLIC) <= known


async def test_an_organisation_gets_nothing_from_what_is_the_operators(hub):
    small_agent(hub)
    token = make_token(hub, "plant-a-company", [Scope.READ]).text
    header = {"Authorization": f"Bearer {token}"}
    async with client_of(hub) as client:
        for route in routes_of(hub):
            if not route.path.startswith(ADMIN_BY_TOKEN) or require_admin not in set(calls_of(route.dependant)):
                continue
            path = route.path.replace(":path", "").replace("{", "").replace("}", "")
            for method in route.methods:
                answer = await client.request(method, path, headers=header, json={})
                assert answer.status_code == 403, f"{method} {path}: {answer.status_code} {answer.text}"


async def test_without_a_token_nobody_is_the_operator_where_tokens_are_needed(hub):
    app = create_app(hub, open_pages=False)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        for path in ("/api/v1/summary", "/api/v1/summary?as=plant-a-company", "/api/v1/plants", "/api/v1/audit"):
            assert (await client.get(path)).status_code == 401, path
        for path in ("/healthz", "/readyz", "/log/checkpoint"):
            assert (await client.get(path)).status_code == 200, path
        assert (await client.get("/api/v1/summary", headers=admin_of(hub))).status_code == 200


@pytest.mark.parametrize("token", ["", "zy_" + "0" * 64, "x" * 5000, "é"])
async def test_a_wrong_token_gets_nothing_at_all(hub, token):
    async with client_of(hub) as client:
        for path in ("/api/v1/summary", "/api/v1/audit", "/readyz"):
            answer = await client.get(path, headers={"Authorization": f"Bearer {token}".encode()})
            assert answer.status_code == 401, path
