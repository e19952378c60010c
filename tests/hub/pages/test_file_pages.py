"""A large file on its page: the import leads there, the page tells how far it is, enters it or lets it be."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx
import pytest
from small_hub import small_agent, small_hub
from small_people import People, csrf, people_of

from hub.accounts.permission import Role
from hub.pages.files.beside import LARGE

PLANT = "plant-a"
PATH = f"/plants/{PLANT}/files"
WAIT_S = 60.0
SHEETS = ("causes", "actions", "checks", "standards")
LOSSES = ("item,amount,date\n", "scrap,1.10,2026-01-05\n", f"/plants/{PLANT}/losses/file")
COSTS = ("activity,amount,accrued_on,evidence\n", "audit,1.10,2026-01-05,V\n", f"/plants/{PLANT}/costs/entries/file")


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    hub = small_hub(tmp_path / "hub")
    small_agent(hub)
    small_agent(hub, "other.line-1", "other")
    made = people_of(hub)
    made.known("root", Role.ADMIN)
    made.known("own", Role.QUALITY, organisation="plant-a-company")
    made.known("looks", Role.VIEWER, organisation="plant-a-company")
    made.known("theirs", Role.QUALITY, organisation="other-company")
    yield made
    made.site.state.audit.settle()
    hub.store.close()


async def sent(browser: httpx.AsyncClient, path: str, data: bytes, name: str = "year.csv") -> httpx.Response:
    return await browser.post(path, data={"csrf": await csrf(browser)}, files={"file": (name, data)})


def identity_in(answer: httpx.Response) -> str:
    return answer.headers["location"].rsplit("/", 1)[1]


@pytest.mark.parametrize("kind", [LOSSES, COSTS], ids=["losses", "costs"])
async def test_a_large_file_leads_to_its_progress_and_is_entered_there(
    people: People, kind: tuple[str, str, str]
) -> None:
    head, row, path = kind
    async with people.signed_in("own") as own:
        assert (await sent(own, path, (head + row).encode())).status_code != 303 or path == COSTS[2]
        answer = await sent(own, path, (head + row * (LARGE // len(row) + 1)).encode(), "C:\\lee-private\\year.csv")
        assert (answer.status_code, answer.headers["location"].startswith(PATH)) == (303, True), answer.text
        desk, one = people.site.state.intake, answer.headers["location"]
        desk.wait(identity_in(answer), WAIT_S)
        page = await own.get(one)
        assert "Nothing is wrong with it" in page.text
        assert ("year.csv" in page.text, "lee-private" in page.text) == (True, False)
        assert (await own.post(f"{one}/enter", data={"csrf": await csrf(own)})).status_code == 303
        desk.wait(identity_in(answer), WAIT_S)
        assert "Every row stands in the log" in (await own.get(one)).text
        again = await own.post(f"{one}/give-up", data={"csrf": await csrf(own)})
        assert (again.status_code, 'role="alert"' in again.text) == (422, True)


async def test_while_it_is_checked_the_page_tells_how_far_and_looks_again(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = people.site.state.intake
    monkeypatch.setattr(desk, "_go_on", lambda _: None)
    async with people.signed_in("own") as own, people.signed_in("looks") as looks:
        fields = {"csrf": await csrf(own), "kind": "costs"}
        file = {"file": ("<b>year<b>.csv", (COSTS[0] + COSTS[1] * 30).encode())}
        one = (await own.post(PATH, data=fields, files=file)).headers["location"]
        desk._step(one.rsplit("/", 1)[1], ("waiting",), state="checking", rows_read=12)
        page = (await own.get(one)).text
        assert re.search(r'<progress[^>]* max="30" value="12"', page)
        assert [text in page for text in ("12 of 30 rows read", "&lt;b&gt;year", "data-again")] == [True] * 3
        assert "已读取 12 / 30 行" in (await own.get(one, headers={"Accept-Language": "zh-CN"})).text
        assert "<form" in page[page.index("<main") : page.index("</main")]
        read_only = (await looks.get(one)).text
        assert "give-up" not in read_only
        second = await own.post(PATH, data=fields, files=file)
        assert second.status_code == 422
        assert (await own.post(f"{one}/give-up", data={"csrf": await csrf(own)})).status_code == 303
        assert "given up, nothing was entered" in unescape((await own.get(PATH)).text)


async def test_nobody_else_sees_a_plants_files(people: People) -> None:
    async with people.signed_in("theirs") as theirs, people.signed_in("looks") as looks:
        assert (await theirs.get(PATH)).status_code == 404
        assert (await theirs.get("/master/files")).status_code == 404
        assert (await looks.get(PATH)).status_code == 200
        assert (await sent(looks, LOSSES[2], b"x" * (LARGE + 1))).status_code == 403


async def test_what_quality_management_states_is_sent_from_the_page_it_is_about(people: People) -> None:
    """Each page says which kinds it takes; what goes out comes back by the same way."""
    plant = f"/plants/{PLANT}"
    offered = {
        f"{plant}/incoming": {"goods-receipts", "incoming-inspections"},
        f"{plant}/incoming/plans": {"incoming-plans"},
        f"{plant}/improvements": {"improvements", *(f"improvement-{one}" for one in SHEETS)},
        "/knowledge": {"knowledge"},
    }
    async with people.signed_in("own") as own:
        for path, kinds in offered.items():
            page = (await own.get(path)).text
            form = page[page.index(f'action="{PATH}"') :]
            told = set(re.findall(r'(?:<option|name="kind") value="([a-z-]+)"', form[: form.index("</section>")]))
            assert told == kinds, path
            for link in re.findall(r'href="(/api/v1/[^"]+/file\?[^"]+)" download', form):
                assert (await own.get(unescape(link))).status_code == 200, link
        plans = "part,valid_from,characteristic,aql\nhttps://id.gs1.org/01/09506000134352,2026-01-05,look,1.0\n"
        form = {"csrf": await csrf(own), "kind": "incoming-plans"}
        answer = await own.post(PATH, data=form, files={"file": ("plans.csv", plans.encode())})
        people.site.state.intake.wait(identity_in(answer), WAIT_S)
        one = answer.headers["location"]
        assert (await own.post(f"{one}/enter", data={"csrf": await csrf(own)})).status_code == 303
        people.site.state.intake.wait(identity_in(answer), WAIT_S)
        assert "look" in (await own.get(f"{plant}/incoming/plans")).text
    async with people.signed_in("looks") as looks:
        for path in offered:
            assert 'name="kind"' not in (await looks.get(path)).text
