"""Requirements on their pages: both sides read the same, each does what it may, and nobody else finds anything."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx
import pytest
from small_accord import TITLE, accord, proposed
from small_hub import small_hub
from small_incoming import CUSTOMER, PART, SUPPLIER
from small_people import People, csrf

from hub.accounts.permission import Role
from hub.entry.master import add_organisation
from hub.requirement.act import Actor, step
from hub.requirement.read import view
from hub.requirement.watch import Watch
from traceability.record.requirement import Agree, Party

SCRIPT = "<script>alert(1)</script>"
ROW = {"name-0": "fpy", "metric-0": "fpy", "target-0": "0.95", "operation-0": "OP10", "days-0": "365"}
NEW = {
    "customer": CUSTOMER, "supplier": SUPPLIER, "part": PART, "title": "Bolts again", "text": "Please",
    "valid_from": "2026-01-01", **ROW,
}  # fmt: skip


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    hub = small_hub(tmp_path / "hub")
    made = accord(hub)
    add_organisation(hub, "stranger", "Stranger")
    made.known("stranger", Role.ADMIN, organisation="stranger")
    yield made
    made.site.state.audit.settle()
    hub.store.close()


async def sent(browser: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    return await browser.post(path, data=fields | {"csrf": await csrf(browser)})


def state_of(people: People, identity: str) -> str:
    with people.hub.store.reading() as connection:
        return view(connection, identity).state.value


async def test_from_a_proposal_by_other_terms_to_an_agreement_that_is_missed_and_told(people: People) -> None:
    async with people.signed_in("buyer") as buyer, people.signed_in("maker") as maker:
        made = await sent(buyer, "/requirements", **NEW)
        assert made.status_code == 303, made.text
        path = made.headers["location"].partition("?")[0]
        identity = path.rpartition("/")[2]
        page = (await maker.get(path)).text
        assert "The latest terms are the customer&#39;s" in page
        assert "do-agree" in page
        assert "do-agree" not in (await buyer.get(path)).text, "nobody agrees to its own terms"
        other = ROW | {"target-0": "0.99", "party": "supplier", "valid_from": "2026-01-01", "reason": "new machine"}
        assert (await sent(maker, f"{path}/counter", **other)).status_code == 303
        page = (await buyer.get(path)).text
        assert "new machine" in page
        terms = re.search(r'name="terms_hash" value="([^"]+)"', page)
        assert terms
        stale = {"party": "customer", "terms_hash": "sha256:" + "0" * 64}
        refused = await sent(buyer, f"{path}/agree", **stale)
        assert refused.status_code == 422
        assert "not the latest ones" in refused.text
        agreed = await sent(buyer, f"{path}/agree", party="customer", terms_hash=terms[1])
        assert agreed.status_code == 303
        page = unescape((await buyer.get(path)).text)
        assert "90.0" in page
        assert "missed" in page
        assert "do-notification" in page
        assert "do-notification" not in (await maker.get(path)).text
        told = await sent(buyer, f"{path}/notification")
        assert "told=" in told.headers["location"]
        assert "/notifications/" in (await buyer.get(told.headers["location"])).text
        assert (await sent(maker, f"{path}/end", party="supplier", reason="")).status_code == 422
        assert (await sent(maker, f"{path}/end", party="supplier", reason="no more")).status_code == 303
    assert state_of(people, identity) == "ended"
    with people.hub.store.reading() as connection:
        history = view(connection, identity).history
    assert {one.party for one in history} == set(Party)
    assert all(one.by not in ("-", "") for one in history)


async def test_the_list_says_which_are_kept_and_is_the_same_for_both(people: People) -> None:
    identity = proposed(people)
    async with people.signed_in("buyer") as buyer, people.signed_in("maker") as maker:
        page = (await buyer.get(f"/requirements/{identity}")).text
        terms = re.search(r"sha256:[0-9a-f]{64}", page)
        assert terms
        assert "not in force" in (await buyer.get("/requirements")).text
        await sent(maker, f"/requirements/{identity}/agree", party="supplier", terms_hash=terms[0])
        for browser in (buyer, maker):
            page = (await browser.get("/requirements")).text
            assert TITLE in page
            assert "1 missed" in page
        assert TITLE in (await buyer.get("/requirements?party=customer")).text
        assert TITLE not in (await buyer.get("/requirements?party=supplier")).text
        assert TITLE not in (await buyer.get("/requirements?fulfilled=met")).text
        assert TITLE in (await buyer.get("/requirements?fulfilled=missed&state=agreed")).text
        file = await buyer.get("/requirements?format=csv&table=requirements")
        assert file.headers["content-type"].startswith("text/csv")
        assert TITLE in file.text


async def test_both_read_since_when_it_stands_so(people: People) -> None:
    identity = proposed(people)
    with people.hub.store.reading() as connection:
        terms = view(connection, identity).terms_hash
    step(people.hub, identity, Agree(terms=terms), Actor(party=Party.SUPPLIER, by="s1"))
    assert Watch(people.hub).round() == 1
    for login in ("buyer", "maker"):
        async with people.signed_in(login) as browser:
            page = (await browser.get(f"/requirements/{identity}")).text
            assert "as the hub saw it" in page
            assert "0.9000, n = 10" in page


async def test_nobody_else_finds_or_answers_it(people: People) -> None:
    identity = proposed(people)
    path = f"/requirements/{identity}"
    async with people.signed_in("stranger") as stranger, people.signed_in("looks") as looks:
        assert (await stranger.get(path)).status_code == 404
        assert TITLE not in (await stranger.get("/requirements")).text
        assert (await sent(stranger, f"{path}/remarks", party="customer", text="hello")).status_code == 404
        assert (await sent(stranger, "/requirements", **NEW)).status_code == 403
        assert '<form class="broad"' not in (await looks.get(path)).text
        assert (await sent(looks, f"{path}/remarks", party="customer", text="hello")).status_code == 403
    async with people.signed_in("maker") as maker:
        foreign = await sent(maker, f"{path}/remarks", party="customer", text="hello")
        assert foreign.status_code == 403, "nobody speaks for the other side"
        without = await maker.post(f"{path}/remarks", data={"party": "supplier", "text": "hello"})
        assert without.status_code == 403
        assert (await sent(maker, f"{path}/unheard-of", party="supplier")).status_code == 404
        assert (await sent(maker, f"{path}/remarks", party="nobody", text="x")).status_code == 422
    assert state_of(people, identity) == "proposed"


async def test_what_was_typed_wrong_is_said_and_kept(people: People) -> None:
    async with people.signed_in("buyer") as buyer:
        for wrong in ({"target-0": "a lot"}, {"valid_from": "soon"}, {"part": "bolt"}, {"title": ""}, {"name-0": ""}):
            answer = await sent(buyer, "/requirements", **(NEW | {"text": SCRIPT} | wrong))
            assert answer.status_code == 422, wrong
            assert SCRIPT not in answer.text
            assert "&lt;script&gt;" in answer.text, "what was typed is kept"


async def test_a_requirement_is_passed_on_under_its_hash_alone(people: People) -> None:
    add_organisation(people.hub, "steel", "Steel works")
    people.known("smelter", Role.QUALITY, organisation="steel")
    identity = proposed(people)
    async with people.signed_in("maker") as maker, people.signed_in("smelter") as smelter:
        onwards = NEW | {"supplier": "steel", "title": "Steel", "text": "our words"}
        answer = await sent(maker, f"/requirements/{identity}/pass-on", **onwards)
        assert answer.status_code == 303, answer.text
        page = (await smelter.get(answer.headers["location"])).text
        assert "cited by its hash alone" in page
        assert TITLE not in page
        assert ">steel</a>" in (await maker.get(f"/requirements/{identity}")).text


async def test_hostile_words_stay_words(people: People) -> None:
    identity = proposed(people, title=SCRIPT, text=f"{SCRIPT}\n{SCRIPT}")
    async with people.signed_in("maker") as maker:
        for path in ("/requirements", f"/requirements/{identity}", f"/requirements/new?replaces={SCRIPT}"):
            page = (await maker.get(path, headers={"Accept-Language": "zh-CN"})).text
            assert SCRIPT not in page
