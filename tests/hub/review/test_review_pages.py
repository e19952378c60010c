"""The review as people get it: a page, a file that needs nothing else, and the command that writes it."""

import json
import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from reviewed import YEAR, settled
from small_hub import small_hub
from small_improvement import PLANT, World

from hub.cli import main
from hub.pages.site import create_site

PATH = f"/plants/{PLANT}/reviews/{YEAR}"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return settled(small_hub(tmp_path_factory.mktemp("hub")))


@pytest.fixture(scope="module")
def site(world: World) -> FastAPI:
    return create_site(world.hub, open_pages=True)


def reader(site: FastAPI, language: str) -> httpx.AsyncClient:
    headers = {"Accept": "text/html", "Accept-Language": language}
    return httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://127.0.0.1", headers=headers)


async def test_the_page_says_what_the_review_says_in_both_languages(site: FastAPI) -> None:
    for language, words in (
        (
            "en",
            ("Losses −10 % a year", "Fewer rejects", "effective", "disk was full", "signed by nobody", "--through "),
        ),
        ("zh-CN", ("年度总结评估", "Fewer rejects", "有效", "disk was full", "无人签名")),
    ):
        async with reader(site, language) as browser:
            page = (await browser.get(PATH)).text
            assert [word for word in words if word not in page] == []


async def test_the_last_whole_year_stands_under_the_plant(site: FastAPI) -> None:
    async with reader(site, "en") as browser:
        assert f'href="{PATH}/file"' in (await browser.get(f"/plants/{PLANT}/reviews")).text
        assert (await browser.get(f"/plants/{PLANT}/reviews/2099")).status_code == 422
        assert (await browser.get("/plants/nowhere/reviews")).status_code == 404


async def test_the_file_needs_nothing_else(site: FastAPI) -> None:
    """No script, no address that a browser would load, and a style for paper."""
    async with reader(site, "en") as browser:
        answer = await browser.get(f"{PATH}/file")
    page = answer.text
    assert "attachment" in answer.headers["content-disposition"]
    assert "<script" not in page
    assert not re.findall(r"<(?:link|img|iframe)[^>]*|url\(|@import", page)
    assert "@media print" in page
    assert not re.findall(r'href="(?!#)[^"]*"', page)


async def test_the_command_writes_every_form_and_says_how_far_it_is(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--data", str(world.hub.settings.data), "--plant", PLANT, "--year", str(2026)]
    for name in ("r.html", "r.xlsx", "r.json"):
        assert main(["review", *where, "-o", str(tmp_path / name), "--language", "zh", "--json"]) == 0
        said = capsys.readouterr()
        assert json.loads(said.out)["level"] == "L0"
        assert f"results and values of {2026 - 1} …" in said.err
    assert "总结评估" in (tmp_path / "r.html").read_text(encoding="utf-8")
    size = json.loads((tmp_path / "r.json").read_text())["log_size"]
    assert main(["review", *where, "-o", str(tmp_path / "r.json"), "--through", str(size + 1)]) == 1
    assert f"the log holds {size} batches" in capsys.readouterr().err
    assert main(["review", *where, "-o", str(tmp_path / "r.pdf")]) == 1
