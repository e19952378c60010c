"""A unit among those made beside it: its day, its station, its report, and the failure that somebody reports of it."""

import re
from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from pathlib import Path

import httpx
import msgspec
import pytest
from counted import statements
from small_hub import client_of, small_hub
from small_people import People, csrf, people_of
from supply_chain import DRIVE, supply_chain

from hub.accounts.permission import Role
from hub.pages.after_sales.narrowed import Way, folded
from hub.pages.after_sales.strip import HEIGHT, WIDTH, strip
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.quality.field import failures_of_units
from hub.trace.day import UnitDay, unit_day
from hub.trace.pages import unit_view
from hub.trace.passes import PassesView
from hub.trace.pointer import Pointer
from hub.trace.views import LimitState, MeasurementView, UnitView
from traceability.identifier.item import unit_uri
from traceability.measurement import Status
from traceability.unit import Verdict

UNIT = f"/01/{DRIVE}/21/D-00004"
NAME = unit_uri(DRIVE, "D-00004")


async def told(hub: Hub, path: str, kind: type[msgspec.Struct]) -> msgspec.Struct:
    async with client_of(hub) as client:
        answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=kind)


async def units(hub: Hub) -> list[UnitView]:
    return [await told(hub, f"/api/v1/units/{DRIVE}/D-{n:05}", UnitView) for n in range(1, 13)]


def first_submissions(views: list[UnitView], characteristic: str) -> list[Decimal]:
    """What every unit measured when it was submitted first: the population, told in another way."""
    found = []
    for view in views:
        for result in view.results:
            if result.verdict in (Verdict.OK, Verdict.NOT_OK) and result.attempt == 1 and not result.flags:
                found += [v.value for v in result.measurements if v.characteristic == characteristic]
    return found


async def test_the_day_of_a_unit_counts_every_first_submission_beside_it(chain: Hub) -> None:
    day = await told(chain, f"/api/v1/units/{DRIVE}/D-00004/day", UnitDay)
    views = await units(chain)
    unit = views[3]
    noise = first_submissions(views, "noise")
    loud, quiet = [one for one in day.populations if one.characteristic == "noise"]
    values = [v.value for r in unit.results for v in r.measurements if v.characteristic == "noise"]
    for population, value in zip((loud, quiet), values, strict=True):
        assert population.n == len(noise) == 12
        assert population.below == sum(other < value for other in noise)
        assert population.above == sum(other > value for other in noise)
        assert population.outside == sum(other > Decimal(62) for other in noise) == 1
        assert (population.least, population.greatest) == (float(min(noise)), float(max(noise)))
        assert sum(each.count for each in population.bins) == population.n
    assert loud.above == 0


def test_its_statements_do_not_grow_with_its_values(chain: Hub) -> None:
    counts = set()
    with chain.store.reading() as connection:
        for serial in ("D-00004", "D-00001"):  # three values and two
            view = unit_view(connection, DRIVE, serial)
            counts.add(min(_counted(connection, view) for _ in range(3)))  # others of this process are counted, too
    assert len(counts) == 1
    assert counts.pop() <= 8


def _counted(connection: Reading, view: UnitView) -> int:
    with statements() as seen:
        unit_day(connection, view)
    return len(seen)


async def test_what_passed_the_station_that_hour(chain: Hub, reader: httpx.AsyncClient) -> None:
    page = (await reader.get(UNIT)).text
    link = unescape(re.search(r'href="(/passes/[^"]+)"', page)[1])
    asked = f"/api/v1/plants/oem.assembly/passes?{link.split('?', 1)[1]}"
    view = await told(chain, asked, PassesView)
    assert view.operation == "OP20"
    assert "D-00004" in {each.label for each in view.passes}
    assert view.begin <= min(each.event_time for each in view.passes)
    assert max(each.event_time for each in view.passes) < view.end
    listed = await reader.get(link)
    assert listed.status_code == 200
    assert f"{view.units} units passed" in listed.text
    csv = (await reader.get(f"{link}&table=passes&format=csv")).text
    assert csv.count("\n") == 1 + len(view.passes)


@pytest.mark.parametrize(
    "question",
    [
        "operation=OP20&begin=2026-03-01T08:00:00Z&end=2026-03-01T07:00:00Z",
        "operation=OP20&begin=2026-03-01T08:00:00Z&end=2027-03-01T07:00:00Z",
        "operation=OP20&begin=2026-03-01T08:00:00Z",
        "begin=0001-01-01T00:00:00Z&end=0001-01-02T00:00:00Z&operation=x",
    ],
)
async def test_a_time_that_is_none_is_refused(chain: Hub, question: str) -> None:
    async with client_of(chain) as client:
        assert (await client.get(f"/api/v1/plants/oem.assembly/passes?{question}")).status_code == 422


def test_the_genealogy_folds_by_its_address(chain: Hub) -> None:
    with chain.store.reading() as connection:
        graph = unit_view(connection, DRIVE, "D-00004").graph
    back = folded(graph, "back", "1")
    assert (back.way, back.levels) == (Way.BACK, 1)
    assert {node.depth for node in back.graph.nodes} == {0, -1}
    assert len(back.graph.nodes) + back.hidden == len(graph.nodes)
    assert all(link.parent == graph.start for link in back.graph.links)
    assert folded(graph, "sideways", "-3").graph == graph


