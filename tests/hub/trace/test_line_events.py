"""Codes read, holds and refusals of the interlock on the unit's page and the plant's; units without a GTIN."""

import httpx
import pytest
from small_chain import HOUSING, Line, housing, small_chain, steel

from hub.pages.site import create_site
from hub.parts import Hub
from hub.search.find import search
from hub.trace.known import Moment
from hub.trace.line import holds_on, plant_holds
from hub.trace.pages import unit_view
from traceability.encoding import to_base64
from traceability.record.production import (
    AssociationRecord,
    CodesRecord,
    Component,
    HoldRecord,
    HoldScope,
    HoldState,
    InterlockRefusalRecord,
    ReadSymbol,
    UnitResultRecord,
)
from traceability.unit import Verdict

OWN_PART = "urn:zhuoyue:id:acme:part:4711"
OWN_UNIT = "urn:zhuoyue:id:acme:unit:4711:AB%2F1"
OWN_LOT = "urn:zhuoyue:id:acme:lot:4711:L7"
OWN_PAGE = "/item/urn%3Azhuoyue%3Aid%3Aacme%3Aunit%3A4711%3AAB%252F1"


def hold(line: Line, name: str, target: str, scope: HoldScope, state: HoldState = HoldState.PLACED) -> None:
    line.put(HoldRecord, id=name, scope=scope, target=target, state=state, by="p-17", reason=f"{state} for {name}")


def browser(hub: Hub, language: str = "en") -> httpx.AsyncClient:
    headers = {"Accept": "text/html", "Accept-Language": language}
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(create_site(hub)), base_url="http://127.0.0.1", headers=headers
    )


def stopped(hub: Hub) -> Line:
    """A housing with a code, holds on it, its lot and its station, and a refusal."""
    chain = small_chain(hub)
    chain.make_housing("H1")
    line = chain.supplier
    symbols = (
        ReadSymbol(symbology="]d2", bytes_base64=to_base64(b"0109506000134352\x1d21H1"), item=housing("H1")),
        ReadSymbol(symbology="]C0", bytes_base64=to_base64(b"<script>"), item=None),
    )
    line.put(CodesRecord, id="r1", unit=housing("H1"), operation="OP10", reader="scanner-1", symbols=symbols)
    hold(line, "hold-1", housing("H1"), HoldScope.UNIT)
    hold(line, "hold-2", steel("L1"), HoldScope.LOT)
    hold(line, "hold-3", "OP10", HoldScope.STATION)
    line.put(
        InterlockRefusalRecord, id="no-1", unit=housing("H1"), serial="H1", operation="OP20", work_cell="line/OP20",
        code=7, reason="the unit is on hold: hold-1",
    )  # fmt: skip
    hold(line, "hold-1", housing("H1"), HoldScope.UNIT, HoldState.RELEASED)
    line.send()
    return line


def test_a_unit_shows_what_was_read_of_it_what_held_it_and_where_it_was_refused(hub: Hub) -> None:
    stopped(hub)
    with hub.store.reading() as connection:
        view = unit_view(connection, HOUSING, "H1")
    (codes,), (refusal,) = view.codes, view.refusals
    assert (codes.reader, codes.operation) == ("scanner-1", "OP10")
    assert [symbol.text for symbol in codes.symbols] == ["0109506000134352<GS>21H1", "<script>"]
    assert codes.symbols[0].url == f"/01/{HOUSING}/21/H1"
    assert (refusal.operation, refusal.code, refusal.reason) == ("OP20", 7, "the unit is on hold: hold-1")
    assert [(each.target, each.is_open, each.release_reason) for each in view.holds] == [
        (steel("L1"), True, None),
        (housing("H1"), False, "released for hold-1"),
    ]
    assert (view.holds[1].label, view.holds[1].placed_by) == ("H1", "p-17")


def test_as_it_was_before_the_release(hub: Hub) -> None:
    line = stopped(hub)
    with hub.store.reading() as connection:
        (released,) = holds_on(connection, [housing("H1")])
        assert released.placed_at is not None
        (then,) = holds_on(connection, [housing("H1")], Moment(as_of=released.placed_at))
    assert (released.is_open, then.is_open, line.agent.author) == (False, True, released.author)


