"""Hostile text in every field that people fill in of a plant's quality, and the pages on which it comes back."""

from typing import Any
from urllib.parse import quote

import httpx
from small_hub import GTIN, admin_of

from hub.parts import Hub
from traceability.identifier.item import lot_uri, part_uri

PLANT, OEM = "supplier-a.machining", "oem.assembly"
DAY = "2026-01-05"


class _Desk:
    """Enters as the administrator; what is refused is an error here."""

    def __init__(self, client: httpx.Client, evil: str) -> None:
        self._client, self._evil = client, evil

    def send(self, path: str, **form: Any) -> Any:
        answer = self._client.post(f"/api/v1{path}", json=form)
        assert answer.is_success, (path, answer.text)
        return answer.json()

    def file(self, path: str, data: bytes, **query: str) -> Any:
        answer = self._client.post(f"/api/v1{path}", params=query, content=data)
        assert answer.is_success, (path, answer.text)
        return answer.json()


def entered(hub: Hub, address: str, evil: str) -> list[str]:
    """Enter ``evil`` wherever free text is taken; the paths of the pages that show it."""
    with httpx.Client(base_url=address, headers=admin_of(hub), timeout=60) as client:
        desk = _Desk(client, evil)
        _money(desk, evil)
        _figures(desk, evil)
        _things(desk, evil)
        turn = _improvement(desk, evil)
        between = _between(desk, evil)
        receipt = _incoming(desk, evil)
        files = _files(desk, evil)
    of_plant = [
        "costs", "costs?by=cause", "costs/entries", f"costs/benefit?since=2025-02-01&cause={quote(evil[:100])}",
        "losses", "indicators", "targets", "improvements", "improvements/new", "weak-points",
        "design", "reviews", "level", "self-assessment", "gauges", "files", "alarms", "now", "incoming",
        "incoming/supplies", "incoming/plans", "incoming/escapes", "characteristics", "characteristics/bore",
        f"losses?page={quote(evil)}", f"improvements?owner={quote(evil)}",
    ]  # fmt: skip
    return [
        *(f"/plants/{PLANT}/{page}" for page in of_plant), turn, *between, receipt, *files, "/knowledge",
        f"/knowledge?q={quote(evil[:100])}", "/comparison", "/requirements", "/requirements/new", "/notifications",
        f"/notifications/new?title={quote(evil[:100])}&item={quote(evil[:100])}&description={quote(evil)}", "/master",
        "/master/tool", "/master/files", f"/master/plant/item?about={quote(PLANT)}", "/fleet", "/rollouts",
        "/fleet/supplier-a.line-1", "/configurations", "/enrolment", "/subscriptions", "/views", "/common",
        f"/compare?plant={PLANT}&plant={OEM}", f"/suppliers/{PLANT}/characteristics/bore",
    ]  # fmt: skip


def _money(desk: _Desk, evil: str) -> None:
    base, by = f"/plants/{PLANT}", {"entered_by": "q7"}
    said = {"amount": "12.50", "accrued_on": DAY, "evidence": evil}
    place = {"operation": evil[:200], "supplier": evil[:200], "cause": evil[:200]}
    desk.send(f"{base}/costs", activity="audit", **said, **place, **by)
    loss = {"item": "scrap", "currency": "CNY", "operation": evil[:200], "supplier": evil[:200]}
    desk.send(f"{base}/losses", **loss, **said, **by)


def _figures(desk: _Desk, evil: str) -> None:
    base, by = f"/plants/{PLANT}", {"entered_by": "q7"}
    named = {"name": evil[:200], "name_zh": evil[:200], "owner": "q7", "source": evil[:200]}
    desk.send(f"{base}/indicators", id="series", **named, **by)
    value = {"first": "2025-10-01", "last": "2025-12-31", "value": "81", "evidence": evil}
    desk.send(f"{base}/indicators/series/values", **value, **by)
    target = {"id": "rty", "name": evil[:200], "metric": "rolled-throughput-yield", "direction": "higher"}
    desk.send(f"{base}/targets", value="0.9", first=DAY, owner=evil[:100], **target, **by)


def _things(desk: _Desk, evil: str) -> None:
    gauge = {"id": evil[:100], "name": evil[:200], "place": evil[:200]}
    answer = desk._client.post(f"/api/v1/plants/{PLANT}/gauges", json=gauge | {"entered_by": "q7"})
    assert answer.status_code in {201, 422}, answer.text
    cell = '"' + evil.replace('"', '""') + '"'
    table = f"plant,id,name,type,valid_from\n{PLANT},T9,{cell},{cell},{DAY}\n".encode()
    desk.file("/master/import", table, kind="tool", entered_by="q7", dry_run="false")


def _improvement(desk: _Desk, evil: str) -> str:
    base, weak = f"/plants/{PLANT}", {"kind": "operation", "subject": evil[:200], "found": evil[:200], "n": 4}
    begun = {"title": evil[:200], "owner": evil[:100], "weak_point": weak, "description": evil, "by": "q7"}
    one = desk.send(f"{base}/improvements", **begun)["id"]
    path = f"{base}/improvements/{one}"
    desk.send(f"{path}/team", owner=evil[:100], members=[evil[:100]], by="q7")
    desk.send(f"{path}/causes", text=evil, evidence=[evil[:200]], by="q7")
    desk.send(f"{path}/actions", text=evil, owner=evil[:100], due="2026-04-01", by="q7")
    desk.send(f"{path}/remarks", text=evil, by="q7")
    return path


def _between(desk: _Desk, evil: str) -> list[str]:
    indicator = {"name": evil[:100], "metric": "fpy", "target": "0.98", "operation": evil[:100]}
    terms = {"text": evil, "indicators": [indicator], "valid_from": "2026-01-01"}
    asked = {"customer": "oem", "supplier": "supplier-a", "part": part_uri(GTIN), "title": evil[:200], "by": "q7"}
    one = desk.send("/requirements", **asked, terms=terms)["id"]
    desk.send(f"/requirements/{one}/remarks", party="supplier", by="s1", text=evil)
    told = {"type": "INVESTIGATION", "severity": "MAJOR", "sender": "oem", "receiver": "supplier-a", "by": "q7"}
    mail = desk.send("/notifications", **told, title=evil[:200], description=evil, items=[part_uri(GTIN)])["id"]
    desk.send(f"/notifications/{mail}/transitions", to="SENT", side="sender", by="q7")
    desk.send(f"/notifications/{mail}/messages", side="sender", by="q7", text=evil)
    return [f"/requirements/{one}", f"/notifications/{mail}"]


def _incoming(desk: _Desk, evil: str) -> str:
    base, by = f"/plants/{PLANT}/incoming", {"entered_by": "q7"}
    bought = "09506000134376"
    plan = {"part": part_uri(bought), "characteristics": [{"name": evil[:100], "aql": "1.0"}], "valid_from": DAY}
    desk.send(f"{base}/plans", **plan, **by)
    items = [{"code": lot_uri(bought, "L1"), "quantity": 100}]
    one = desk.send(f"{base}/receipts", supplier="oem", delivery_note=evil[:100], received_on=DAY, items=items, **by)
    return f"{base}/receipts/{one['id']}"


def _files(desk: _Desk, evil: str) -> list[str]:
    query = {"kind": "losses", "entered_by": "q7", "name": evil[:200]}
    wrong = desk.file(
        f"/plants/{PLANT}/files", f'item,amount,date\n"{evil.replace(chr(34), "")}",x,y\n'.encode(), **query
    )
    return [f"/plants/{PLANT}/files/{wrong['id']}"]
