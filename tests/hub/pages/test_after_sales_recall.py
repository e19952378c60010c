"""A recall from question to notification: the question in the address, its chips, lists by place, drafts, sending."""

import re
from collections.abc import Iterator
from datetime import UTC
from html import unescape
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from small_hub import small_hub
from small_people import People, csrf, people_of
from starlette.datastructures import QueryParams
from supply_chain import BARS, DRIVE, HOUSING, supply_chain

from hub.accounts.permission import Role
from hub.errors import EntryRefused
from hub.pages.after_sales.question_address import question_of, recall_url, without
from hub.parts import Hub
from hub.recall.question import MeasuredSeed, PassedSeed, Question, RecipeSeed, ToolSeed
from hub.search.named import names_in, resolved
from traceability.identifier.item import lot_uri, unit_uri

LOT = lot_uri(BARS, "L4700")
OF_LOT = Question(items=[LOT]).model_dump_json()
names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).map(str.strip)
plain = names.filter(bool)
moments = st.datetimes(timezones=st.just(UTC))
questions = st.builds(
    Question,
    items=st.lists(plain, max_size=4),
    tools=st.lists(st.builds(ToolSeed, tool=plain, plant=st.none() | plain), max_size=2),
    recipes=st.lists(st.builds(RecipeSeed, recipe=plain, version=st.none() | plain), max_size=2),
    passed=st.lists(st.builds(PassedSeed, operation=plain, begin=st.none() | moments), max_size=2),
    measured=st.lists(
        st.builds(MeasuredSeed, characteristic=plain, low=st.decimals(-9, 9, places=3), uom=plain), max_size=2
    ),
    depth=st.integers(1, 20),
)


@given(questions)
def test_a_question_comes_back_from_its_address(question: Question) -> None:
    asked = question_of(QueryParams(urlsplit(recall_url(question)).query))
    assert asked == question
    for kind in ("items", "tools", "recipes", "passed", "measured"):
        if getattr(question, kind):
            assert len(getattr(without(question, kind, 0), kind)) == len(getattr(question, kind)) - 1


@pytest.mark.parametrize("text", ['{"items": 7}', "{", '{"made_up": 1}', '{"limit": -1}', "[]"])
def test_an_address_that_asks_nothing_is_refused(text: str) -> None:
    with pytest.raises(EntryRefused):
        question_of(QueryParams({"q": text}))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("D-1, D-2;D-3\nD-1\tD-4", ["D-1", "D-2", "D-3", "D-4"]),
        ("  D-1|D-2，D-3；D-4、D-5 \r\n", ["D-1", "D-2", "D-3", "D-4", "D-5"]),
        ("", []),
        (" ,;\n", []),
    ],
)
def test_serials_are_separated_by_anything(text: str, names: list[str]) -> None:
    assert names_in(text) == names


def test_more_serials_than_stated_are_refused() -> None:
    assert len(names_in(" ".join(map(str, range(2000))))) == 2000
    with pytest.raises(EntryRefused, match="2001"):
        names_in(" ".join(map(str, range(2001))))


def test_names_are_looked_up_as_far_as_they_say_one_thing(chain: Hub) -> None:
    given = ["D-00001", "d-00002", f"(01){HOUSING}(21)H-00003", "NONE", "M-0001", "D-00001"]
    with chain.store.reading() as connection:
        found = resolved(connection, list(dict.fromkeys(given)))
    assert found.items == (
        unit_uri(DRIVE, "D-00001"),
        unit_uri(DRIVE, "D-00002"),
        unit_uri(HOUSING, "H-00003"),
        unit_uri("09506000134383", "M-0001"),
    )
    assert found.unknown == ("NONE",)


async def test_the_question_is_put_together_by_links(reader: httpx.AsyncClient) -> None:
    answer = await reader.get("/recalls", params={"item": LOT, "names": "D-00012"})
    assert answer.status_code == 303
    assert parse_qs(urlsplit(answer.headers["location"]).query)["item"] == [LOT, unit_uri(DRIVE, "D-00012")]
    page = (await reader.get(answer.headers["location"])).text
    assert "lot L4700" in page
    drops = [unescape(each) for each in re.findall(r'class="seed__drop" href="([^"]+)"', page)]
    assert [parse_qs(urlsplit(each).query)["item"] for each in drops] == [[unit_uri(DRIVE, "D-00012")], [LOT]]
    answer = await reader.get("/recalls", params={"tool": "T<1>", "plant": "oem.assembly"})
    page = (await reader.get(answer.headers["location"])).text
    assert "tool T&lt;1&gt;, oem.assembly" in page
    page = (await reader.get("/recalls", params={"names": "<script>x</script>"})).text
    assert "Not known here" in page
    assert "<script>x" not in page
    assert (await reader.get("/recalls?q={")).status_code == 422


