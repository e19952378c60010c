"""Plant IT lets a line in, writes a plan, has it signed, rolls it out and takes it back: on a desk and on a phone."""

import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.async_api import Browser, Page, expect
from running_app import running
from seen_pages import follow, reads_well, signed_in
from small_hub import START, small_hub
from small_people import people_of
from small_rollout import AGENTS, PLANT, PLANT_KEY, Lines, plan, rounds, version

from hub.accounts.permission import Role
from hub.enrol.address import remember_address
from hub.store.core.instant import to_micros
from hub.store.fleet.silence import Sample, keep_sample
from traceability.downlink import DeviceState
from traceability.rollout import read_request, sign_request

pytestmark = pytest.mark.browser
DESK, PHONE = {"width": 1366, "height": 900}, {"width": 390, "height": 844}
ONE, TWO, THREE = AGENTS
WORDS = {
    "en-US": {"make": "Make the token", "check": "Check", "keep": "Keep as the next version", "bring": "Bring it"},
    "zh-CN": {"make": "生成令牌", "check": "检查", "keep": "保存为下一版本", "bring": "上传"},
}
Save = Callable[[Page, str], Awaitable[None]]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Lines, str, Path]]:
    hub = small_hub(tmp_path / "hub")
    lines = Lines(hub)
    people = people_of(lines.hub)
    lines.share_clock(people.hub, people.clock)
    people.known("it@a.example", Role.PLANT_IT, organisation=f"{PLANT}-company")
    remember_address(lines.hub, "https://10.0.0.5:8443", None)
    version(lines.hub, plan("A"))
    for minutes in range(1, 40):
        lines.clock.pass_(minutes=6)
        for name in AGENTS:
            lines.says(name)
        _sample(lines, minutes)
    for number, name in enumerate(AGENTS):
        lines.more[name] = {"version": "0.9.0", "unsent": 3 * number, "clock_ahead_ms": 40 + 1_300 * number}
        lines.devices[name] = tuple(DeviceState(name=each, connected=True, since=START) for each in ("cell", "gauge"))
    lines.devices[THREE] = (DeviceState(name="press", since=lines.clock(), error="no answer"), *lines.devices[THREE])
    for name in AGENTS:
        lines.says(name)
    with running(people.site) as address:
        yield lines, address, tmp_path / "signed.json"
    people.site.state.audit.settle()
    hub.store.close()


def _sample(lines: Lines, number: int) -> None:
    with lines.hub.store.writing() as connection:
        keep_sample(
            connection,
            Sample(
                author=ONE, at=to_micros(lines.clock()), unsealed=number % 3, unsent=max(0, 20 - abs(20 - number)),
                clock_ahead_ms=40 * number, devices=2, devices_down=number % 7 == 0,
            ),
            0,
        )  # fmt: skip


@pytest.mark.parametrize(("language", "size"), [("en-US", DESK), ("zh-CN", PHONE)])
async def test_the_path_of_plant_it(
    served: tuple[Lines, str, Path], chromium: Browser, save: Save, language: str, size: dict[str, int]
) -> None:
    lines, address, signed = served
    words, dark = WORDS[language], "dark" if size is PHONE else "light"
    look: dict[str, Any] = {"viewport": size, "locale": language, "color_scheme": dark}
    async with signed_in(chromium, address, "it@a.example", "/fleet", **look) as page:
        await expect(page).to_have_url(re.compile("/fleet$"))
        await expect(page.locator("#agents tbody tr")).to_have_count(3)
        await expect(page.locator("#agents")).to_contain_text("press: no answer")
        await reads_well(page)
        await save(page, f"fleet{_of(language)}")
        await follow(page, page.get_by_role("link", name=ONE, exact=True))
        await page.locator("#outbox-chart .main-svg").first.wait_for()
        await reads_well(page)
        await save(page, f"fleet-agent{_of(language)}")

        await page.goto("/enrolment")
        await page.locator("input[name=line]").fill("line-9")
        await follow(page, page.get_by_role("button", name=words["make"]))
        await expect(page.locator("#command")).to_contain_text("zhuoyue-agent enroll ")
        await reads_well(page)

        await page.goto(f"/configurations/new?plant={PLANT}&role=control-plan&name=housing")
        await page.locator("textarea[name=text]").fill(plan("B") + "[[characteristic]]\nid = 7\n")
        await follow(page, page.get_by_role("button", name=words["check"], exact=True))
        await expect(page.locator("[role=status]")).to_contain_text("characteristic[0]")
        await page.locator("textarea[name=text]").fill(plan("B"))
        await follow(page, page.get_by_role("button", name=words["check"], exact=True))
        await expect(page.locator(".diff__line--added")).to_have_count(1)
        await reads_well(page)
        await save(page, f"editor{_of(language)}")
        await follow(page, page.get_by_role("button", name=words["keep"]))
        await expect(page).to_have_url(re.compile("/configurations/[0-9a-f]+$"))
        await reads_well(page)

        form = page.locator(f"form[action='/plants/{PLANT}/rollouts']")
        await form.locator("input[name=soak_minutes]").fill("0")
        await form.locator(f"input[name=agent][value='{THREE}']").uncheck()
        await follow(page, form.locator("button"))
        await expect(page).to_have_url(re.compile("/rollouts/[0-9a-f]+$"))
        async with page.expect_download() as download:
            await page.locator("a[href$='/to-sign']").click()
        _sign(await (await download.value).path(), signed, lines)
        await page.locator("input[type=file][name=file]:not([accept='image/*'])").set_input_files(signed)
        await follow(page, page.get_by_role("button", name=words["bring"], exact=True))
        await follow(page, page.locator("button[formaction$='/start']"))
        lines.asks(ONE)
        rounds(lines)
        lines.asks(TWO, refuses="station OP10: bore is no characteristic of the plan")
        rounds(lines)
        await page.reload()
        await expect(page.locator("#agents")).to_contain_text("bore is no characteristic")
        await reads_well(page)
        await save(page, f"rollout{_of(language)}")
        await follow(page, page.locator("button[formaction$='/back']"))
        for agent in (ONE, TWO):
            lines.asks(agent)
        rounds(lines)
        assert set(lines.runs.values()) == {plan("A")}

        await page.goto(f"/plants/{PLANT}/agents/{TWO}/revocation")
        await reads_well(page)
        await page.locator("input[name=reason]").fill("stolen")
        await page.locator("input[name=again]").fill(TWO)
        await follow(page, page.locator("main form button[type=submit]"))
        await expect(page).to_have_url(re.compile("/fleet/"))


def _sign(asked: Path, signed: Path, lines: Lines) -> None:
    """As ``zhuoyue-agent plant sign`` does, where the plant's key is."""
    request = read_request(asked.read_bytes())
    signed.write_bytes(msgspec.json.encode(sign_request(request, PLANT_KEY, lines.clock())))


def _of(language: str) -> str:
    return "" if language == "en-US" else ".zh-CN"
