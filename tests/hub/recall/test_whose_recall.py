"""Whose recall it is: answered and read with the eyes of who asked, given up and removed by who asked."""

from typing import Any

import pytest
from small_chain import Chain, housing, small_chain, steel
from small_people import People, csrf, people_of

import hub.recall.desk as worked
from hub.accounts.asker import ADMIN, Asker
from hub.accounts.permission import Role
from hub.adjacency.desk import AdjacencyDesk
from hub.entry.master import add_plant
from hub.errors import NotFound
from hub.parts import Hub
from hub.recall.desk import DONE, REACHING, RecallDesk
from hub.recall.question import Question
from hub.sharing.audit import AuditDesk
from hub.store.sharing.queries import owners_of_plants
from hub.store.trace.recall_acts import GIVEN_UP
from hub.store.trace.recalls import parts_from

JSON = {"Accept": "application/json"}
OTHER = "supplier.other"


@pytest.fixture
def chain(hub: Hub) -> Chain:
    made = small_chain(hub)
    made.make_housing("H1")
    made.build_machine("M1", "H1")
    made.send()
    return made


@pytest.fixture
def people(chain: Chain) -> People:
    company = company_of(chain.hub)
    add_plant(chain.hub, OTHER, organisation=company, name="Other")
    known = people_of(chain.hub)
    known.known("colleague", Role.QUALITY, organisation=company)
    known.known("second", Role.QUALITY, organisation=company)
    known.known("maker", Role.QUALITY, organisation=company, plants=["supplier"])
    known.known("narrow", Role.QUALITY, organisation=company, plants=[OTHER])
    known.known("root", Role.ADMIN)
    return known


def company_of(hub: Hub) -> str:
    with hub.store.reading() as connection:
        return owners_of_plants(connection)["supplier"]


async def ask(people: People, login: str) -> dict[str, Any]:
    """A recall of a housing's steel, as far as it came."""
    async with people.signed_in(login) as browser:
        browser.headers.update(JSON | {"X-CSRF-Token": await csrf(browser)})
        told = (await browser.post("/api/v1/recall", json={"items": [steel("L1")]})).json()
        for _ in range(600):
            told = (await browser.get(f"/api/v1/recall/{told['id']}")).json()
            if told["state"] in ("done", "failed"):
                break
        told["items"] = [
            one["item"] for one in (await browser.get(f"/api/v1/recall/{told['id']}/items")).json()["items"]
        ]
    return told


async def status(people: People, login: str, identity: str) -> tuple[int, int, int, bool]:
    """What the API, its list of items and the page answer; whether it stands in the list."""
    async with people.signed_in(login) as browser:
        told = await browser.get(f"/api/v1/recall/{identity}", headers=JSON)
        items = await browser.get(f"/api/v1/recall/{identity}/items?format=ndjson", headers=JSON)
        page = await browser.get(f"/recalls/{identity}")
        listed = (await browser.get("/api/v1/recall", headers=JSON)).json()["recalls"]
        return told.status_code, items.status_code, page.status_code, identity in {one["id"] for one in listed}


@pytest.mark.every_store
async def test_a_recall_is_worked_out_and_read_with_the_plants_of_who_asks(people: People) -> None:
    whole, maker, narrow = [await ask(people, who) for who in ("colleague", "maker", "narrow")]
    assert housing("H1") in whole["items"]
    assert housing("H1") in maker["items"]
    assert housing("H1") not in narrow["items"]
    readers = {who: [await status(people, who, one["id"]) for one in (whole, maker, narrow)] for who in
               ("colleague", "maker", "narrow", "root")}  # fmt: skip
    yes, no = (200, 200, 200, True), (404, 404, 404, False)
    assert readers == {
        "colleague": [yes, yes, yes],
        "maker": [no, yes, no],
        "narrow": [no, no, yes],
        "root": [yes, yes, yes],
    }


