"""Notifications through the API of a real hub."""

import re
from datetime import timedelta

import msgspec
import pytest
from small_hub import GTIN, START, admin_of, client_of, projection_of, small_agent, small_hub

from hub.entry.master import add_organisation
from hub.notify.letters import write_due_letters
from hub.notify.remind import remind
from hub.projection.rebuild import rebuild
from traceability.identifier.item import lot_uri, unit_uri
from traceability.record.production import AssociationRecord, Component

UNIT = unit_uri(GTIN, "S-1")
FORM = {
    "type": "INVESTIGATION", "severity": "MAJOR", "sender": "oem", "receiver": "tier-1", "title": "Cracked housing",
    "description": "Cracks at the flange.", "items": [UNIT, "urn:epc:id:sgtin:9506000.013435.S-1"],
    "target_date": "2026-03-10", "by": "op-7",
}  # fmt: skip


@pytest.fixture
def chain(hub):
    for name in ("oem", "tier-1", "tier-2"):
        add_organisation(hub, name, name.upper())
    return hub


@pytest.fixture
async def api(chain):
    async with client_of(chain) as client:
        client.headers.update(admin_of(chain))
        yield client


async def made(api, **changes):
    answer = await api.post("/api/v1/notifications", json=FORM | changes)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def moved(api, identity, to, side, reason="because"):
    form = {"to": to, "side": side, "by": "op-7", "reason": reason}
    return await api.post(f"/api/v1/notifications/{identity}/transitions", json=form)


