"""An administrator invites somebody, who sets a password and a second factor and signs in again; on desk and phone."""

import re
from collections.abc import Iterator

import pyotp
import pytest
from playwright.async_api import Browser, Page, expect
from running_app import running
from seen_pages import follow, reads_well, watched
from small_chromium import PATIENCE_MS
from small_hub import small_agent, small_hub
from small_people import PASSWORD, People, people_of

from hub.accounts.permission import Role

pytestmark = pytest.mark.browser
DESK, PHONE = {"width": 1366, "height": 800}, {"width": 390, "height": 844}
WORDS = {
    "en-US": {"in": "Sign in", "add": "Add", "set": "Set password and sign in", "out": "Sign out"},
    "zh-CN": {"in": "登录", "add": "添加", "set": "设置密码并登录", "out": "退出登录"},
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[People, str]]:
    hub = small_hub(tmp_path_factory.mktemp("accounts") / "hub")
    small_agent(hub)
    people = people_of(hub)
    people.known("root", Role.ADMIN, name="Wang Wei")
    with running(people.site) as address:
        yield people, address
    people.site.state.audit.settle()
    hub.store.close()


@pytest.mark.parametrize(("language", "size"), [("en-US", DESK), ("zh-CN", PHONE)])
async def test_from_an_invitation_to_a_second_factor(
    served: tuple[People, str], chromium: Browser, language: str, size: dict[str, int]
) -> None:
    people, address = served
    words, login = WORDS[language], f"li.na.{language.lower()}@example.com"
    page, seen = await _browser(chromium, address, language, size)
    await page.goto("/users")
    await _sign_in(page, "root", PASSWORD, words["in"])
    await expect(page).to_have_url(re.compile("/users$"))
    await reads_well(page)
    await page.locator("form[action='/users'] input[name=login]").fill(login)
    await page.locator("form[action='/users'] select[name=role]").select_option("quality")
    await follow(page, page.locator("form[action='/users']").get_by_role("button", name=words["add"]))
    link = await page.locator("#link").inner_text()
    await reads_well(page)

    theirs, also_seen = await _browser(chromium, address, language, size)
    await theirs.goto(link)
    await reads_well(theirs)
    await theirs.locator("input[name=password]").fill(PASSWORD)
    await theirs.locator("input[name=again]").fill(PASSWORD)
    await follow(theirs, theirs.get_by_role("button", name=words["set"]))
    await expect(theirs).to_have_url(re.compile("/account$"))
    await follow(theirs, theirs.locator("form[action='/account/factor-offer'] button"))
    await reads_well(theirs)
    secret = await theirs.locator("input[name=secret]").input_value()
    await theirs.locator("input[name=code]").fill(pyotp.TOTP(secret).at(people.clock()))
    await follow(theirs, theirs.locator("form[action='/account/factor-on'] button"))
    await expect(theirs.locator(".once__codes li")).to_have_count(10)
    await reads_well(theirs)
    await follow(theirs, theirs.get_by_role("button", name=words["out"]))
    people.clock.pass_(seconds=60)
    await _sign_in(theirs, login, PASSWORD, words["in"])
    await expect(theirs).to_have_url(re.compile("/sign-in/code$"))
    await reads_well(theirs)
    await theirs.locator("input[name=code]").fill(pyotp.TOTP(secret).at(people.clock()))
    await follow(theirs, theirs.get_by_role("button", name=words["in"], exact=True))
    await expect(theirs).to_have_url(f"{address}/")
    await expect(theirs.locator(".person__name")).to_have_text(login)
    await page.goto("/users/events")
    await reads_well(page)
    assert seen == also_seen == []


async def _browser(chromium: Browser, address: str, language: str, size: dict[str, int]) -> tuple[Page, list[str]]:
    context = await chromium.new_context(viewport=size, locale=language, base_url=address)
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    return page, watched(page)


async def _sign_in(page: Page, login: str, password: str, button: str) -> None:
    await page.locator("main input[name=login]").fill(login)
    await page.locator("main input[name=password]").fill(password)
    await follow(page, page.locator("main").get_by_role("button", name=button, exact=True))
