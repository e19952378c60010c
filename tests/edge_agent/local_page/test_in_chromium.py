"""The page in a real browser: fits a line PC and a phone, readable in the light and in the dark, from afar."""

from pathlib import Path

import pytest
from seen_pages import fits
from small_page import served

CONTRAST = (Path(__file__).parents[2] / "browser" / "contrast.js").read_text(encoding="utf-8")
pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("which", ["status", "bad"])
async def test_it_fits_and_reads_well(which, scheme, request, chromium):
    status = request.getfixturevalue(which)

    async def source():
        return status

    seen = []
    async with served(source) as client:
        for width, language in ((1366, "zh-CN"), (390, "en-US"), (320, "en-US")):
            size = {"width": width, "height": 768}
            context = await chromium.new_context(viewport=size, locale=language, color_scheme=scheme)
            page = await context.new_page()
            page.on("console", lambda message: seen.append(message.text))
            await page.goto(str(client.base_url))
            await fits(page)
            assert await page.evaluate(CONTRAST) == []
            answer = await page.evaluate("parseFloat(getComputedStyle(document.querySelector('h1')).fontSize)")
            largest = await page.evaluate("parseFloat(getComputedStyle(document.querySelector('.figure')).fontSize)")
            assert answer >= 28
            assert largest >= 48
            assert await page.evaluate("document.documentElement.lang") == language.replace("-US", "")
            await context.close()
    assert seen == []
