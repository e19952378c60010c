"""A phone's camera looks for a label in a page: a moving picture stands for what it sees."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from moving_label import moving_label
from playwright.async_api import Page, async_playwright, expect
from seen_pages import watched
from small_chromium import ARGUMENTS, CHROMIUM, PATIENCE_MS

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
DRIVE = "09506000134376"
UNIT = f"/01/{DRIVE}/21/D-00004"
GS1 = f"(01){DRIVE}(21)D-00004"
LINK = f"https://id.gs1.org/01/{DRIVE}/21/D-00004"
CUT_OFF = "Failed to load resource: net::ERR_FAILED"
"""What the browser says of itself where a test cuts it off from the hub."""
SEES = "What the camera sees"
CAMERA = ["--use-fake-device-for-media-stream"]


@asynccontextmanager
async def phone(served: str, *more: str, language: str = "en-US", allowed: bool = True) -> AsyncIterator[Page]:
    """A Chromium of its own, because what its camera sees is said when it starts."""
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *more])
        context = await browser.new_context(viewport=PHONE, locale=language, base_url=served)
        context.set_default_timeout(PATIENCE_MS)
        await context.grant_permissions(["camera"] if allowed else [], origin=served)
        page = await context.new_page()
        wrong = watched(page)
        await page.goto("/search")
        yield page
        assert [each for each in wrong if each != CUT_OFF] == []
        await browser.close()


async def test_a_label_that_comes_into_the_picture_opens_its_unit(served: str, tmp_path: Path) -> None:
    """Also where the hub could not be asked at first."""
    film = moving_label(tmp_path / "film.mjpeg", GS1, "DataMatrix")
    async with phone(served, *CAMERA, f"--use-file-for-fake-video-capture={film}") as page:
        await page.route("**/api/v1/search/photo", lambda route: route.abort())
        await page.get_by_role("button", name="Scan with the camera").click()
        await expect(page.get_by_text("The hub does not answer; it is asked again.")).to_be_visible()
        await page.unroute("**/api/v1/search/photo")
        await expect(page).to_have_url(re.compile(re.escape(UNIT)))
        await expect(page.get_by_role("heading", level=1)).to_have_text("D-00004")


async def test_a_link_in_a_qr_code_does_the_same_in_chinese(served: str, tmp_path: Path) -> None:
    film = moving_label(tmp_path / "film.mjpeg", LINK, "QRCode")
    async with phone(served, *CAMERA, f"--use-file-for-fake-video-capture={film}", language="zh-CN") as page:
        await page.get_by_role("button", name="用摄像头扫码").click()
        await expect(page).to_have_url(re.compile(re.escape(UNIT)))
        await expect(page.get_by_role("heading", level=1)).to_have_text("D-00004")


async def test_a_code_that_the_hub_does_not_know_is_told_and_the_camera_looks_on(served: str, tmp_path: Path) -> None:
    film = moving_label(tmp_path / "film.mjpeg", "SN-NOBODY-7", "QRCode")
    async with phone(served, *CAMERA, f"--use-file-for-fake-video-capture={film}") as page:
        await page.get_by_role("button", name="Scan with the camera").click()
        await expect(page.get_by_text("Read, but not known here: SN-NOBODY-7")).to_be_visible()
        await expect(page.get_by_label(SEES)).to_be_visible()
        await page.get_by_role("button", name="Stop").click()
        await expect(page.get_by_label(SEES)).to_be_hidden()
        await expect(page.get_by_role("button", name="Scan with the camera")).to_be_enabled()


@pytest.mark.parametrize(
    ("arguments", "allowed", "said"),
    [
        (CAMERA, False, "The camera can't be used here: allow it in the browser, or take a photo instead."),
        ([], True, "There is no camera here: take or choose a photo instead."),
    ],
    ids=["not allowed", "none there"],
)
async def test_without_a_camera_the_page_says_what_to_do(
    served: str, arguments: list[str], allowed: bool, said: Any
) -> None:
    async with phone(served, *arguments, allowed=allowed) as page:
        await page.get_by_role("button", name="Scan with the camera").click()
        await expect(page.get_by_text(said)).to_be_visible()
        await expect(page.get_by_label(SEES)).to_be_hidden()
        await expect(page.get_by_role("button", name="Stop")).to_be_hidden()
        await expect(page.get_by_role("button", name="Scan with the camera")).to_be_enabled()
        await expect(page.get_by_label("Take or choose a photo")).to_be_visible()
