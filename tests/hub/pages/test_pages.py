"""Every page, from signed batches to HTML, in both languages."""

import re
from html.parser import HTMLParser

import httpx
import pytest
from fastapi import FastAPI

from hub.pages.headers import CONTENT_SECURITY_POLICY

HOUSING_3 = "/01/09506000134352/21/H-00003"
DRIVE_4 = "/01/09506000134376/21/D-00004"
PLANT_A = "/plants/supplier-a.machining"
PAGES = (
    "/",
    HOUSING_3,
    DRIVE_4,
    "/01/09506000134383/21/M-0001",
    "/01/09506000134390/10/L4700",
    PLANT_A,
    "/plants/oem.assembly",
    "/search",
    "/search?q=-0000",
    "/search?q=nothing-at-all",
    "/nowhere",
)


class Outline(HTMLParser):
    """What a browser would run, load or refuse; and ids, labels, headings."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.loaded: list[str] = []
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.headings: list[int] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if "style" in given or tag == "style" or any(name.startswith("on") for name in given):
            self.inline.append(self.get_starttag_text() or tag)
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self.inline.append(self.get_starttag_text() or tag)
        if tag in ("script", "link", "img", "form", "iframe"):
            self.loaded += [value for name in ("src", "href", "action") if (value := given.get(name))]
        if "id" in given:
            self.ids.append(given["id"] or "")
        if tag == "label":
            self.labels.add(given.get("for") or "")
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_whole_in_both_languages(
    path: str, reader: httpx.AsyncClient, chinese: httpx.AsyncClient
) -> None:
    for client, language in ((reader, "en"), (chinese, "zh-CN")):
        page = await client.get(path)
        assert page.status_code == (404 if path == "/nowhere" else 200), page.text
        assert f'<html lang="{language}">' in page.text
        assert page.headers["content-language"] == language
        outline = Outline(page.text)
        assert outline.inline == []
        assert [address for address in outline.loaded if not re.match(r"/(?!/)", address)] == []
        assert len(outline.ids) == len(set(outline.ids))
        assert "q" in outline.labels
        assert outline.headings.count(1) == 1
        assert "None" not in re.sub(r"<[^>]*>", "", page.text)


@pytest.mark.parametrize("path", [*PAGES, "/healthz", "/api/v1/plants"])
async def test_every_answer_forbids_what_it_does_not_need(path: str, reader: httpx.AsyncClient) -> None:
    headers = (await reader.get(path)).headers
    assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "frame-ancestors 'none'" in CONTENT_SECURITY_POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


async def test_home_answers_first_and_leads_to_every_plant(
    reader: httpx.AsyncClient, chinese: httpx.AsyncClient
) -> None:
    page = (await reader.get("/")).text
    assert "The whole chain is reporting" in page
    assert "All 3 agents are fresh" in page
    for plant in ("supplier-a.machining", "supplier-b.electronics", "oem.assembly"):
        assert f'href="/plants/{plant}"' in page
        assert (await reader.get(f"/plants/{plant}")).status_code == 200
    zh = (await chinese.get("/")).text
    assert "全链正常上报" in zh
    assert "远航总装厂" in zh


async def test_the_unit_page_shows_limits_history_and_proof(reader: httpx.AsyncClient) -> None:
    page = (await reader.get(HOUSING_3)).text
    assert "1 of 4 values out of limits" in page
    assert re.search(r"<strong>2\.31</strong> cm3/min", page)
    assert page.index("2.31") < page.index("1.24")  # worst first
    assert "above the upper limit" in page
    assert "Defect: seal not seated" in re.sub(r"\s+", " ", page)
    assert "retest" in page
    assert "Intact and in the log" in page
    assert "zhuoyue-verify evidence-09506000134352-H-00003.json --log-key hub.test/log+" in page


async def test_the_proof_that_the_page_offers_is_there_under_the_name_it_says(reader: httpx.AsyncClient) -> None:
    page = (await reader.get(HOUSING_3)).text
    address = re.search(r'href="(/api/[^"]+)" download', page)
    name = re.search(r"zhuoyue-verify (\S+) ", page)
    assert address
    assert name
    proof = await reader.get(address[1])
    assert proof.status_code == 200
    assert f'filename="{name[1]}"' in proof.headers["content-disposition"]


async def test_the_graph_leads_back_to_suppliers_and_forward_to_the_machine(reader: httpx.AsyncClient) -> None:
    page = (await reader.get(DRIVE_4)).text
    for target in (
        "/01/09506000134352/21/H-00004",
        "/01/09506000134369/21/C-00004",
        "/01/09506000134390/10/L4700",
        "/01/09506000134383/21/M-0001",
    ):
        assert f'href="{target}"' in page
        assert (await reader.get(target)).status_code == 200
    assert "graph__link--potential" in page
    assert "graph__link--certain" in page
    assert "Linhai Housings" in page


async def test_the_plant_page_says_what_binds_and_what_the_next_level_asks(
    reader: httpx.AsyncClient, chinese: httpx.AsyncClient
) -> None:
    page = re.sub(r"\s+", " ", (await reader.get(PLANT_A)).text)
    assert "rolled throughput yield" in page
    assert "fewer than 100 values" in page  # twelve units rate no index
    assert "To reach inspection L1" in page
    assert "at most" in page
    assert "agrees" in page
    zh = re.sub(r"\s+", " ", (await chinese.get(PLANT_A)).text)
    assert "达到 检验级 L1 的条件" in zh
    assert "不足 100 个值" in zh


async def test_claimed_recomputed_and_all_authors_stand_beside_each_other(reader: httpx.AsyncClient) -> None:
    page = (await reader.get(PLANT_A)).text
    row = re.sub(r"<[^>]+>", " ", page[page.index('<th scope="row">OP30 Leak test') :].split("</tr>")[0])
    assert re.sub(r"\s+", " ", row).count("11 / 12") == 3
    assert "91.67 %" in row


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("H-00003", HOUSING_3),
        ("(01)09506000134352(21)H-00003", HOUSING_3),
        ("010950600013435221H-00003", HOUSING_3),
        ("https://id.gs1.org/01/09506000134352/21/H-00003", HOUSING_3),
        ("L4700", "/01/09506000134390/10/L4700"),
        ("oem.line-1", "/#agent-oem.line-1"),
        ("远航总装", "/plants/oem.assembly"),
    ],
)
async def test_a_search_with_one_answer_opens_it(reader: httpx.AsyncClient, query: str, place: str) -> None:
    answer = await reader.get("/search", params={"q": query})
    assert (answer.status_code, answer.headers["location"]) == (303, place)


async def test_a_search_with_several_answers_lists_them(reader: httpx.AsyncClient) -> None:
    page = await reader.get("/search", params={"q": "-0000"})
    assert page.status_code == 200
    assert page.text.count('class="hit"') > 2


async def test_a_code_that_is_well_formed_but_unknown_is_said_to_be(reader: httpx.AsyncClient) -> None:
    page = (await reader.get("/search", params={"q": "(01)09506000134352(21)NEVER-MADE"})).text
    assert "NEVER-MADE is a well-formed code, but the hub has no record of it" in page


async def test_a_code_with_a_wrong_check_digit_says_so(reader: httpx.AsyncClient) -> None:
    page = (await reader.get("/search", params={"q": "(01)09506000134353(21)H-00003"})).text
    assert "check digit" in page


@pytest.mark.parametrize(
    ("path", "status", "advice"),
    [
        ("/nowhere", 404, "Check serial and part number"),
        ("/01/09506000134352/21/NEVER", 404, "Check serial and part number"),
        ("/01/09506000134352/10/NEVER", 404, "Check serial and part number"),
        ("/plants/none", 404, "Check serial and part number"),
        ("/01/123/21/X", 400, "Check the code"),
        ("/01/09506000134353/21/X", 400, "Check the code"),
        ("/01/09506000134390/10/L4700?offset=-1", 422, "Check the address"),
        ("/static/0/nothing.css", 404, ""),
        ("/static/0/%2e%2e/routes.py", 404, ""),
    ],
)
async def test_an_error_says_what_to_do(reader: httpx.AsyncClient, path: str, status: int, advice: str) -> None:
    page = await reader.get(path)
    assert page.status_code == status
    assert advice in page.text
    assert "Traceback" not in page.text


async def test_the_api_and_programs_keep_problem_details(site: FastAPI, reader: httpx.AsyncClient) -> None:
    assert (await reader.get("/api/v1/plants/none")).headers["content-type"] == "application/problem+json"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://x") as program:
        assert (await program.get("/plants/none")).headers["content-type"] == "application/problem+json"


async def test_styles_scripts_and_plotly_come_from_this_host_and_are_kept(reader: httpx.AsyncClient) -> None:
    page = (await reader.get(PLANT_A)).text
    files = [address for address in Outline(page).loaded if address.startswith("/static/")]
    assert any("plotly-" in address for address in files)
    for address in files:
        answer = await reader.get(address)
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-type"].split(";")[0] in ("text/css", "text/javascript", "image/svg+xml")


async def test_the_chart_has_the_same_figures_as_a_table(reader: httpx.AsyncClient) -> None:
    page = (await reader.get(PLANT_A)).text
    assert '<script type="application/json" id="fpy-data">' in page
    assert "The chart as a table" in page


async def test_lot_pages_turn_over(reader: httpx.AsyncClient) -> None:
    page = (await reader.get("/01/09506000134390/10/L4700?offset=10")).text
    assert "12 units took from this lot" in page
    assert "H-00001" in page