async def test_who_asked_gives_up_and_removes_and_nobody_else(people: People) -> None:
    asked = await ask(people, "colleague")
    address = f"/api/v1/recall/{asked['id']}"
    async with people.signed_in("second") as browser:
        browser.headers.update(JSON | {"X-CSRF-Token": await csrf(browser)})
        assert (await browser.get(address)).status_code == 200
        assert (await browser.post(f"{address}/give-up")).status_code == 403
        assert (await browser.delete(address)).status_code == 403
        assert "Remove from the list" not in (await browser.get(f"/recalls/{asked['id']}")).text
    async with people.signed_in("colleague") as browser:
        token = await csrf(browser)
        listed = await browser.get("/recalls")
        assert "Asked before" in listed.text
        assert f"/recalls/{asked['id']}" in listed.text
        page = (await browser.get(f"/recalls/{asked['id']}")).text
        assert f'action="/recalls/{asked["id"]}/remove"' in page
        assert "/give-up" not in page  # it is done
        let_be = await browser.post(f"{address}/give-up", headers=JSON | {"X-CSRF-Token": token})
        assert let_be.json()["state"] == "done"  # there is nothing to give up
        gone = await browser.post(f"/recalls/{asked['id']}/remove", data={"csrf": token})
        assert gone.headers["location"] == "/recalls"
        assert (await browser.get(address, headers=JSON)).status_code == 404
        assert f"/recalls/{asked['id']}" not in (await browser.get("/recalls")).text
    assert await status(people, "root", asked["id"]) == (404, 404, 404, False)
    again = await ask(people, "second")
    async with people.signed_in("second") as browser:
        headers = JSON | {"X-CSRF-Token": await csrf(browser)}
        assert (await browser.delete(f"/api/v1/recall/{again['id']}", headers=headers)).status_code == 204
        assert (await browser.delete(f"/api/v1/recall/{again['id']}", headers=headers)).status_code == 404


def desk_of(hub: Hub) -> RecallDesk:
    return RecallDesk(hub, AdjacencyDesk(hub), AuditDesk(hub))


def test_what_is_given_up_is_not_worked_on_any_more(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = desk_of(chain.hub)
    monkeypatch.setattr(worked, "DETAIL_AT_ONCE", 1)
    counted: list[int] = []
    real = worked.affected

    def count(*given: Any) -> Any:
        counted.append(1)
        if len(counted) == 2:
            (identity,) = desk._working
            desk.give_up(identity, ADMIN)
        return real(*given)

    monkeypatch.setattr(worked, "affected", count)
    row = desk.ask(Question(items=[steel("L1")]), 60)
    assert (row.state, row.detailed, row.reached) == (GIVEN_UP, 1, 3)
    assert desk.give_up(row.id, ADMIN).state == GIVEN_UP  # again: nothing happens
    desk.wait(row.id, 60)
    assert (len(counted), desk.read(row.id).state) == (2, GIVEN_UP)


def test_what_is_removed_while_it_waits_leaves_nothing_behind(chain: Chain) -> None:
    desk = desk_of(chain.hub)
    with desk._free, desk._free:  # others are being worked on
        row = desk.ask(Question(items=[steel("L1")]))
        assert row.state == REACHING
        desk.remove(row.id, ADMIN)
    desk.wait(row.id, 60)
    with pytest.raises(NotFound):
        desk.read(row.id)
    with chain.hub.store.reading() as connection:
        assert list(parts_from(connection, row.id, 0)) == []
    assert desk.ask(Question(items=[steel("L1")]), 60).state == DONE


def test_only_who_sees_as_much_reads_it(chain: Chain) -> None:
    desk = desk_of(chain.hub)
    row = desk.ask(Question(items=[steel("L1")]), 60, asker=Asker(organisation="a", token="t"))
    assert desk.is_own(row.id, Asker(organisation="a", token="t"))
    assert not desk.is_own(row.id, Asker(organisation="a", token="u"))
    with pytest.raises(NotFound):
        desk.read(row.id, asker=Asker(organisation="b"))
