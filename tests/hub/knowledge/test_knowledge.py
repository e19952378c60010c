"""What was learnt is found again; it stays with its owner unless it is shared."""

from datetime import date

import pytest
from small_improvement import COMPANY, PLANT, STRANGER, WEAK, World
from small_turns import WHOLE_TURN, folded

from hub.entry.seal import enter
from hub.errors import EntryRefused
from hub.knowledge.find import words_of
from hub.knowledge.keep import case_of
from traceability.identifier.item import part_uri
from traceability.record.knowledge import KnowledgeContent, KnowledgeRecord

BASE = f"/plants/{PLANT}/knowledge"
CASE = {
    "title": "Leaking seal", "problem": "Leak at 2.3 bar", "cause": "密封圈切边", "action": "Round the edge by R0.2",
    "part": "seal", "defect": "LEAK", "characteristic": "leak-rate", "machine_type": "Press HP-200",
    "evidence": ["report 12"],
}  # fmt: skip


@pytest.fixture
def world(hub):
    made = World(hub, date(2026, 3, 1))
    for organisation in (COMPANY, STRANGER):
        made.seat(organisation)
    yield made
    made.close()


async def titles(world, who="", **query):
    return [one["content"]["title"] for one in (await world.get("/knowledge", who=who, **query))["cases"]]


@pytest.mark.every_store
async def test_found_by_words_and_by_what_it_is_about(world):
    await world.post(BASE, **CASE)
    await world.post(BASE, **(CASE | {"title": "Burr", "cause": "worn tool", "problem": "", "defect": "BURR"}))
    for query in ("leaking", "ＬＥＡＫＩＮＧ round", "切边", "hp-200 密封圈", "2.3 bar"):
        assert await titles(world, q=query) == ["Leaking seal"], query
    assert await titles(world, q="round edge") == ["Burr", "Leaking seal"]
    assert await titles(world, q="round missing") == []
    assert await titles(world, q="100%") == []
    assert await titles(world, q="_") == []
    assert await titles(world, defect="BURR") == ["Burr"]
    assert await titles(world, part="seal", machine_type="Press HP-200", q="worn") == ["Burr"]
    assert await titles(world, characteristic="other") == []


GTIN = "09506000134352"


@pytest.mark.parametrize("asked", [GTIN, GTIN[1:], part_uri(GTIN)])
@pytest.mark.parametrize("stated", [GTIN, part_uri(GTIN)])
async def test_a_part_is_found_however_it_is_written(world, stated, asked):
    await world.post(BASE, **(CASE | {"part": stated}))
    await world.post(BASE, **(CASE | {"title": "Other", "part": part_uri("09506000134376")}))
    assert await titles(world, part=asked) == ["Leaking seal"]


async def test_cases_that_were_signed_with_a_number_alone_are_found_by_their_part(world):
    about = {name: value for name, value in CASE.items() if name != "evidence"} | {"part": GTIN}
    content = KnowledgeContent(plant=PLANT, evidence=("report 12",), **about)
    enter(world.hub, lambda _, stamp: [KnowledgeRecord(id="old", content=content, entered_by="q1", **stamp())])
    assert await titles(world, part=part_uri(GTIN)) == ["Leaking seal"]


@pytest.mark.every_store(spread=True)
async def test_it_is_the_owners_unless_it_is_shared(world):
    case = (await world.post(BASE, **CASE))["id"]
    assert await titles(world, who=COMPANY) == ["Leaking seal"]
    assert await titles(world, who=STRANGER) == []
    await world.get(f"/knowledge/{case}", 404, who=STRANGER)
    await world.post(f"{BASE}/{case}/sharing", shared_with=[STRANGER])
    assert await titles(world, who=STRANGER, q="切边") == ["Leaking seal"]
    seen = await world.get(f"/knowledge/{case}", who=STRANGER)
    assert (seen["own"], seen["shared_with"], seen["entered_by"]) == (False, [], "")
    assert (await world.get(f"/knowledge/{case}", who=COMPANY))["shared_with"] == [STRANGER]
    await world.post(f"{BASE}/{case}", **(CASE | {"title": "Changed"}))  # the new version is shared with nobody
    assert await titles(world, who=STRANGER) == []
    assert await titles(world, who=COMPANY) == ["Changed"]
    await world.post(f"{BASE}/{case}/sharing", shared_with=["*"])
    assert await titles(world, who=STRANGER) == ["Changed"]
    await world.post(f"{BASE}/{case}/sharing", withdrawn=True)
    assert await titles(world) == []
    assert await titles(world, who=STRANGER) == []
    assert (await world.get(f"/knowledge/{case}"))["withdrawn"] is True


async def test_what_can_not_be_entered(world):
    await world.post(BASE, 422, **(CASE | {"evidence": []}))
    await world.post(BASE, 422, **(CASE | {"shared_with": ["nobody"]}))
    await world.post(BASE.replace(PLANT, "plant-z"), 404, **CASE)
    await world.post(BASE, 403, who=STRANGER, **CASE)
    case = (await world.post(BASE, **CASE))["id"]
    await world.post(f"{BASE}/{case}/sharing".replace(PLANT, "plant-x"), 404, withdrawn=True)
    begun = await world.post(f"/plants/{PLANT}/improvements", title="t", weak_point=WEAK, owner="q1")
    refused = await world.post(f"{BASE}/from-improvement", 422, improvement=begun["id"])
    assert "shown by a test" in refused["detail"]


def test_a_closed_effective_improvement_is_a_case():
    now = folded(*WHOLE_TURN)
    found = case_of(now, "Press", best_case=True)
    assert (found.cause, found.action, found.operation) == ("The seal is cut", "Round the edge", "OP10")
    assert "Sort" not in found.action  # what only contained it taught nothing
    assert "p = 0.01" in found.result
    assert "Round edges" in found.result
    assert found.evidence[0] == "improvement i"
    with pytest.raises(EntryRefused):
        case_of(folded(*WHOLE_TURN[:9]))


def test_words_are_folded_and_each_once():
    assert words_of(" Leak ＬＥＡＫ  密封 ") == ("leak", "密封")


async def test_as_a_table(world):
    await world.post(BASE, **CASE)
    told = await world.client.get("/api/v1/knowledge/file", params={"language": "en"}, headers=world.of[COMPANY])
    assert "Machine type" in told.text
    assert "密封圈切边" in told.text