async def view(api, identity):
    answer = await api.get(f"/api/v1/notifications/{identity}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_it_is_told_answered_and_closed(api):
    identity = await made(api)
    for to, side in [("SENT", "sender"), ("RECEIVED", "receiver"), ("ACKNOWLEDGED", "receiver"),
                     ("ACCEPTED", "receiver"), ("CLOSED", "sender")]:  # fmt: skip
        answer = await moved(api, identity, to, side)
        assert answer.status_code == 201, answer.text
    now = await view(api, identity)
    assert now["state"] == "CLOSED"
    assert now["content"]["items"] == [UNIT]
    assert [change["disputed"] for change in now["history"]] == [None] * 5


async def test_what_a_side_may_not_do_is_refused_with_advice(api):
    identity = await made(api)
    answer = await moved(api, identity, "SENT", "receiver")
    assert answer.status_code == 422
    assert "only the sender" in answer.json()["detail"]
    assert answer.json()["advice"]


@pytest.mark.parametrize(("field", "value"), [("receiver", "nobody"), ("receiver", "oem"), ("items", ["nonsense"])])
async def test_what_cannot_be_told_is_refused_and_nothing_is_kept(api, field, value):
    answer = await api.post("/api/v1/notifications", json=FORM | {field: value})
    assert answer.status_code == 422, answer.text
    assert (await api.get("/api/v1/notifications")).json()["total"] == 0


async def test_lists_by_side_state_and_item(api):
    first, second = await made(api), await made(api, items=[lot_uri(GTIN, "L1")], type="ALERT")
    await moved(api, first, "SENT", "sender")

    async def ids(**query):
        return [each["id"] for each in (await api.get("/api/v1/notifications", params=query)).json()["notifications"]]

    assert set(await ids(party="tier-1")) == {first, second}
    assert await ids(state="SENT") == [first]
    assert await ids(item=UNIT) == [first]
    assert await ids(type="ALERT") == [second]
    assert await ids(sender="tier-2") == []


async def test_8d_with_evidence_and_a_file_that_comes_back_as_it_went(api):
    identity = await made(api)
    path = f"/api/v1/notifications/{identity}/attachments"
    answer = await api.put(f"{path}/..%5Cevil%00.pdf", params={"side": "receiver", "by": "q"}, content=b"%PDF-1.7 x")
    assert answer.status_code == 201, answer.text
    [kept] = (await view(api, identity))["attachments"]
    assert kept["media_type"] == "application/pdf"
    assert kept["name"] == "evil.pdf"
    back = await api.get(f"{path}/{kept['sha256']}")
    assert back.content == b"%PDF-1.7 x"
    assert back.headers["content-disposition"].startswith("attachment")
    step = {"discipline": 4, "status": "done", "text": "Porosity", "side": "receiver", "by": "q"}
    refused = await api.post(f"/api/v1/notifications/{identity}/8d", json=step | {"evidence": ["sha256:" + "0" * 64]})
    assert refused.status_code == 422
    taken = await api.post(f"/api/v1/notifications/{identity}/8d", json=step | {"evidence": [kept["sha256"]]})
    assert taken.status_code == 201, taken.text
    [entry] = (await view(api, identity))["steps"]
    assert entry["entry"]["text"] == "Porosity"


@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00", b"\x00\x01\x02", b"<html>\x1b"])
async def test_files_of_other_kinds_are_not_taken(api, content):
    identity = await made(api)
    answer = await api.put(f"/api/v1/notifications/{identity}/attachments/a.txt",
                           params={"side": "sender", "by": "q"}, content=content)  # fmt: skip
    assert answer.status_code == 422


async def test_a_file_changed_on_disk_is_not_handed_out(api, chain):
    identity = await made(api)
    path = f"/api/v1/notifications/{identity}/attachments"
    await api.put(f"{path}/a.txt", params={"side": "sender", "by": "q"}, content=b"text")
    [kept] = (await view(api, identity))["attachments"]
    [file] = [p for p in (chain.settings.data / "attachments").rglob("*") if p.is_file()]
    file.write_bytes(b"test")
    assert (await api.get(f"{path}/{kept['sha256']}")).status_code == 404


async def test_the_next_tier_learns_what_is_named_and_nothing_else(api, chain):
    agent = small_agent(chain)
    casting = lot_uri("09506000134369", "L7")
    link = AssociationRecord(
        id="r", parent=UNIT, operation="OP10", components=(Component(item=casting),), **agent.stamp()
    )
    await api.post("/api/v1/batches", content=agent.seal(link))
    identity = await made(api)
    form = {"receiver": "tier-2", "title": "Your castings", "items": [casting], "by": "q"}
    answer = await api.post(f"/api/v1/notifications/{identity}/forward", json=form)
    assert answer.status_code == 201, answer.text
    child = await view(api, answer.json()["id"])
    assert child["content"]["sender"] == "tier-1"
    assert "Cracks" not in str(child)
    assert "oem" not in str(child["content"])
    assert (await view(api, identity))["forwarded_to"][0]["receiver"] == "tier-2"
    stranger = form | {"items": [unit_uri(GTIN, "other")]}
    assert (await api.post(f"/api/v1/notifications/{identity}/forward", json=stranger)).status_code == 422


async def test_without_the_token_nothing_is_read_or_written(chain):
    async with client_of(chain) as client:
        assert (await client.get("/api/v1/notifications")).status_code == 401
        assert (await client.post("/api/v1/notifications", json=FORM)).status_code == 401


async def test_an_agent_cannot_speak_for_companies(api, chain):
    from traceability.record.notification import NotificationContent, NotificationRecord, NotificationType, Severity

    agent = small_agent(chain)
    content = NotificationContent(type=NotificationType.ALERT, severity=Severity.MINOR, sender="oem", receiver="tier-1",
                                  title="t", description="")  # fmt: skip
    await api.post(
        "/api/v1/batches", content=agent.seal(NotificationRecord(id="n", content=content, by="x", **agent.stamp()))
    )
    assert (await api.get("/api/v1/notifications")).json()["total"] == 0
    assert "hub alone" in projection_of(chain)["quarantine"][0]["reason"]


async def test_rebuilding_changes_nothing(api, chain):
    identity = await made(api)
    await moved(api, identity, "SENT", "sender")
    before, shown = projection_of(chain), await view(api, identity)
    rebuild(chain)
    assert projection_of(chain) == before
    assert await view(api, identity) == shown


async def test_one_reminder_for_each_date_and_one_letter_for_each_address(api, chain):
    identity = await made(api)
    await moved(api, identity, "SENT", "sender")
    contact = {"mail": "q@tier-1.example", "webhook": "http://127.0.0.1:9/hook"}
    assert (await api.put("/api/v1/organisations/tier-1/contact", json=contact)).status_code == 204
    later = msgspec.structs.replace(chain, clock=lambda: START + timedelta(days=9))
    assert remind(chain) == 0
    assert remind(later) == 1
    assert remind(later) == 0
    write_due_letters(later)
    write_due_letters(later)
    letters = (await api.get(f"/api/v1/notifications/{identity}/letters")).json()
    assert sorted((each["channel"], each["state"]) for each in letters) == [
        ("mail", "waiting"), ("mail", "waiting"), ("webhook", "waiting"), ("webhook", "waiting")]  # fmt: skip
    assert len({re.sub("[^!-~]", "", each["subject"]) for each in letters}) == 1


async def test_from_hub_to_hub_and_back(api, chain, tmp_path):
    partner = small_hub(tmp_path / "partner")
    try:
        for name in ("oem", "tier-1"):
            add_organisation(partner, name, name)
        identity = await made(api)
        await moved(api, identity, "SENT", "sender")
        async with client_of(partner) as theirs:
            theirs.headers.update(admin_of(partner))
            await carry(api, chain, theirs, identity, "oem")
            assert (await moved(theirs, identity, "ACKNOWLEDGED", "receiver")).status_code == 201
            await carry(theirs, partner, api, identity, "tier-1")
            await carry(theirs, partner, api, identity, "tier-1")
            ours, other = await view(api, identity), await view(theirs, identity)
            assert ours["state"] == other["state"] == "ACKNOWLEDGED"
            assert ours["content_hash"] == other["content_hash"]
            assert ours["history"] == other["history"]
            await refuse_forged(api, chain, theirs, identity)
    finally:
        partner.store.close()


async def carry(source, hub, target, identity, partner):
    from traceability.encoding import to_base64

    file = await source.get(f"/api/v1/notifications/{identity}/file")
    query = {"partner": partner, "hub_key": to_base64(hub.signer.public_key)}
    answer = await target.post("/api/v1/notification-files", params=query, content=file.content)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refuse_forged(api, chain, theirs, identity):
    """The sender's hub says that the receiver accepted: the receiver's hub does not believe it."""
    from traceability.encoding import to_base64

    assert (await moved(api, identity, "ACCEPTED", "receiver")).status_code == 201
    file = (await api.get(f"/api/v1/notifications/{identity}/file")).content
    query = {"partner": "oem", "hub_key": to_base64(chain.signer.public_key)}
    answer = await theirs.post("/api/v1/notification-files", params=query, content=file)
    assert answer.status_code == 422
    assert (await view(theirs, identity))["state"] == "ACKNOWLEDGED"
    broken = await theirs.post("/api/v1/notification-files", params=query, content=file.replace(b"A", b"B", 1))
    assert broken.status_code in {400, 403}
