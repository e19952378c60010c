"""Whatever people and machines write, pages show it as text: it never becomes markup."""

import re
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import httpx
import msgspec
import pytest
from fastapi import FastAPI
from small_hub import START, admin_of, small_hub
from supply_chain import Line, enter_companies
from supply_chain_plans import PLANS

from hub.entry.master import add_organisation, add_plant
from hub.pages.site import create_site
from traceability.identifier.item import lot_uri, unit_uri
from traceability.record.production import Component, Picture, PicturesRecord
from traceability.unit import Verdict

EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}%(x)s</script><svg/onload=a()>"
SERIAL = "\"><svg/onload=a()>'"  # what a GS1 serial may hold
LOT = "<b>&'\"/lot"
GTIN, LOT_GTIN = "09506000134352", "09506000134390"


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.bad: list[str] = []
        self.in_data = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        foreign = tag in ("img", "b", "iframe") or any(name.startswith("on") for name in names)
        own_script = names.get("type") == "application/json" or (names.get("src") or "").startswith("/static/")
        if foreign or (tag == "script" and not own_script):
            self.bad.append(self.get_starttag_text() or tag)
        for name in ("href", "src", "action"):
            if not re.match(r"(/(?!/)|#|\?|$)", names.get(name) or ""):
                self.bad.append(f"{tag} {name}={names[name]}")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    hub = small_hub(tmp_path_factory.mktemp("hostile") / "hub")
    enter_companies(hub)
    add_organisation(hub, "supplier-a", EVIL, EVIL)
    add_plant(hub, "supplier-a.machining", organisation="supplier-a", name=EVIL, name_zh=EVIL)
    plan = PLANS["supplier-a"]
    operations = tuple(msgspec.structs.replace(each, name=EVIL, name_zh=EVIL) for each in plan.operations)
    characteristics = tuple(msgspec.structs.replace(each, name=EVIL) for each in plan.characteristics)
    evil_plan = msgspec.structs.replace(
        plan, name=EVIL, name_zh=EVIL, operations=operations, characteristics=characteristics
    )
    line = Line(hub, "supplier-a", evil_plan)
    for number, serial in enumerate((SERIAL, "H-2")):
        unit = unit_uri(GTIN, serial)
        at = START - timedelta(minutes=number)
        identity = line.result(unit, "OP20", at, values={"bore": 25.03}, verdict=Verdict.NOT_OK, defect=EVIL)
        component = Component(item=lot_uri(LOT_GTIN, LOT), position=EVIL, quantity="1", uom="<i>kg</i>")
        line.joined(identity, unit, "OP20", at, component)
        picture = Picture(sha256="sha256:" + "0" * 64, size=1, position=EVIL, reason=EVIL)
        line.write(PicturesRecord, identity=identity, at=at, unit=unit, operation="OP20", pictures=(picture,))
    line.claim()
    return create_site(hub)


PLANT = "supplier-a.machining"
BASE = f"/api/v1/plants/{PLANT}"
TARGET = {"reference": {"metric": "first-pass-yield", "operation": EVIL}, "direction": "up", "value": "0.9"}
FORMS = {
    f"{BASE}/knowledge": {
        "title": EVIL, "problem": EVIL, "cause": EVIL, "action": EVIL, "result": EVIL, "evidence": [EVIL], "by": EVIL,
        "part": EVIL, "characteristic": EVIL, "defect": EVIL, "operation": EVIL, "machine_type": EVIL,
    },
    f"{BASE}/improvements": {
        "title": EVIL, "weak_point": {"subject": EVIL, "found": EVIL, "effect": EVIL}, "owner": EVIL, "by": EVIL,
        "description": EVIL, "target": TARGET | {"by_when": "2026-12-31"},
    },
    f"{BASE}/indicators": {
        "id": EVIL, "name": EVIL, "name_zh": EVIL, "uom": "<b>kg</b>", "owner": EVIL, "source": EVIL,
        "frequency": "month", "entered_by": EVIL,
    },
    f"{BASE}/targets": {
        "id": EVIL, "name": EVIL, "metric": "first-pass-yield", "line": EVIL, "operation": EVIL, "direction": "higher",
        "value": "0.9", "first": "2026-01-01", "owner": EVIL, "entered_by": EVIL,
    },
    f"{BASE}/costs": {
        "activity": "training", "amount": "10.00", "accrued_on": "2026-02-01", "evidence": EVIL, "entered_by": EVIL,
        "operation": EVIL, "supplier": EVIL, "cause": EVIL,
    },
    f"{BASE}/losses": {
        "item": "scrap", "amount": "10.00", "accrued_on": "2026-02-01", "evidence": EVIL, "entered_by": EVIL,
        "operation": EVIL, "supplier": EVIL,
    },
    "/api/v1/requirements": {
        "customer": "oem", "supplier": "supplier-a", "part": f"https://id.gs1.org/01/{GTIN}", "title": EVIL, "by": EVIL,
        "terms": {
            "text": EVIL, "valid_from": "2026-01-01",
            "indicators": [{"name": EVIL, "metric": "fpy", "target": "0.9", "operation": EVIL}],
        },
    },
}  # fmt: skip
"""What the newer routes take, hostile in every field that is free."""
OF_PLANT = (
    "costs", "costs/entries", "losses", "indicators", "targets", "improvements", "improvements/new?kind=x",
    "weak-points", "design", "gauges", "characteristics", "level", "self-assessment", "declaration", "alarms", "now",
    "reviews", "reviews/2026", "incoming",
)  # fmt: skip

