"""Master data on their pages: files checked and entered, one thing restated, changes undone; the operator's to do."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx
import pytest
from small_hub import small_agent, small_hub
from small_master import everything, workbook
from small_people import People, csrf, people_of

from hub.accounts.permission import Role
from hub.master.plan_kind import KINDS

XSS = "<script>alert(1)</script>"
TOOLS = "plant,id,name,type,valid_from\nplant-a,T9,{name},bar,{begin}\n"


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    hub = small_hub(tmp_path / "hub")
    small_agent(hub)
    made = people_of(hub)
    made.known("root", Role.ADMIN)
    made.known("looks", Role.VIEWER)
    made.known("theirs", Role.ADMIN, organisation="plant-a-company")
    yield made
    made.site.state.audit.settle()
    hub.store.close()


async def uploaded(browser: httpx.AsyncClient, data: bytes, what: str, kind: str = "") -> httpx.Response:
    fields = {"csrf": await csrf(browser), "what": what, "kind": kind}
    return await browser.post("/master/import", data=fields, files={"file": ("f", data)})


async def test_a_workbook_is_checked_then_entered_then_undone(people: People) -> None:
    data = workbook(everything())
    async with people.signed_in("root") as root:
        checked = await uploaded(root, data, "check")
        assert checked.status_code == 200, checked.text
        assert "What the file would change" in checked.text
        assert "T1" not in (await root.get("/master/tool")).text
        entered = await uploaded(root, data, "enter")
        assert "What the file changed" in entered.text
        for kind in KINDS:
            assert (await root.get(f"/master/{kind}")).status_code == 200
        assert "T1" in (await root.get("/master/tool")).text
        assert "T1" not in (await root.get("/master/tool?as_of=2025-12-31")).text
        item = unescape((await root.get("/master/tool/item?about=T1&plant=plant-a")).text)
        assert "Bore bar" in item
        change = item[item.index("import-") :][: len("import-") + 12]
        assert "Undo this change" in (await root.get(f"/master?undo={change}")).text
        undone = await root.post(f"/master/changes/{change}/undo", data={"csrf": await csrf(root)})
        assert undone.status_code == 303
        assert "T1" not in (await root.get("/master/tool")).text


async def test_every_problem_is_named_by_its_row_and_nothing_is_entered(people: People) -> None:
    bad = "plant,id,name,valid_from\nnowhere,T9,x,2026-01-01\nplant-a,T8,y,soon\n"
    async with people.signed_in("root") as root:
        for what in ("check", "enter"):
            answer = await uploaded(root, bad.encode(), what, "tool")
            assert answer.status_code == 422
            assert "row 2" in answer.text
            assert "row 3" in answer.text
        assert (await uploaded(root, b"\x00\x01", "enter", "tool")).status_code == 422
        assert "T8" not in (await root.get("/master/tool")).text


async def test_one_thing_is_stated_anew_and_hostile_text_stays_text(people: People) -> None:
    async with people.signed_in("root") as root:
        text = TOOLS.format(name=XSS, begin="2026-01-01")
        assert (await uploaded(root, text.encode(), "enter", "tool")).status_code == 200
        path = "/master/tool/item"
        for page in ("/master/tool", f"{path}?about=T9&plant=plant-a"):
            assert XSS not in (await root.get(page)).text
        fields = {"plant": "plant-a", "id": "T9", "name": "Better", "valid_from": "2026-02-01"}
        known = {"csrf": await csrf(root), "item_about": "T9", "item_plant": "plant-a"}
        wrong = await root.post(path, data=fields | known | {"valid_from": "soon"})
        assert wrong.status_code == 422
        assert "Better" in wrong.text
        assert (await root.post(path, data=fields | known)).status_code == 303
        assert "Better" in (await root.get("/master/tool")).text
        assert "Better" not in (await root.get("/master/tool?as_of=2026-01-15")).text
        assert (await root.get("/master/unheard-of")).status_code == 404
        assert (await root.get("/master/tool?as_of=soon")).status_code == 422


async def test_only_the_operators_people_with_the_role_enter_anything(people: People) -> None:
    for login in ("looks", "theirs"):
        async with people.signed_in(login) as browser:
            assert (await uploaded(browser, b"x", "enter", "tool")).status_code == 403
            known = {"csrf": await csrf(browser)}
            assert (await browser.post("/master/changes/x/undo", data=known)).status_code == 403
            assert (await browser.post("/master/tool/item", data=known)).status_code == 403
            assert "/master/import" not in (await browser.get("/master")).text
    async with people.signed_in("root") as root:
        answer = await root.post("/master/import", files={"file": ("f", b"x")})
        assert answer.status_code == 403, "without its token a form changes nothing"


@pytest.mark.parametrize("typed", ["=1+1", "'=1+1", "''=1+1", "-1", "'", "@x", " +x", "＝x"])
async def test_a_typed_text_comes_back_as_it_was_typed(people: People, typed: str) -> None:
    path = "/master/tool/item"
    fields = {"plant": "plant-a", "id": "T9", "name": typed, "type": "bar", "valid_from": "2026-02-01"}
    async with people.signed_in("root") as root:
        assert (await root.post(path, data=fields | {"csrf": await csrf(root)})).status_code == 303
        again = await root.get(f"{path}?about=T9&plant=plant-a")
        field = re.search(r"<input[^>]*name=\"name\"[^>]*>", again.text)
        assert field is not None
        shown = re.search(r'value="([^"]*)"', field[0])
        assert shown is not None
        assert unescape(shown[1]).strip() == typed.strip()
