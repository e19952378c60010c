"""From a label to the cause and to everybody concerned: both languages, desk and phone; read by axe, too."""

import re
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import zxingcpp
from playwright.async_api import expect
from seen_pages import follow, reads_well

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1366, "height": 800}
DRIVE, BARS = "09506000134376", "09506000134390"
UNIT = f"/01/{DRIVE}/21/D-00004"
OF_LOT = f"/recalls?item=https%3A%2F%2Fid.gs1.org%2F01%2F{BARS}%2F10%2FL4700"
STATION = "/passes/oem.assembly?operation=OP20&begin=2026-03-01T06:00:00Z&end=2026-03-01T08:00:00Z"
PAGES = ("/search", UNIT, f"/report{UNIT}", STATION, OF_LOT, "/common")
SUSPECTS = "\n".join(f"D-{number:05}" for number in range(1, 22))


@pytest.fixture
def label(tmp_path: Path) -> Path:
    """A photo of the label of one drive."""
    code = zxingcpp.create_barcode(f"(01){DRIVE}(21)D-00004", zxingcpp.BarcodeFormat.DataMatrix, gs1=True)
    photo = cv2.copyMakeBorder(np.array(code.to_image(scale=8)), 90, 90, 140, 140, cv2.BORDER_CONSTANT, value=235)
    path = tmp_path / "label.png"
    cv2.imwrite(str(path), photo)
    return path


async def test_a_photo_leads_to_the_unit_and_on_to_its_siblings(open_page: Any, save: Any, label: Path) -> None:
    async with open_page("/", size=DESK) as page:
        async with page.expect_file_chooser() as chooser:
            await page.get_by_role("link", name="Search by a photo of the label").click()
        await (await chooser.value).set_files(label)
        await expect(page).to_have_url(re.compile(re.escape(UNIT)))
        await expect(page.get_by_role("heading", level=1)).to_have_text("D-00004")
        await expect(page.locator(".strip").first).to_be_visible()
        await save(page, "after-sales-unit")
        await follow(page, page.get_by_role("link", name="Same station that hour: OP20"))
        await expect(page.locator("#passes tbody tr").first).to_be_visible()
        await follow(page, page.get_by_role("link", name="D-00004").first)
        await follow(page, page.get_by_role("link", name="Report to print"))
        await expect(page.get_by_role("button", name="Print")).to_be_visible()
        sheet = await page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1, "it fits one sheet"


async def test_the_genealogy_folds_and_is_walked_by_keys(open_page: Any) -> None:
    async with open_page(UNIT, size=DESK) as page:
        graph = page.locator(".genealogy--lying")
        housing = graph.locator('[data-label="H-00004"]')
        lot = graph.locator('[data-label="L4700"]')
        await graph.get_by_role("button", name="Fold what lies behind H-00004").click()
        await expect(lot).to_be_hidden()
        await graph.get_by_role("button", name="Unfold what lies behind H-00004").press("Enter")
        await expect(lot).to_be_visible()
        await graph.locator('[data-depth="0"]').focus()
        await page.keyboard.press("ArrowLeft")
        await expect(housing).to_be_focused()
        await expect(graph.locator(".graph__link--on")).to_have_count(1)
        await page.keyboard.press("ArrowDown")
        await expect(graph.locator('[data-label="C-00004"]')).to_be_focused()
        await follow(page, page.get_by_role("link", name="Where it went"))
        await expect(page).to_have_url(re.compile("way=forward"))
        await expect(page.locator(".genealogy--lying [data-item]")).to_have_count(2)


async def test_what_failed_units_share_is_one_click_from_the_recall(open_page: Any, save: Any) -> None:
    async with open_page("/common", size=DESK) as page:
        await page.get_by_label("Paste serials or codes").fill(SUSPECTS)
        await follow(page, page.get_by_role("button", name="Compare", exact=True))
        await expect(page.get_by_role("heading", level=1)).to_have_text("Lot: L4700")
        await save(page, "common")
        await follow(page, page.locator("#findings tbody tr").first.get_by_role("button", name="Recall scope"))
        await expect(page.get_by_role("heading", level=1)).to_contain_text("items are affected")
        await expect(page.locator(".seed")).to_have_text(["lot L4700"])
        await save(page, "recall")
        await follow(page, page.locator("#destinations").get_by_role("link", name="Yuanhang Drives").first)
        await expect(page.locator("#items")).to_contain_text("Affected items at Yuanhang Drives")
        await follow(page, page.get_by_role("link", name="Change the question"))
        await page.get_by_label("Lots and serials").fill("D-00100")
        await follow(page, page.get_by_role("button", name="Add").first)
        await expect(page.locator(".seed")).to_have_count(2)


async def test_the_same_in_chinese_on_a_phone(open_page: Any, save: Any, label: Path) -> None:
    async with open_page("/search", language="zh-CN", size=PHONE, scheme="dark") as page:
        await page.locator("form[data-photo] input[type=file]").set_input_files(label)
        await expect(page.get_by_role("heading", level=1)).to_have_text("D-00004")
        await expect(page.locator(".genealogy--standing")).to_be_visible()
        await save(page, "after-sales-unit.phone.zh-CN")
        await follow(page, page.get_by_role("link", name="故障产品有何共同点？"))
        await page.get_by_label("粘贴序列号").fill(SUSPECTS)
        await follow(page, page.get_by_role("button", name="对比", exact=True))
        await expect(page.get_by_role("heading", level=1)).to_have_text("批次: L4700")
        await save(page, "common.phone.zh-CN")


async def test_a_slash_leads_to_the_search_from_everywhere(open_page: Any) -> None:
    async with open_page(UNIT, size=DESK) as page:
        await page.keyboard.press("/")
        await expect(page.locator("#q")).to_be_focused()
        await page.keyboard.type("D-00012")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", level=1)).to_have_text("D-00012")


@pytest.mark.parametrize(
    ("language", "size", "scheme"),
    [("en-US", DESK, "dark"), ("zh-CN", PHONE, "light")],
)
async def test_nothing_overflows_and_axe_finds_nothing(
    open_page: Any, language: str, size: dict[str, int], scheme: str
) -> None:
    async with open_page("/search", language=language, size=size, scheme=scheme) as page:
        for path in PAGES:
            await page.goto(path)
            await reads_well(page)
