"""The page of an agent and of its plant say where the line works by another plan than master data state."""

from small_chain import Line
from small_hub import small_agent
from small_line_plans import PLANT, stated, works_by
from small_master import GTIN
from small_people import people_of

from hub.accounts.permission import Role
from hub.parts import Hub

AGENT = "a.line-1"


SAID = {"en": "It works by control plan A since", "zh-CN": "按控制计划 A 运行"}


async def test_what_differs_is_said_until_it_agrees(hub: Hub) -> None:
    line = Line(hub=hub, agent=small_agent(hub, AGENT, PLANT), part=GTIN)
    line.start()
    for revision in "AB":
        stated(hub, revision)
    works_by(line, "A")
    people = people_of(hub)
    people.known("it@oem.example", Role.PLANT_IT)
    async with people.signed_in("it@oem.example") as browser:
        for language, said in SAID.items():
            for path in (f"/fleet/{AGENT}", f"/plants/{PLANT}"):
                page = (await browser.get(path, headers={"accept-language": language})).text
                assert said in page
            assert f'href="/fleet/{AGENT}"' in page
        row = (await browser.get(f"/api/v1/fleet/{AGENT}")).json()["row"]
        assert (row["plan_differs"]["works_by_revision"], row["plan_differs"]["holds_revision"]) == ("A", "B")
        works_by(line, "B")
        for path in (f"/fleet/{AGENT}", f"/plants/{PLANT}"):
            page = (await browser.get(path)).text
            assert not any(said in page for said in SAID.values())