async def asked(reader: httpx.AsyncClient, **fields: str) -> str:
    answer = await reader.post("/recalls", data=fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def test_the_answer_counts_lists_and_leads_back_to_its_question(reader: httpx.AsyncClient) -> None:
    path = await asked(reader, question=OF_LOT)
    page = (await reader.get(path)).text
    assert "lot L4700" in page
    for said in ("Certain", "Potential", "Not shared", "Linhai Housings", "Yuanhang assembly plant"):
        assert said in page
    change = unescape(re.search(r'href="(/recalls\?item=[^"]+)"', page)[1])
    assert parse_qs(urlsplit(change).query)["item"] == [LOT]
    place = unescape(re.search(rf'href="({re.escape(path)}\?party=oem[^"]*)"', page)[1])
    there = (await reader.get(place)).text
    listed = there[there.index('id="items"') :]
    assert "D-00001" in listed
    assert "H-00001" not in listed
    assert "Affected items at" in listed
    wanted = urlsplit(place).query
    csv = (await reader.get(f"/api/v1/recall/{path.rsplit('/', 1)[1]}/items?format=csv&{wanted}")).text
    assert {line.split(",")[2] for line in csv.splitlines()[1:]} == {f"D-{n:05}" for n in range(1, 13, 2)}
    book = await reader.get(f"/api/v1/recall/{path.rsplit('/', 1)[1]}/items?format=xlsx&{wanted}")
    rows = list(load_workbook(BytesIO(book.content)).active.iter_rows(values_only=True))
    assert len(rows) == 1 + len(csv.splitlines()[1:])


async def test_a_question_that_is_none_says_so(reader: httpx.AsyncClient) -> None:
    for question in ("{}", '{"items": ["not an identity"]}', "nonsense"):
        answer = await reader.post("/recalls", data={"question": question})
        assert answer.status_code == 422, question


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    hub = small_hub(tmp_path / "hub")
    supply_chain(hub, 2)
    made = people_of(hub)
    made.known("lin", Role.AFTER_SALES, organisation="oem")
    made.known("ops", Role.QUALITY)
    made.known("gao", Role.VIEWER, organisation="oem")
    yield made
    hub.store.close()


async def test_companies_are_told_in_one_go_and_only_what_concerns_them(people: People) -> None:
    async with people.signed_in("ops") as browser:
        token = await csrf(browser)
        path = await asked(browser, question=OF_LOT, csrf=token)
        page = (await browser.get(f"{path}/tell")).text
        assert re.findall(r'name="receiver" value="([^"]+)"', page) == ["oem", "supplier-a"]
        form = {"sender": "oem", "receiver": ["oem", "supplier-a"], "title": "Steel <b>", "csrf": token}
        answer = await browser.post(f"{path}/tell", data=form)
        assert answer.status_code == 303
        drafts = parse_qs(urlsplit(answer.headers["location"]).query)["draft"]
        assert len(drafts) == 1, "nobody tells himself"
        seen = (await browser.get(answer.headers["location"])).text
        assert "1 draft waits to be sent" in seen
        told = (await browser.get(f"/api/v1/notifications/{drafts[0]}")).json()
        assert told["state"] == "CREATED"
        assert all("/09506000134352/" in item or item == LOT for item in told["content"]["items"])
        sent = await browser.post(f"{path}/tell/send", data={"draft": drafts, "send": "true", "csrf": token})
        assert sent.status_code == 303
        assert (await browser.get(f"/api/v1/notifications/{drafts[0]}")).json()["state"] == "SENT"
        again = await browser.post(f"{path}/tell/send", data={"draft": drafts, "send": "false", "csrf": token})
        assert again.status_code == 303
        assert (await browser.get(f"/api/v1/notifications/{drafts[0]}")).json()["state"] == "SENT"


@pytest.mark.parametrize(("language", "said"), [("en", "This could not be taken"), ("zh-CN", "无法接受所填内容")])
async def test_who_forgets_to_choose_reads_no_word_of_an_address(people: People, language: str, said: str) -> None:
    async with people.signed_in("ops") as browser:
        browser.headers["Accept-Language"] = language
        token = await csrf(browser)
        path = await asked(browser, question=OF_LOT, csrf=token)
        answer = await browser.post(f"{path}/tell", data={"sender": "oem", "title": "Steel", "csrf": token})
    assert answer.status_code == 422
    assert said in answer.text
    assert "address can" not in answer.text


async def test_a_company_that_is_concerned_alone_is_not_asked_to_tell_itself(people: People) -> None:
    async with people.signed_in("lin") as browser:
        path = await asked(
            browser, question=Question(items=[unit_uri(DRIVE, "D-00001")]).model_dump_json(), csrf=await csrf(browser)
        )
        page = (await browser.get(f"{path}/tell")).text
    assert "Nobody but your own company is concerned" in page
    assert "Make drafts" not in page


async def test_drafts_are_withdrawn(people: People) -> None:
    async with people.signed_in("ops") as browser:
        token = await csrf(browser)
        path = await asked(browser, question=OF_LOT, csrf=token)
        form = {"sender": "oem", "receiver": ["supplier-a"], "title": "Steel", "csrf": token}
        drafts = parse_qs(urlsplit((await browser.post(f"{path}/tell", data=form)).headers["location"]).query)["draft"]
        await browser.post(f"{path}/tell/send", data={"draft": drafts, "send": "false", "csrf": token})
        assert (await browser.get(f"/api/v1/notifications/{drafts[0]}")).json()["state"] == "CANCELED"


async def test_nobody_speaks_for_another_company_or_without_the_right(people: People) -> None:
    async with people.signed_in("lin") as browser:
        token = await csrf(browser)
        path = await asked(browser, question=OF_LOT, csrf=token)
        form = {"sender": "supplier-a", "receiver": ["supplier-b"], "title": "x", "csrf": token}
        assert (await browser.post(f"{path}/tell", data=form)).status_code == 403
    async with people.signed_in("gao") as browser:
        assert (await browser.get(f"{path}/tell")).status_code == 403
        assert "Tell suppliers and customers" not in (await browser.get(path)).text
