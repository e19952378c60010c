"""The page by which a supplier without the software answers."""

import re
from datetime import timedelta

import httpx
import msgspec
import pytest
from small_hub import START, admin_of, small_hub

from hub.entry.master import add_organisation
from hub.pages.site import create_site

FORM = {
    "type": "ALERT", "severity": "CRITICAL", "sender": "oem", "receiver": "tier-1", "by": "op-7",
    "title": "<script>alert(1)</script>", "description": "Stop\nusing lot L7",
}  # fmt: skip


@pytest.fixture
def told(tmp_path):
    made = small_hub(tmp_path / "hub")
    for name in ("oem", "tier-1"):
        add_organisation(made, name, name)
    yield made
    made.store.close()


def site_of(hub):
    return httpx.AsyncClient(transport=httpx.ASGITransport(create_site(hub)), base_url="http://127.0.0.1")


async def sent(client, hub, days=30):
    admin = admin_of(hub)
    identity = (await client.post("/api/v1/notifications", json=FORM, headers=admin)).json()["id"]
    move = {"to": "SENT", "side": "sender", "by": "op-7"}
    await client.post(f"/api/v1/notifications/{identity}/transitions", json=move, headers=admin)
    link = await client.post(
        f"/api/v1/notifications/{identity}/guest-link", json={"days": days, "by": "op-7"}, headers=admin
    )
    assert link.status_code == 201, link.text
    return identity, link.json()["path"]


async def test_a_guest_reads_acknowledges_answers_and_attaches(told):
    async with site_of(told) as client:
        identity, path = await sent(client, told)
        for language, word in (("en", "quality alert"), ("zh-CN", "质量警报")):
            page = await client.get(path, headers={"Accept-Language": language})
            assert page.status_code == 200
            assert word in page.text.lower()
            assert "<script>alert" not in page.text
            assert "no-store" in page.headers["cache-control"]
            assert page.headers["referrer-policy"] == "no-referrer"
        answer = await client.post(f"{path}/transition", data={"to": "ACKNOWLEDGED"})
        assert (answer.status_code, answer.headers["location"]) == (303, path)
        await client.post(f"{path}/message", data={"text": "We <b>stopped</b>"})
        await client.post(f"{path}/8d", data={"discipline": "3", "status": "done", "text": "quarantined"})
        files = {"file": ("photo.png", b"\x89PNG\r\n\x1a\nrest", "text/html")}
        assert (await client.post(f"{path}/attachments", files=files)).status_code == 303
        page = (await client.get(path)).text
        assert "We &lt;b&gt;stopped" in page
        [href] = re.findall(r'href="([^"]*attachments/sha256:[^"]*)"', page)
        assert (await client.get(href)).headers["content-type"] == "image/png"
        now = (await client.get(f"/api/v1/notifications/{identity}", headers=admin_of(told))).json()
        assert now["state"] == "ACKNOWLEDGED"
        assert {(each["side"], each["by"]) for each in now["history"][-4:]} == {("receiver", "guest")}


async def test_a_guest_may_do_only_what_a_receiver_may(told):
    async with site_of(told) as client:
        _, path = await sent(client, told)
        for to in ("CLOSED", "CANCELED", "ACCEPTED"):
            assert (await client.post(f"{path}/transition", data={"to": to, "reason": "x"})).status_code == 422


async def test_links_end_are_revoked_and_cannot_be_guessed(told):
    async with site_of(told) as client:
        identity, path = await sent(client, told)
        assert (await client.get(path[:-1] + ("0" if path[-1] != "0" else "1"))).status_code == 404
        later = msgspec.structs.replace(told, clock=lambda: START + timedelta(days=30))
        async with site_of(later) as then:
            assert (await then.get(path)).status_code == 404
            assert (await then.post(f"{path}/message", data={"text": "x"})).status_code == 404
        await client.delete(
            f"/api/v1/notifications/{identity}/guest-link", params={"by": "op-7"}, headers=admin_of(told)
        )
        assert (await client.get(path)).status_code == 404


async def test_the_secret_is_nowhere_in_the_hub(told):
    async with site_of(told) as client:
        _, path = await sent(client, told)
    secret = path.rsplit("/", 1)[-1].encode()
    for file in told.settings.data.rglob("*"):
        if file.is_file():
            assert secret not in file.read_bytes()
