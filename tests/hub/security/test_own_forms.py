"""Who writes at a plant of one's own gets the whole hub to write with; the answer shows and changes nothing else."""

import re
from collections.abc import Iterator

import pytest
from site_routes import site_routes
from small_hub import admin_of, small_hub
from small_people import People, csrf, people_of
from supply_chain import supply_chain

from hub.accounts.permission import Role
from hub.entry.master import add_organisation, add_plant
from hub.store.ledger.batches import log_size

OWN, FOREIGN = "stranger.plant", "oem.assembly"
MARKS = (
    "Yuanhang", "远航", "supplier-a", "supplier-b", "oem.", "Drive housing", "电机", "D-00003", "H-0000", "C-0000",
    "Hidden case", "Hidden improvement", "hidden-indicator",
)  # fmt: skip
"""What only the other companies' records hold."""
NAMES = (
    "id", "loss", "cost", "value", "target", "improvement", "identity", "gauge", "agent", "exclusion", "baseline",
    "indicator", "version",
)  # fmt: skip
"""Fields by which forms name what is there already."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    hub = small_hub(tmp_path_factory.mktemp("own-forms") / "hub")
    supply_chain(hub, 4)
    add_organisation(hub, "stranger", "Stranger")
    add_plant(hub, OWN, organisation="stranger", name="Strangers")
    people = people_of(hub)
    people.known("stranger", Role.ADMIN, organisation="stranger")
    yield people
    people.site.state.audit.settle()
    hub.store.close()


async def foreign_ids(people: People) -> dict[str, str]:
    """A case, an improvement and an indicator of another company."""
    base = f"/api/v1/plants/{FOREIGN}"
    case = {"title": "Hidden case", "cause": "c", "action": "a", "evidence": ["e"], "by": "op"}
    weak = {"kind": "other", "subject": "Hidden improvement"}
    series = {
        "id": "hidden-indicator", "name": "Hidden", "owner": "op", "source": "op", "frequency": "month",
        "entered_by": "op",
    }  # fmt: skip
    async with people.browser(**admin_of(people.hub)) as operator:
        kept = await operator.post(f"{base}/knowledge", json=case)
        begun = await operator.post(
            f"{base}/improvements", json={"title": "Hidden improvement", "weak_point": weak, "owner": "op", "by": "op"}
        )
        stated = await operator.post(f"{base}/indicators", json=series)
    assert {each.status_code for each in (kept, begun, stated)} == {201}, (kept.text, begun.text, stated.text)
    return {"case": kept.json()["id"], "improvement": begun.json()["id"]}


def forms_of_plants(people: People) -> list[str]:
    return sorted(
        route.path
        for route in site_routes(people.site)
        if "POST" in route.methods and "{plant}" in route.path and not route.path.startswith("/api/")
    )


def size(people: People) -> int:
    with people.hub.store.reading() as connection:
        return log_size(connection)


async def test_the_answer_to_a_form_shows_nothing_of_others(world):
    foreign = await foreign_ids(world)
    told = []
    async with world.signed_in("stranger") as browser:
        token = await csrf(browser)
        for path in forms_of_plants(world):
            address = path.replace("{plant}", OWN)
            for identity in foreign.values():
                named = re.sub(r"\{[^}]*\}", identity, address)
                for form in ({}, dict.fromkeys(NAMES, identity), {"what": "keep", "reason": "x", "title": "x"}):
                    answer = await browser.post(named, data=form | {"csrf": token})
                    found = [mark for mark in MARKS if mark in answer.text]
                    if found or answer.status_code >= 500:
                        told.append((named, form, answer.status_code, found))
    assert told == []


async def test_no_case_is_made_of_the_improvement_of_another_plant(world):
    foreign = await foreign_ids(world)
    before = size(world)
    async with world.signed_in("stranger") as browser:
        form = {"improvement": foreign["improvement"], "csrf": await csrf(browser)}
        answer = await browser.post(f"/plants/{OWN}/knowledge", data=form)
    assert answer.status_code == 404
    assert "was closed" not in answer.text
    assert size(world) == before
