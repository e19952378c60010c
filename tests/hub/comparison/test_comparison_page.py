"""The page of the comparison: what is published, one's own plants beside it, and taking part by a button."""

import re

import httpx
import pytest
from fastapi import FastAPI
from small_association import YEAR, association
from small_hub import admin_of, small_hub

from hub.accounts.asker import Scope
from hub.accounts.tokens import make_token
from hub.comparison.release import release
from hub.pages.site import create_site
from hub.parts import Hub


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Hub:
    made, _ = association(small_hub(tmp_path_factory.mktemp("hub")))
    release(made, YEAR, by="operator")
    return made


@pytest.fixture(scope="module")
def site(hub: Hub) -> FastAPI:
    return create_site(hub)


def browser(site: FastAPI, headers: dict[str, str], language: str = "en") -> httpx.AsyncClient:
    said = {"Accept": "text/html", "Accept-Language": language, **headers}
    return httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://127.0.0.1", headers=said)


def member(hub: Hub, *scopes: Scope) -> dict[str, str]:
    return {"Authorization": f"Bearer {make_token(hub, 'p0-company', {Scope.READ, *scopes}).text}"}


async def test_counts_per_level_stand_beside_the_targets_and_own_plants(hub: Hub, site: FastAPI) -> None:
    async with browser(site, member(hub)) as api:
        page = (await api.get("/comparison?measure=cpk")).text
    assert "Shanghai" in page
    assert "+10,000" in page
    assert "General-purpose machinery (34)" in page
    assert re.search(r'href="/plants/p0"[^>]*>p0<', page)
    assert "p1" not in page
    assert "Your plants are counted in the next release." in page
    async with browser(site, admin_of(hub), "zh-CN") as api:
        page = (await api.get("/comparison")).text
    assert "通用设备制造业" in page
    assert "Own plants" not in page


async def test_the_tables_are_taken_along(hub: Hub, site: FastAPI) -> None:
    async with browser(site, member(hub)) as api:
        for table in ("own", "levels", "groups"):
            answer = await api.get(f"/comparison?format=csv&table={table}")
            assert answer.headers["content-type"].startswith("text/csv"), table
            assert len(answer.content.splitlines()) > 1


async def test_taking_part_is_a_button_and_can_be_taken_back(hub: Hub, site: FastAPI) -> None:
    async with browser(site, member(hub, Scope.ADMIN)) as api:
        for given, said in (("false", "not counted."), ("true", "counted in the next release")):
            answer = await api.post("/comparison", data={"given": given})
            assert (answer.status_code, answer.headers["location"]) == (303, "/comparison")
            assert said in (await api.get("/comparison")).text
    async with browser(site, member(hub)) as api:
        assert (await api.post("/comparison", data={"given": "false"})).status_code == 403


async def test_without_a_release_the_page_says_what_to_do(tmp_path) -> None:
    empty = small_hub(tmp_path / "hub")
    async with browser(create_site(empty), admin_of(empty)) as api:
        page = (await api.get("/comparison")).text
        assert "zhuoyue-hub comparison release" in page
        assert (await api.get("/comparison?year=2020")).status_code == 404
