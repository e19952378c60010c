"""Requirements, incoming material and master data in a browser: the main paths, both languages; read by axe, too."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect
from running_app import running
from seen_pages import follow, reads_well, signed_in
from small_accord import TITLE, accord, proposed
from small_hub import small_hub
from small_incoming import PART, PLANT, SUPPLIER, TODAY, lot, shipped

from hub.accounts.permission import Role
from hub.incoming.agreed import enter_plan
from hub.incoming.forms import PlanForm, ReceiptForm
from hub.incoming.receive import enter_receipt

pytestmark = pytest.mark.browser

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1366, "height": 800}
HOME = f"/plants/{PLANT}/incoming"
EVIL = "\"'><script>window.owned=1</script><img src=x onerror='window.owned=1'>"


@pytest.fixture(scope="module")
def served_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[str]]]:
    """The address, and the pages with hostile words on them."""
    hub = small_hub(tmp_path_factory.mktemp("accord") / "hub")
    people = accord(hub)
    people.known("root", Role.ADMIN)
    plan = {"part": PART, "valid_from": "2026-01-01", "entered_by": "q1"}
    enter_plan(hub, PLANT, PlanForm(characteristics=[{"name": "look", "aql": "1.0"}], **plan))
    shipped(hub, "ship-1", L1="1000", L2="500")
    came = {"supplier": SUPPLIER, "received_on": TODAY, "entered_by": "g1", "delivery_note": EVIL}
    receipt = enter_receipt(hub, PLANT, ReceiptForm(items=[{"code": lot("L8"), "quantity": 200}], **came))
    hostile = proposed(people, title=EVIL, text=EVIL)
    with running(people.site) as url:
        yield url, [f"/requirements/{hostile}", f"{HOME}/receipts/{receipt}"]
    hub.store.close()


@asynccontextmanager
async def reading(chromium: Browser, address: str, who: str, goal: str, **look: Any) -> AsyncIterator[Page]:
    """Signed in; nobody's script ran."""
    async with signed_in(chromium, address, who, goal, **look) as page:
        yield page
        assert await page.evaluate("window.owned") is None


async def test_goods_are_received_judged_and_held_again(
    chromium: Browser, served_at: tuple[str, list[str]], save: Any
) -> None:
    async with reading(chromium, served_at[0], "buyer", HOME, viewport=DESK, locale="en-US") as page:
        await follow(page, page.get_by_role("link", name="ship-1"))
        await expect(page.locator("#codes")).to_have_value(f"{lot('L1')} 1000\n{lot('L2')} 500")
        await save(page, "incoming")
        await follow(page, page.get_by_role("button", name="Receive them"))
        first = page.locator("#lot-1")
        await expect(first).to_contain_text("letter J")
        await first.get_by_label("Nonconforming found").fill("0")
        await follow(page, first.get_by_role("button", name="Judge the lot"))
        await expect(first).to_contain_text("Released for use", ignore_case=True)
        await save(page, "receipt")
        await first.get_by_text("Decide about the lot").click()
        await first.get_by_label("Why").fill("a doubt")
        await follow(page, first.get_by_role("button", name="Decide", exact=True))
        await expect(first).to_contain_text("Waits for inspection", ignore_case=True)


async def test_a_requirement_is_proposed_on_a_desk_and_answered_on_a_phone_in_chinese(
    chromium: Browser, served_at: tuple[str, list[str]], save: Any
) -> None:
    address, _ = served_at
    async with reading(chromium, address, "buyer", "/requirements", viewport=DESK, locale="en-US") as page:
        await follow(page, page.get_by_role("link", name="Propose a requirement"))
        await page.get_by_label("Supplier", exact=True).fill(SUPPLIER)
        await page.get_by_label("Part", exact=True).fill(PART)
        await page.get_by_label("Title").fill(TITLE)
        row = page.locator("fieldset.terms").first
        await row.get_by_label("Indicator").fill("fpy")
        await row.get_by_label("What counts").select_option("fpy")
        await row.get_by_label("Target").fill("0.98")
        await follow(page, page.get_by_role("button", name="Propose it to the supplier"))
        await expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
        await expect(page.locator("#indicators")).to_contain_text("90.0")
        path = page.url.partition("?")[0].removeprefix(address)
        await save(page, "requirement")
    async with reading(chromium, address, "maker", path, viewport=PHONE, locale="zh-CN", color_scheme="dark") as page:
        await follow(page, page.get_by_role("button", name="同意上述条款"))
        await expect(page.locator("main")).to_contain_text("未达到")
        await save(page, "requirement.phone.zh-CN")


@pytest.mark.parametrize(
    ("language", "size", "scheme"), [("en-US", DESK, "light"), ("zh-CN", PHONE, "dark")], ids=["desk", "phone"]
)
async def test_nothing_overflows_and_axe_finds_nothing(
    chromium: Browser, served_at: tuple[str, list[str]], language: str, size: dict[str, int], scheme: Any
) -> None:
    address, hostile = served_at
    look = {"viewport": size, "locale": language, "color_scheme": scheme}
    own = ["/requirements", "/requirements/new", *hostile, HOME, *(f"{HOME}/{each}" for each in MORE)]
    for who, paths in (("buyer", own), ("root", ["/master", "/master/plant", ITEM])):
        async with reading(chromium, address, who, paths[0], **look) as page:
            for path in paths:
                await page.goto(path)
                await reads_well(page)


MORE = ("supplies", "plans", "escapes")
ITEM = f"/master/plant/item?about={PLANT}"
