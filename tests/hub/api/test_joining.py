"""What is worked out for the routes of one application serves the next, and each application speaks for its own hub."""

import re
from pathlib import Path

import httpx
from fastapi import APIRouter, FastAPI, Request
from site_routes import site_routes
from small_hub import client_of, small_agent, small_hub
from starlette.routing import Match

from hub.api.joining import join
from hub.pages.site import create_site
from hub.parts import Hub

first, second = APIRouter(prefix="/things"), APIRouter(prefix="/things")


@first.get("/{name}")
def of_first(name: str, request: Request) -> str:
    return f"{request.app.state.owner} {name}"


@second.get("/{name}")
def of_second(name: str) -> str:
    return f"second {name}"


async def said(app: FastAPI, path: str) -> str:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        return str((await client.get(path)).json())


async def test_applications_share_routes_but_not_what_they_hold() -> None:
    one, other = FastAPI(), FastAPI()
    one.state.owner, other.state.owner = "one", "other"
    for app in (one, other):
        join(app, [first])
    assert one.router.routes[-1] is other.router.routes[-1]
    assert [await said(app, "/things/x") for app in (one, other)] == ["one x", "other x"]


async def test_who_comes_first_answers() -> None:
    one, other = FastAPI(), FastAPI()
    one.state.owner = "one"
    join(one, [first, second])
    join(other, [second, first])
    assert [await said(app, "/things/x") for app in (one, other)] == ["one x", "second x"]


async def test_two_hubs_in_one_process_answer_from_their_own_stores(tmp_path: Path) -> None:
    hubs = [small_hub(tmp_path / name) for name in ("a", "b")]
    small_agent(hubs[0], plant="plant-a")
    seen = []
    for hub in hubs:
        async with client_of(hub) as client:
            answer = await client.get("/api/v1/plants")
            assert answer.status_code == 200
            seen.append("plant-a" in answer.text)
        hub.store.close()
    assert seen == [True, False]


def test_every_route_is_found_by_an_address_of_its_own(hub: Hub) -> None:
    site = create_site(hub)
    lost = []
    for route in site_routes(site):
        path = re.sub(r"\{[^}]+\}", "7", route.path)
        scope = {"type": "http", "method": min(route.methods), "path": path, "headers": [], "root_path": ""}
        if not any(each.matches(dict(scope))[0] is not Match.NONE for each in site.router.routes):
            lost.append(route.path)
    assert lost == []
