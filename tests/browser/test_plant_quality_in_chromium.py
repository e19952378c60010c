"""Somebody who looks after a plant's quality: from the live line to the declaration, in both languages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from playwright.async_api import Browser, expect
from running_app import running
from seen_pages import follow, reads_well, signed_in
from small_hub import SmallAgent, small_hub
from small_people import People, people_of
from supply_chain import supply_chain

from hub.accounts.permission import Role
from hub.alarm.acknowledge import acknowledge
from hub.alarm.views import alarm_page
from hub.entry.economics import enter_loss, enter_output_value
from hub.entry.master import add_agent
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.store.mail.alarms import AlarmWanted
from traceability.identifier.item import part_uri
from traceability.quality.alarm.rule import AlarmKind
from traceability.quality.loss import CostItem
from traceability.record.alarm import AlarmRecord
from traceability.unit import Verdict

pytestmark = pytest.mark.browser
DESK, PHONE = {"width": 1366, "height": 900}, {"width": 390, "height": 844}
Look = tuple[dict[str, int], str]
PLANT = "supplier-a.machining"
HOME = f"/plants/{PLANT}"
HOUSING = part_uri("09506000134352")
PAGES = (
    "/plants",
    HOME,
    f"{HOME}/now",
    f"{HOME}/alarms",
    f"{HOME}/characteristics",
    f"{HOME}/characteristics/bore",
    f"{HOME}/losses",
    f"{HOME}/level",
    f"{HOME}/self-assessment",
    f"{HOME}/declaration",
    f"{HOME}/gauges",
)
WORDS = {
    "en-US": {"waits": "2 alarms wait", "more": "1 alarm waits", "answer": "Answer the alarm"},
    "zh-CN": {"waits": "2 个预警待处理", "more": "1 个预警待处理", "answer": "处理此预警"},
}


@dataclass
class Station:
    """One more agent of the plant, that a test lets speak."""

    hub: Hub
    agent: SmallAgent

    def say(self, *records: Any) -> None:
        ingest(self.hub, self.agent.seal(*records), compressed=False)

    def alarm(self, ahead: int = 0) -> AlarmRecord:
        name = f"alarm:{self.agent.next_record + ahead}"
        return AlarmRecord(
            id=name, rule="three-in-a-row", warns_of=AlarmKind.CONSECUTIVE_NOT_OK, part=HOUSING, operation="OP30",
            work_cell=f"{PLANT}/OP30", result="r", signs=("run",), statistic="3", limit="3", units=40, failed=3,
            **self.agent.stamp(ahead),
        )  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[People, Station, str]]:
    hub = small_hub(tmp_path_factory.mktemp("plant") / "hub")
    supply_chain(hub, 120)
    agent = SmallAgent(f"{PLANT}.line-9")
    add_agent(hub, agent.author, plant=PLANT, public_key=agent.public_key)
    for year, amount in ((2024, 900_000), (2025, 700_000)):
        enter_output_value(
            hub, PLANT, year=year, amount=Decimal(100_000_000), currency="CNY", evidence="accounts", entered_by="q7"
        )
        for item, share in ((CostItem.SCRAP, 6), (CostItem.REWORK, 3), (CostItem.CLAIM, 1)):
            enter_loss(
                hub, PLANT, item=item, amount=Decimal(amount * share // 10), currency="CNY",
                accrued_on=date(year, 6, 30), evidence="ledger", entered_by="q7",
            )  # fmt: skip
    people = people_of(hub)
    for login in WORDS:
        people.known(login.lower(), Role.QUALITY, organisation="supplier-a", name="Li Na")
    people.clock.pass_(minutes=5)
    station = Station(people.hub, agent)
    with running(people.site) as address:
        yield people, station, address
    people.site.state.audit.settle()
    hub.store.close()


def as_look(language: str, look: Look) -> dict[str, Any]:
    return {"viewport": look[0], "color_scheme": look[1], "locale": language}


@pytest.mark.parametrize(
    ("language", "look"), [("en-US", (DESK, "light")), ("zh-CN", (PHONE, "dark"))], ids=["desk", "phone"]
)
async def test_the_main_path_of_plant_quality(
    served: tuple[People, Station, str], chromium: Browser, save: Any, language: str, look: Look
) -> None:
    people, station, address = served
    words, suffix = WORDS[language], "" if language == "en-US" else ".phone.zh-CN"
    _answer_all(people.hub)
    station.say(station.alarm())
    async with signed_in(chromium, address, language.lower(), "/plants", **as_look(language, look)) as page:
        await follow(page, page.locator(f"#plants a[href='{HOME}/now']"))
        await expect(page.locator("#live-state")).to_have_attribute("data-state", "live")
        await expect(page.locator("#state")).to_contain_text(words["more"])
        # what a station says now is there without loading the page again
        failed = station.agent.result("L9", 0, part=HOUSING, operation="OP30", verdict=Verdict.NOT_OK, defect="scratch")
        station.say(failed, station.alarm(1))
        await expect(page.locator("#state")).to_contain_text(words["waits"])
        await expect(page.locator("#results tbody tr").first).to_contain_text("L9")
        await expect(page.locator(".bars")).to_contain_text("scratch")
        await save(page, f"live-line{suffix}")

        await page.goto(f"{HOME}/alarms")
        await page.locator("details.more summary", has_text=words["answer"]).first.click()
        form = page.locator("details[open] form")
        await form.locator("textarea[name=cause]").fill("seal not seated")
        await form.locator("textarea[name=action]").fill("seal press set again")
        await follow(page, form.locator("button"))
        await expect(page.locator("#said")).to_be_visible()
        await expect(page.locator("#alarms tbody")).to_contain_text("seal press set again")
        await save(page, f"alarms{suffix}")

        await page.goto(f"{HOME}/characteristics/bore?days=30")
        freeze = page.locator("details", has=page.locator("input[name=what][value=freeze]"))
        await freeze.locator("summary").click()
        await freeze.locator("textarea").fill("ran as it should")
        await follow(page, freeze.locator("button"))
        await expect(page.locator("#baselines tbody")).to_contain_text("ran as it should")
        await page.locator("#location .main-svg").first.wait_for()
        await save(page, f"own-characteristic{suffix}")

        await page.goto(f"{HOME}/self-assessment")
        await page.locator("select[name='D1-system-L1']").select_option("satisfied")
        await page.locator("textarea[name='D1-system-L1.evidence']").fill("audit 2026-02")
        await follow(page, page.locator("form", has=page.locator("input[value=D1]")).locator("button[type=submit]"))
        await expect(page.locator("#said")).to_be_visible()
        await page.goto(f"{HOME}/level")
        await save(page, f"level{suffix}")
        await page.goto(f"{HOME}/declaration")
        await follow(page, page.locator(f"form[method=post][action='{HOME}/declaration'] button"))
        await expect(page).to_have_url(re.compile("/declarations/declaration-"))

        for path in PAGES:
            await page.goto(path)
            await reads_well(page)
            await save(page, f"plant{path.removeprefix(HOME).replace('/', '-')}{suffix}")


async def test_the_live_line_ends_with_the_session(served: tuple[People, Station, str], chromium: Browser) -> None:
    people, _, address = served
    async with signed_in(chromium, address, "en-us", f"{HOME}/now", viewport=DESK, locale="en-US") as page:
        await page.goto(f"{HOME}/now")
        await expect(page.locator("#live-state")).to_have_attribute("data-state", "live")
        people.clock.pass_(hours=9)
        await expect(page.locator("#live-state")).to_have_attribute("data-state", "end", timeout=30_000)
        await expect(page.locator("#live-state")).to_contain_text("not signed in any more")


def _answer_all(hub: Hub) -> None:
    """Nothing waits that another test left."""
    with hub.store.reading() as connection:
        found = alarm_page(connection, AlarmWanted(plant=PLANT, open=True), offset=0, limit=100)
    for alarm in found.alarms:
        acknowledge(hub, alarm.agent, alarm.id, by="q7", cause="known", action="none")