async def test_the_page_without_scripts_shows_one_direction(reader: httpx.AsyncClient) -> None:
    page = (await reader.get(f"{UNIT}?way=forward")).text
    assert "M-0001" in page
    assert 'data-item="https://id.gs1.org/01/09506000134352/21/H-00004"' not in page
    assert "are folded away" in page


async def test_the_report_is_one_sheet_of_both_languages(reader: httpx.AsyncClient, chinese: httpx.AsyncClient) -> None:
    page = (await reader.get(f"/report{UNIT}")).text
    for said in ("Report of a unit", "D-00004", "Intact and in the log", "63.4", "L4700", "QR code"):
        assert said in page
    assert f"http://127.0.0.1{UNIT}" in page
    assert "单件报告" in (await chinese.get(f"/report{UNIT}")).text
    assert (await reader.get(f"/report/01/{DRIVE}/21/NONE")).status_code == 404


def value(at: str, **limits: str) -> MeasurementView:
    exact = {name: Decimal(limit) for name, limit in limits.items()}
    state = LimitState.WITHIN if exact else LimitState.NO_LIMITS
    return MeasurementView(
        characteristic="x", name="X", value=Decimal(at), uom="mm", status=Status.GOOD, state=state,
        pointer=Pointer(1, 2), **exact,
    )  # fmt: skip


async def test_a_strip_stands_on_the_scale_of_the_limits(chain: Hub) -> None:
    day = await told(chain, f"/api/v1/units/{DRIVE}/D-00004/day", UnitDay)
    torque = next(one for one in day.populations if one.characteristic == "torque")
    drawn = strip(value("8.0", lsl="7.4", usl="8.6"), torque)
    assert drawn.value == pytest.approx(WIDTH / 2)
    tops = [float(each) for each in re.findall(r"v-([0-9.]+)h", drawn.path)]
    assert max(tops) == HEIGHT
    assert len(tops) + drawn.beyond >= len(torque.bins)
    without = strip(value("99"), torque)
    assert 0 < without.value <= WIDTH
    assert strip(value("8.0", lsl="7.4", usl="8.6"), msgspec.structs.replace(torque, bins=(), n=0)) is None


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    hub = small_hub(tmp_path / "hub")
    supply_chain(hub, 2)
    made = people_of(hub)
    made.known("lin", Role.AFTER_SALES, organisation="oem")
    made.known("wang", Role.AFTER_SALES, organisation="supplier-a")
    made.known("gao", Role.VIEWER, organisation="oem")
    yield made
    hub.store.close()


FORM = "/field-failures/oem.assembly"
REPORTED = unit_uri(DRIVE, "D-00001")


async def reported(people: People, login: str, plant: str = "oem.assembly", **fields: str) -> httpx.Response:
    async with people.signed_in(login) as browser:
        given = {"unit": REPORTED, "failed_on": "2026-03-01", "mode": "<b>noise</b>", "csrf": await csrf(browser)}
        return await browser.post(f"/field-failures/{plant}", data=given | fields)


def claims(people: People) -> list[str]:
    with people.hub.store.reading() as connection:
        return [one.mode for one in failures_of_units(connection, [REPORTED])]


async def test_a_failure_is_reported_and_stands_on_the_units_page(people: People) -> None:
    answer = await reported(people, "lin", used="1204.5", uom="h")
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, f"/01/{DRIVE}/21/D-00001")
    assert claims(people) == ["<b>noise</b>"]
    async with people.signed_in("lin") as browser:
        page = (await browser.get(f"/01/{DRIVE}/21/D-00001")).text
        form = (await browser.get(FORM, params={"unit": REPORTED})).text
        common = (await browser.get("/common")).text
    assert "1 failure reported" in page
    assert "1,204.5 h" in page
    assert "&lt;b&gt;noise" in page
    assert "<b>noise" not in page + form + common
    assert 'name="claim"' in common


async def test_what_can_not_be_taken_is_said_and_nothing_is_lost(people: People) -> None:
    answer = await reported(people, "lin", used="many", uom="h", mode="hum")
    assert answer.status_code == 200
    assert "is no amount" in answer.text
    assert 'value="hum"' in answer.text
    assert (await reported(people, "lin", failed_on="2031-01-01")).text.count("yet to come") == 1
    assert claims(people) == []


@pytest.mark.parametrize(("login", "plant"), [("wang", "oem.assembly"), ("gao", "oem.assembly"), ("lin", "nowhere")])
async def test_others_report_nothing(people: People, login: str, plant: str) -> None:
    assert (await reported(people, login, plant)).status_code in (401, 403)
    assert claims(people) == []


async def test_a_report_from_another_site_is_refused(people: People) -> None:
    answer = await reported(people, "lin", csrf="guessed")
    assert answer.status_code == 403
    assert claims(people) == []
