import httpx
import pytest


async def test_the_switch_sets_the_cookie_and_returns_to_the_same_page(reader: httpx.AsyncClient) -> None:
    answer = await reader.get("/search?q=D-0000&lang=zh-CN")
    assert (answer.status_code, answer.headers["location"]) == (303, "/search?q=D-0000")
    assert "lang=zh-CN" in answer.headers["set-cookie"]
    assert "HttpOnly" in answer.headers["set-cookie"]
    page = await reader.get(answer.headers["location"])
    assert '<html lang="zh-CN">' in page.text
    back = await reader.get("/?lang=en")
    assert '<html lang="en">' in (await reader.get(back.headers["location"])).text


async def test_a_serial_with_a_slash_survives_the_switch(reader: httpx.AsyncClient) -> None:
    answer = await reader.get("/01/09506000134376/21/A%2FB%3F%23?lang=en")
    assert answer.headers["location"] == "/01/09506000134376/21/A%2FB%3F%23"


@pytest.mark.parametrize("path", ["//evil.example/", "///evil.example", "/\\evil.example", "//evil.example/%2f.."])
async def test_the_switch_leads_to_no_other_host(reader: httpx.AsyncClient, path: str) -> None:
    request = reader.build_request("GET", "http://127.0.0.1/")
    request.url = request.url.copy_with(raw_path=path.encode() + b"?lang=en")
    location = (await reader.send(request)).headers["location"]
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))


@pytest.mark.parametrize("value", ["de", "zh", "", "en\r\nX-Bad: 1", "https://evil.example"])
async def test_an_unknown_language_is_no_switch(reader: httpx.AsyncClient, value: str) -> None:
    answer = await reader.get("/", params={"lang": value})
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers


async def test_a_foreign_cookie_is_ignored(reader: httpx.AsyncClient) -> None:
    page = await reader.get("/", headers={"Cookie": "lang=<script>"})
    assert '<html lang="en">' in page.text


async def test_the_api_knows_no_switch(reader: httpx.AsyncClient) -> None:
    assert (await reader.get("/api/v1/plants?lang=en")).status_code == 200