def test_a_plant_lists_its_open_holds_latest_first(hub: Hub) -> None:
    stopped(hub)
    with hub.store.reading() as connection:
        found = plant_holds(connection, "supplier")
        assert [each.hold_id for each in found.holds] == ["hold-3", "hold-2"]
        assert (found.holds[0].label, found.holds[0].url, found.truncated) == ("OP10", None, False)
        assert plant_holds(connection, "supplier", most=1).truncated
        assert plant_holds(connection, "oem").holds == ()


@pytest.mark.parametrize(
    ("language", "held", "refused"), [("en", "on hold", "Holds and"), ("zh-CN", "扣留中", "扣留与")]
)
async def test_the_pages_say_so_in_both_languages(hub: Hub, language: str, held: str, refused: str) -> None:
    stopped(hub)
    async with browser(hub, language) as client:
        unit = (await client.get(f"/01/{HOUSING}/21/H1")).text
        plant = (await client.get("/plants/supplier")).text
    for text in (held, refused, "hold-1", "scanner-1", "&lt;script&gt;", "p-17"):
        assert text in unit
    assert "<script>&" not in unit
    assert held in plant
    assert "placed for hold-3" in plant


async def test_the_api_gives_the_same(hub: Hub) -> None:
    stopped(hub)
    async with browser(hub) as client:
        view = (await client.get(f"/api/v1/units/{HOUSING}/H1?check=false")).json()
        holds = (await client.get("/api/v1/plants/supplier/holds?limit=1")).json()
    assert [len(view[name]) for name in ("codes", "holds", "refusals")] == [1, 2, 1]
    assert (holds["truncated"], holds["holds"][0]["scope"]) == (True, "station")


def make_own(hub: Hub) -> None:
    line = small_chain(hub).supplier
    line.put(
        UnitResultRecord, id="own", unit=OWN_UNIT, part=OWN_PART, operation="OP10", work_cell="line/OP10",
        verdict=Verdict.OK, attempt=1,
    )  # fmt: skip
    component = Component(item=OWN_LOT, quantity="1", uom="kg")
    line.put(AssociationRecord, id="own", parent=OWN_UNIT, operation="OP10", components=(component,))
    line.send()


async def test_a_unit_without_a_gtin_has_its_page_its_evidence_and_its_lot(hub: Hub) -> None:
    make_own(hub)
    async with browser(hub) as client:
        page = await client.get(OWN_PAGE)
        lot = await client.get("/item/urn%3Azhuoyue%3Aid%3Aacme%3Alot%3A4711%3AL7")
        view = (await client.get(f"/api/v1/items/{OWN_PAGE.rpartition('/')[2]}")).json()
        evidence = await client.get(view["evidence"]["url"])
        uses = (await client.get("/api/v1/items/urn%3Azhuoyue%3Aid%3Aacme%3Alot%3A4711%3AL7/uses")).json()
    assert page.status_code == lot.status_code == evidence.status_code == 200
    assert "AB/1" in page.text
    assert OWN_PAGE in lot.text
    assert (view["serial"], view["gtin"], view["evidence"]["ok"]) == ("AB/1", "", True)
    assert [use["item"] for use in uses["uses"]] == [OWN_UNIT]


async def test_it_is_found_by_identity_and_by_serial(hub: Hub) -> None:
    make_own(hub)
    with hub.store.reading() as connection:
        for query in (OWN_UNIT, "AB"):
            hits = search(connection, query).hits
            assert [(hit.id, hit.url, hit.title) for hit in hits] == [(OWN_UNIT, OWN_PAGE, "AB/1")], query


async def test_identities_with_a_gtin_lead_to_their_digital_link_and_others_say_what_is_wrong(hub: Hub) -> None:
    stopped(hub)
    async with browser(hub) as client:
        there = await client.get("/item/https%3A%2F%2Fid.gs1.org%2F01%2F" + f"{HOUSING}%2F21%2FH1")
        nothing = await client.get("/item/urn%3Azhuoyue%3Aid%3Aacme%3Aunit%3A4711%3Anever")
        wrong = await client.get("/item/whatever")
        script = await client.get("/item/javascript%3Aalert(1)")
    assert (there.status_code, there.headers["location"]) == (303, f"/01/{HOUSING}/21/H1")
    assert nothing.status_code == 404
    assert {wrong.status_code, script.status_code} <= {400, 404, 422}
