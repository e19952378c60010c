"""An auditor finds who read what and where a change stands, and has the log checked; an administrator shares."""

from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, expect
from running_app import running
from seen_pages import follow, reads_well, signed_in
from small_audited import OWN, audited, entered_by
from small_hub import small_hub
from small_people import People

pytestmark = pytest.mark.browser
DESK, PHONE = {"width": 1366, "height": 800}, {"width": 390, "height": 844}
LOOKS = [("en-US", DESK, "light"), ("zh-CN", PHONE, "dark")]
WORDS = {
    "en-US": {"audit": "Audit", "changes": "Changes", "log": "Log and checks", "whole": "Nothing is wrong"},
    "zh-CN": {"audit": "审计", "changes": "变更", "log": "日志与检查", "whole": "没有不符"},
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[People, str]]:
    people = audited(small_hub(tmp_path_factory.mktemp("audited") / "hub"))
    entered_by(people.hub, OWN, "q7")
    with running(people.site) as address:
        yield people, address
    people.site.state.audit.settle()
    people.hub.store.close()


@pytest.mark.parametrize(("language", "size", "scheme"), LOOKS)
async def test_the_way_of_an_auditor(
    served: tuple[People, str], chromium: Browser, language: str, size: dict[str, int], scheme: str
) -> None:
    people, address = served
    words = WORDS[language]
    look = {"viewport": size, "locale": language, "color_scheme": scheme}
    async with signed_in(chromium, address, "lin.auditor", "/", **look) as page:
        tasks = page.locator("nav.tasks")
        await follow(page, tasks.get_by_role("link", name=words["audit"], exact=True))
        await expect(page.locator("h1")).to_contain_text("30")
        await reads_well(page)
        await page.locator("select[name=partner]").select_option("oem")
        await follow(page, page.locator("main form.filters button[type=submit]"))
        await expect(page.locator("h1")).to_contain_text("24")
        await follow(page, tasks.get_by_role("link", name=words["changes"], exact=True))
        await expect(page.locator("#changes")).to_contain_text("q7")
        await reads_well(page)
        await follow(page, tasks.get_by_role("link", name=words["log"], exact=True))
        await expect(page.locator("#witnesses")).to_contain_text("sleeper")
        await reads_well(page)
        await follow(page, page.locator("form[action='/audit/checks'] button"))
        people.site.state.checks.wait(page.url.rpartition("/")[2], 60)
        await page.reload()
        await expect(page.locator("h1")).to_contain_text(words["whole"])
        await reads_well(page)


@pytest.mark.parametrize(("language", "size", "scheme"), LOOKS)
async def test_what_is_shared_is_seen_first_stated_then_and_ended(
    served: tuple[People, str], chromium: Browser, language: str, size: dict[str, int], scheme: str
) -> None:
    _, address = served
    look = {"viewport": size, "locale": language, "color_scheme": scheme}
    async with signed_in(chromium, address, "ada.admin", "/policies", **look) as page:
        await reads_well(page)
        form = page.locator("form:has(input[name=partner]:not([type=hidden]))")
        await form.locator("input[name=partner]").fill("supplier-b")
        await form.locator("input[value=measurements]").check()
        await follow(page, form.locator("button[type=submit]"))
        await expect(page.locator("td.changed")).to_have_count(2)  # values appear; what everybody sees goes
        await reads_well(page)
        await follow(page, page.locator("section:has(#preview) button[type=submit]"))
        await expect(page.locator("#holding")).to_contain_text("supplier-b")
        await reads_well(page)
        await follow(page, page.locator("a[href*='end=']").first)
        await expect(page.locator("input[name=extent][value=back]")).to_be_checked()
        await follow(page, form.locator("button[type=submit]"))
        await follow(page, page.locator("section:has(#preview) button[type=submit]"))
        await expect(page.locator("#holding")).not_to_contain_text("supplier-b")
