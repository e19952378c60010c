"""The mailbox in a browser: told, read, answered with an 8D report; in both languages, on a desk and on a phone."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.async_api import Browser, expect
from running_app import running
from seen_pages import follow, reads_well, signed_in
from small_hub import GTIN, small_hub
from small_people import people_of

from hub.accounts.permission import Role
from hub.entry.master import add_organisation
from traceability.identifier.item import unit_uri

pytestmark = pytest.mark.browser

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1366, "height": 800}
EN = {"send": "Send now", "read": "Confirm that it was read", "accept": "Accept", "save": "Save",
      "progress": "1 of 8 disciplines are done", "unread": "1 unread notification"}  # fmt: skip
ZH = {"send": "立即发送", "read": "确认已阅", "accept": "接受", "save": "保存",
      "progress": "8 个步骤中已完成 1 个", "unread": "1 条未读通知"}  # fmt: skip


@pytest.fixture
def served(tmp_path: Any) -> Iterator[str]:
    hub = small_hub(tmp_path / "hub")
    for name, named in (("oem", "Yuanhang"), ("tier-1", "Linhai")):
        add_organisation(hub, name, named)
    people = people_of(hub)
    people.known("olga", Role.AFTER_SALES, organisation="oem")
    people.known("tim", Role.QUALITY, organisation="tier-1")
    with running(people.site) as url:
        yield url
    people.site.state.audit.settle()
    hub.store.close()


@pytest.mark.parametrize(
    ("language", "size", "scheme", "said"),
    [("en-US", DESK, "light", EN), ("zh-CN", PHONE, "dark", ZH)],
    ids=["desk", "phone"],
)
async def test_told_read_and_answered(  # noqa: PLR0917 - what differs between the readers
    chromium: Browser, served: str, save: Any, language: str, size: dict[str, int], scheme: Any, said: dict[str, str]
) -> None:
    look: dict[str, Any] = {"viewport": size, "locale": language, "color_scheme": scheme}
    async with signed_in(chromium, served, "olga", "/notifications", **look) as page:
        await reads_well(page)
        await page.goto(f"/notifications/new?item={unit_uri(GTIN, 'S-1')}")
        await reads_well(page)
        await page.locator("input[name=receiver]").fill("tier-1")
        await page.locator("input[name=title]").fill("Cracked housing")
        await follow(page, page.get_by_role("button", name=said["send"]))
        await expect(page.get_by_role("heading", level=1)).to_have_text("Cracked housing")
        await reads_well(page)
    async with signed_in(chromium, served, "tim", "/notifications", **look) as page:
        await expect(page.get_by_role("link", name=said["unread"])).to_be_visible()
        await reads_well(page)
        await save(page, f"notifications.{language}")
        await page.keyboard.press("?")
        await expect(page.locator("#keys")).to_be_visible()
        await page.keyboard.press("Escape")
        await follow(page, page.get_by_role("link", name="Cracked housing"))
        await follow(page, page.get_by_role("button", name=said["read"]))
        await follow(page, page.get_by_role("button", name=said["accept"], exact=True))
        third = page.locator("#d3")
        await third.locator("summary").click()
        await third.locator("textarea").fill("All parts in stock were sorted.")
        await third.locator("select").select_option("done")
        await follow(page, third.get_by_role("button", name=said["save"]))
        await expect(page.get_by_text(said["progress"]).first).to_be_visible()
        await reads_well(page)
        await save(page, f"notification.{language}")
