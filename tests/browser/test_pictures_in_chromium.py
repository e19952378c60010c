"""Pictures of a vision station in a browser: seen small on the page and on one sheet, opened as they were signed."""

import re
import threading
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import pytest
import uvicorn
from playwright.async_api import expect
from seen_pages import follow, reads_well
from small_hub import small_hub
from sqlalchemy import select
from supply_chain import DRIVE, supply_chain

from hub.pages.site import create_site
from hub.picture.folder import small_place
from hub.serve import listen, url_of
from hub.store.core.instant import to_micros
from hub.store.production.pictures import FileRow, put_file
from hub.store.tables.production import picture
from traceability.identifier.item import unit_uri
from traceability.picture import Fate

pytestmark = pytest.mark.browser
SERIAL = "D-00004"
UNIT = f"/01/{DRIVE}/21/{SERIAL}"
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A supply chain whose pictures are here, as if agents had brought them."""
    hub = small_hub(tmp_path_factory.mktemp("pictures") / "hub")
    supply_chain(hub, 12)
    small = cv2.imencode(".jpg", np.full((360, 480, 3), 120, np.uint8))[1].tobytes()
    with hub.store.writing() as connection:
        for row in connection.execute(select(picture).where(picture.c.unit == unit_uri(DRIVE, SERIAL))).all():
            here = {"fate": Fate.WHOLE, "at": to_micros(hub.clock()), "kind": "PNG", "width": 1600, "height": 1200}
            names = {name: getattr(row, name) for name in ("batch_id", "line", "sha256", "plant")}
            put_file(connection, FileRow(**names, **here))
            place = small_place(hub.settings.data, row.plant, row.sha256)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(small)
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(create_site(hub), log_config=None, ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield url_of(listener)
    server.should_exit = True
    thread.join(60)
    listener.close()
    hub.store.close()


@pytest.mark.parametrize(("language", "size"), [("en", {"width": 1366, "height": 800}), ("zh-CN", PHONE)])
async def test_pictures_stand_on_the_page_and_read_well(open_page: Any, language: str, size: dict[str, int]) -> None:
    async with open_page(UNIT, language=language, size=size) as page:
        shots = page.locator(".shot__picture")
        await shots.first.scroll_into_view_if_needed()
        await expect(shots.first).to_have_js_property("naturalWidth", 480)
        assert await shots.count() >= 1
        await reads_well(page)


async def test_the_report_with_pictures_fits_one_sheet(open_page: Any) -> None:
    async with open_page(UNIT, size={"width": 1366, "height": 800}) as page:
        await follow(page, page.locator(f'a[href="/report{UNIT}"]'))
        await expect(page.locator(".report__shots img").first).to_have_js_property("naturalWidth", 480)
        sheet = await page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