SHOWING = ("costs/entries", "losses", "indicators", "targets", "improvements")

UNIT_PAGE = f"/01/{GTIN}/21/{quote(SERIAL, safe='')}"
HOSTILE_PAGES = [
    "/",
    UNIT_PAGE,
    f"/01/{LOT_GTIN}/10/{quote(LOT, safe='')}",
    "/plants/supplier-a.machining",
    "/suppliers",
    "/suppliers/supplier-a.machining?days=365",
    "/suppliers/supplier-a.machining/characteristics/bore?lot=" + quote(EVIL),
    "/compare?plant=supplier-a.machining&plant=" + quote(EVIL),
    "/subscriptions?plant=" + quote(EVIL),
    "/views?address=" + quote(EVIL),
    "/search?q=" + quote(EVIL),
    "/search?q=supplier",
    "/search?q=%3Csvg",
    "/plants/" + quote(EVIL, safe=""),
    f"/01/{GTIN}/21/{quote(EVIL, safe='')}",
    "/" + quote(EVIL, safe=""),
]
NEWER_PAGES = [
    *(f"/plants/{PLANT}/{page}" for page in OF_PLANT),
    f"/plants/{PLANT}/indicators?show={quote(EVIL)}&operation={quote(EVIL)}",
    f"/plants/{PLANT}/targets?target={quote(EVIL)}",
    f"/plants/{PLANT}/costs/benefit?since=2026-01-01&cause={quote(EVIL)}",
    f"/plants/{PLANT}/now?line={quote(EVIL)}",
    "/knowledge",
    "/knowledge?q=" + quote(EVIL),
    "/requirements",
    "/configurations/new?name=" + quote(EVIL),
    "/fleet",
    "/comparison",
    "/common",
]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("path", HOSTILE_PAGES)
async def test_hostile_text_stays_text(hostile: FastAPI, path: str, language: str) -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(hostile),
        base_url="http://127.0.0.1",
        headers={"Accept": "text/html", "Accept-Language": language},
        follow_redirects=True,
    ) as client:
        page = await client.get(path)
    assert "text/html" in page.headers["content-type"]
    assert Tags(page.text).bad == []


async def fill_in(operator: httpx.AsyncClient) -> list[str]:
    """The newer forms; the pages of what has one of its own."""
    pages = []
    for path, form in FORMS.items():
        made = await operator.post(path, json=form)
        assert made.status_code == 201, (path, made.text)
        name = path.rpartition("/")[2]
        if name in ("knowledge", "requirements"):
            pages.append(f"/{name}/{made.json()['id']}")
        elif name == "improvements":
            pages.append(f"/plants/{PLANT}/{name}/{made.json()['id']}")
    return pages


async def test_what_is_written_into_forms_stays_text(hostile: FastAPI) -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(hostile), base_url="http://127.0.0.1", headers=admin_of(hostile.state.hub)
    ) as client:
        own = await fill_in(client)
        client.headers["Accept"] = "text/html"
        found = {path: await client.get(path) for path in (*NEWER_PAGES, *own)}
    assert {path: page.status_code for path, page in found.items() if page.status_code >= 500} == {}
    assert {path: bad for path, page in found.items() if (bad := Tags(page.text).bad)} == {}
    shown = {path for path, page in found.items() if EVIL in unescape(page.text)}
    assert {*own, "/knowledge", "/requirements", *(f"/plants/{PLANT}/{page}" for page in SHOWING)} <= shown


async def test_hostile_text_is_shown_as_it_was_written(hostile: FastAPI) -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(hostile), base_url="http://127.0.0.1", headers={"Accept": "text/html"}
    ) as client:
        page = (await client.get(UNIT_PAGE)).text
        home = (await client.get("/")).text
    text = unescape(re.sub(r"<[^>]*>", "", page))
    assert SERIAL in text
    assert EVIL in text
    assert EVIL in unescape(re.sub(r"<[^>]*>", "", home))


async def test_the_command_to_copy_holds_nothing_a_shell_would_run(hostile: FastAPI) -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(hostile), base_url="http://127.0.0.1", headers={"Accept": "text/html"}
    ) as client:
        page = (await client.get(UNIT_PAGE)).text
    command = unescape(re.search(r'id="verify">([^<]*)<', page)[1])
    assert re.fullmatch(r"zhuoyue-verify evidence-[A-Za-z0-9._-]+\.json --log-key [A-Za-z0-9@%+=:,./_-]+", command)


def test_no_template_turns_escaping_off() -> None:
    folder = Path(create_site.__code__.co_filename).parent / "templates"
    unsafe = re.compile(r"\|\s*safe\b|autoescape|Markup")
    assert [path.name for path in folder.rglob("*.html") if unsafe.search(path.read_text(encoding="utf-8"))] == []
