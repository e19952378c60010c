"""Goods come in on the pages: announced, scanned, judged by the plan that applies, released, held again, traced."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx
import pytest
from small_hub import small_hub
from small_incoming import CUSTOMER, PART, PLANT, SUPPLIER, TODAY, lot, shipped, two_companies, unit
from small_people import People, csrf, people_of

from hub.accounts.permission import Role
from hub.entry.master import add_organisation
from hub.incoming.read import ReceiptView, receipt_view

HOME = f"/plants/{PLANT}/incoming"
SCRIPT = "<script>alert(1)</script>"
DAY = TODAY.isoformat()
PLAN_FORM = {"part": PART, "valid_from": "2026-01-01", "name-0": "look", "aql-0": "1.0", "level-0": "II"}
LENGTH = {"name-1": "length", "aql-1": "1.0", "level-1": "II", "lower-1": "9.0", "upper-1": "11.0", "uom-1": "mm"}


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    hub = small_hub(tmp_path / "hub")
    two_companies(hub)
    add_organisation(hub, "stranger", "Stranger")
    made = people_of(hub)
    made.known("quinn", Role.QUALITY, organisation=CUSTOMER)
    made.known("looks", Role.VIEWER, organisation=CUSTOMER)
    made.known("maker", Role.QUALITY, organisation=SUPPLIER)
    yield made
    made.site.state.audit.settle()
    hub.store.close()


async def sent(browser: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    return await browser.post(path, data=fields | {"csrf": await csrf(browser)})


async def received(browser: httpx.AsyncClient, codes: str, **more: str) -> str:
    """The path of the receipt."""
    form = {"supplier": SUPPLIER, "received_on": DAY, "codes": codes}
    answer = await sent(browser, HOME, **(form | more))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"].partition("?")[0])


def seen(people: People, path: str) -> ReceiptView:
    with people.hub.store.reading() as connection:
        return receipt_view(connection, PLANT, path.rpartition("/")[2])


async def test_an_announced_lot_is_received_judged_released_and_held_again(people: People) -> None:
    shipped(people.hub, "ship-1", L1="1000", L2="500")
    async with people.signed_in("quinn") as quinn:
        assert (await sent(quinn, f"{HOME}/plans", **PLAN_FORM)).status_code == 303
        board = unescape((await quinn.get(HOME)).text)
        assert "ship-1" in board
        filled = unescape((await quinn.get(f"{HOME}?shipment=ship-1&supplier={SUPPLIER}")).text)
        assert f"{lot('L1')} 1000\n{lot('L2')} 500" in filled
        path = await received(quinn, f"{lot('L1')} 1000", shipment="ship-1")
        page = unescape((await quinn.get(path)).text)
        assert "letter J" in page
        assert "Ac 2, Re 3" in page
        assert "normal inspection, switching score 0 of 30" in page
        assert "1 announced item did not come: L2" in page
        assert "as announced" in page
        assert "waits for inspection" in (await quinn.get(HOME)).text
        judged = {"item": lot("L1"), "name-0": "look", "inspected_on": DAY}
        assert (await sent(quinn, f"{path}/inspections", **judged, **{"found-0": "99"})).status_code == 422
        assert (await sent(quinn, f"{path}/inspections", **judged, **{"found-0": "3"})).status_code == 303
        assert seen(people, path).lots[0].state.value == "rejected"
        decided = {"item": lot("L1"), "reason": SCRIPT}
        assert (await sent(quinn, f"{path}/decisions", decision="concession", **decided)).status_code == 303
        assert seen(people, path).lots[0].state.value == "released"
        page = (await quinn.get(path)).text
        assert "undone by holding the lot again" in page
        assert SCRIPT not in page
        assert (await sent(quinn, f"{path}/decisions", decision="concession", **decided)).status_code == 422
        assert (await sent(quinn, f"{path}/decisions", decision="quarantine", **decided)).status_code == 303
        assert seen(people, path).lots[0].state.value == "quarantine"
        mine = seen(people, path).lots[0].inspections[0].entered_by
        assert mine not in ("", "quinn"), "who acts is the account, never typed"


async def test_measured_values_are_judged_and_what_was_typed_wrong_is_kept(people: People) -> None:
    async with people.signed_in("quinn") as quinn:
        assert (await sent(quinn, f"{HOME}/plans", **PLAN_FORM, **LENGTH)).status_code == 303
        path = await received(quinn, f"{lot('L9')}\t20")
        due = {one.name: one for one in seen(people, path).lots[0].due}
        form = {"item": lot("L9"), "inspected_on": DAY, "name-0": "look", "found-0": "0", "name-1": "length"}
        wrong = await sent(quinn, f"{path}/inspections", **form, **{"values-1": "10.0 10.1"})
        assert wrong.status_code == 422
        assert "10.0 10.1" in wrong.text
        values = " ".join(f"{10 + at / 100}" for at in range(due["length"].sample))
        assert (await sent(quinn, f"{path}/inspections", **form, **{"values-1": values})).status_code == 303
        assert seen(people, path).lots[0].state.value == "released"


async def test_what_slipped_through_is_traced_and_counted_for_the_supplier(people: People) -> None:
    async with people.signed_in("quinn") as quinn:
        await sent(quinn, f"{HOME}/plans", **PLAN_FORM)
        path = await received(quinn, unit("S-1"))
        escape = {"item": unit("S-1"), "found_in": "production", "found_on": DAY, "defect": SCRIPT, "quantity": "1"}
        assert (await sent(quinn, f"{HOME}/escapes", **escape)).status_code == 303
        page = (await quinn.get(f"{HOME}/escapes")).text
        assert "one receipt for certain" in page
        assert path in page
        assert SCRIPT not in page
        supplies = (await quinn.get(f"{HOME}/supplies?supplier={SUPPLIER}&part={PART}")).text
        assert SUPPLIER in supplies
        assert "nobody has to" in supplies
        refused = await sent(quinn, f"{HOME}/supplies", supplier=SUPPLIER, part=PART, decision="reduce", reason="x")
        assert refused.status_code == 422
        file = await quinn.get(f"{HOME}/supplies?format=csv&table=supplies")
        assert file.headers["content-type"].startswith("text/csv")


@pytest.mark.parametrize("codes", ["", "hello", f"{lot('L1')}", f"{lot('L1')} 5\n{lot('L1')} 5", f"a b c {SCRIPT}"])
async def test_codes_that_cant_be_received_are_named_and_kept(people: People, codes: str) -> None:
    async with people.signed_in("quinn") as quinn:
        form = {"supplier": SUPPLIER, "received_on": DAY, "codes": codes}
        answer = await sent(quinn, HOME, **form)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert SCRIPT not in answer.text
    if codes:
        assert codes.splitlines()[0].partition("<")[0] in answer.text


async def test_nobody_enters_for_a_plant_of_others_nor_without_the_role_nor_from_elsewhere(people: People) -> None:
    async with people.signed_in("quinn") as quinn:
        path = await received(quinn, f"{lot('L1')} 10")
        bare = await quinn.post(HOME, data={"supplier": SUPPLIER, "received_on": DAY, "codes": unit("S-1")})
        assert bare.status_code == 403
        assert (await quinn.get(f"{HOME}/receipts/receipt-x")).status_code == 404
    posts = [HOME, f"{path}/inspections", f"{path}/decisions", *(f"{HOME}/{each}" for each in MORE)]
    for login in ("looks", "maker"):
        async with people.signed_in(login) as browser:
            for each in posts:
                assert (await sent(browser, each, item=lot("L1"))).status_code == 403, (login, each)
    async with people.signed_in("looks") as browser:
        for each in (HOME, path, *(f"{HOME}/{each}" for each in MORE)):
            page = (await browser.get(each)).text
            assert 'class="broad"' not in page, each
    async with people.signed_in("maker") as browser:
        answer = await browser.get(path)
        assert answer.status_code == 404 or not re.search("L1</", answer.text)


MORE = ("supplies", "plans", "escapes")
