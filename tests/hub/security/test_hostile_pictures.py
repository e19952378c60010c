"""Pictures of strangers: kept as they are, never run, never decoded by the hub, handed out only as files."""

import struct
import zlib
from urllib.parse import quote

import pytest
from small_hub import admin_of
from small_people import csrf

from hub.accounts.permission import Role
from hub.entry.master import add_organisation

PNG = b"\x89PNG\r\n\x1a\n"
SCRIPT = b"<script>alert(document.cookie)</script>"
GIANT = PNG + struct.pack(">I", 13) + b"IHDR" + struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 16, 6, 0, 0, 0)
BOMB = PNG + zlib.compress(b"\x00" * 5_000_000)
HARMLESS = {"image/png", "image/jpeg", "application/octet-stream", "application/pdf", "application/zip", "text/plain"}
HOSTILE = {
    "photo.png.html": SCRIPT,
    "photo.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>" + SCRIPT + b"</svg>",
    "polyglot.png": PNG + SCRIPT,
    "polyglot.jpg": b"\xff\xd8\xff\xe0" + SCRIPT,
    "page.gif": b"GIF89a/*" + SCRIPT,
    "giant.png": GIANT,
    "bomb.png": BOMB,
    "empty.png": b"",
    "../../../../etc/cron.d/x": b"* * * * * root true",
    "..\\..\\hub.key": b"x",
    "nul\x00.png": PNG,
    "line\r\nSet-Cookie: a=b.png": PNG,
    "\u202egnp.exe": b"MZ",
    "=cmd|' /C calc'!A0.png": PNG,
    "x" * 5000 + ".png": PNG,
}


@pytest.fixture
async def notified(people):
    """Somebody who may attach to a notification of the own company."""
    add_organisation(people.hub, "oem", "OEM")
    people.known("a", Role.QUALITY, organisation="oem")
    form = {
        "type": "ALERT", "severity": "MINOR", "sender": "oem", "receiver": "plant-a-company", "title": "t",
        "description": "d", "by": "x",
    }  # fmt: skip
    async with people.browser(**admin_of(people.hub)) as operator:
        identity = (await operator.post("/api/v1/notifications", json=form)).json()["id"]
    async with people.signed_in("a") as browser:
        browser.headers.update({"Accept": "application/json", "X-CSRF-Token": await csrf(browser)})
        yield people, browser, f"/api/v1/notifications/{identity}"


async def test_hostile_pictures_are_files_and_nothing_else(notified):
    people, browser, base = notified
    data = people.hub.settings.data
    outside = {path for path in data.parent.rglob("*") if data not in path.parents and path != data}
    for name, content in HOSTILE.items():
        answer = await browser.put(
            f"{base}/attachments/{quote(name, safe='')}?side=sender&by=x",
            content=content,
            headers={"Content-Type": "image/png"},
        )
        assert answer.status_code < 500, (name, answer.text)
    kept = (await browser.get(base)).json()["attachments"]
    assert len(kept) >= 8
    for one in kept:
        assert "/" not in one["name"]
        assert "\\" not in one["name"]
        assert one["name"].isprintable()
        file = await browser.get(f"{base}/attachments/{one['sha256']}")
        assert file.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
        assert file.headers["x-content-type-options"] == "nosniff"
        assert file.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert file.headers["content-type"].partition(";")[0] in HARMLESS
        assert "set-cookie" not in file.headers
    now_outside = {path for path in data.parent.rglob("*") if data not in path.parents and path != data}
    assert now_outside == outside


async def test_a_picture_beyond_the_limit_is_refused(notified):
    _, browser, base = notified
    answer = await browser.put(f"{base}/attachments/big.png?side=sender&by=x", content=PNG + b"x" * (11 * 1024 * 1024))
    assert answer.status_code in (413, 422)
