"""Charts of the own plant: frozen limits are never estimated again, points left out stay visible and stay graded."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from small_chain import HOUSING, Chain, small_chain
from small_hub import START, projection_of, small_hub
from small_people import csrf, people_of

from hub.accounts.permission import Role
from hub.errors import EntryRefused
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.spc.decide import FEWEST_POINTS, end_baseline, exclude, freeze, restore
from hub.spc.standing import own_chart
from hub.spc.strata import strata
from hub.spc.views import OwnChart
from hub.suppliers.asked import Asked, Chart, Rules, subject_of
from hub.suppliers.spread import capability
from traceability.identifier.item import unit_uri
from traceability.record.production import MeasuredValue, MeasurementsRecord
from traceability.record.spc import ValuePlace

ASKED = Asked(days=30)
WHERE = {"chart": Chart.I_MR, "reason": "study 12", "entered_by": "q7"}
OUTLIER = 25_012
PLANT = "supplier"


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Chain]:
    hub = small_hub(tmp_path / "hub")
    made = small_chain(hub)
    measured(made, range(40))
    yield made
    hub.store.close()


def measured(chain: Chain, numbers: range, *, shift: int = 0, outlier: int | None = None) -> None:
    """Bores around 25.000 mm, one a minute; two nests by turns."""
    line = chain.supplier
    for number in numbers:
        at = START - timedelta(days=1) + timedelta(minutes=number)
        serial = f"H{number}"
        result = line.result(serial, work_cell="press-1", event_time=at, tools=(f"nest-{number % 2}",))
        steps = OUTLIER if number == outlier else 25_000 + (number * 7 % 5) + shift
        value = MeasuredValue(characteristic="bore", value=steps, decimals=3, uom="mm")
        unit = unit_uri(HOUSING, serial)
        line.put(
            MeasurementsRecord, id=result, unit=unit, plan=line.plan, values=(value,), operation="OP10", event_time=at
        )
    line.send()


def drawn(hub: Hub, plant: str) -> OwnChart:
    with hub.store.reading() as connection:
        subject = subject_of(connection, plant, "bore", ASKED, hub.clock())
        return own_chart(connection, subject, Chart.I_MR, Rules.WESTERN_ELECTRIC)


def location(own: OwnChart) -> tuple[float, float]:
    line = own.chart.location
    assert line is not None
    return line.centre, line.sigma


def test_frozen_limits_are_never_estimated_again(chain: Chain) -> None:
    hub, plant = chain.hub, PLANT
    before = location(drawn(hub, plant))
    identity = freeze(hub, plant, "bore", ASKED, **WHERE)
    measured(chain, range(40, 80), shift=9)
    own = drawn(hub, plant)
    assert location(own) == pytest.approx(before, rel=1e-11)
    assert own.chart.baseline is not None
    assert (own.chart.baseline.id, own.chart.baseline.who, own.chart.baseline.why) == (identity, "q7", "study 12")
    assert own.chart.location is not None
    assert any(point.rules for point in own.chart.location.points[-40:]), "the shift is a signal by the old limits"
    (view,) = own.baselines
    assert (view.values, view.standing, view.subject.work_cell) == (40, True, "press-1")
    newer = freeze(hub, plant, "bore", ASKED, **WHERE)
    own = drawn(hub, plant)
    assert location(own) != pytest.approx(before, rel=1e-3)
    assert [(one.id, one.standing) for one in own.baselines] == [(newer, True), (identity, False)]
    end_baseline(hub, plant, "bore", ASKED, baseline=newer, reason="tool changed", entered_by="q8")
    own = drawn(hub, plant)
    assert (own.chart.baseline, own.baselines[0].ended_by) == (None, "q8")
    with pytest.raises(EntryRefused, match="in force"):
        end_baseline(hub, plant, "bore", ASKED, baseline=newer, reason="again", entered_by="q8")


def test_a_point_left_out_stays_visible_and_graded_and_comes_back(chain: Chain) -> None:
    hub, plant = chain.hub, PLANT
    measured(chain, range(40, 60), outlier=50)
    line = drawn(hub, plant).chart.location
    assert line is not None
    point = next(one for one in line.points if one.value == OUTLIER / 1000)
    assert point.rules

    def graded() -> object:
        with hub.store.reading() as connection:
            return capability(connection, subject_of(connection, plant, "bore", ASKED, hub.clock()), hub.clock()).view

    before, wide = graded(), line.sigma
    place = ValuePlace(point.places[-1].batch, point.places[-1].line)
    identity = exclude(hub, plant, "bore", ASKED, place=place, **WHERE)
    own = drawn(hub, plant)
    assert own.chart.location is not None
    seen = next(one for one in own.chart.location.points if one.value == OUTLIER / 1000)
    assert (seen.excluded and seen.excluded.why, seen.rules) == ("study 12", ())
    assert own.chart.location.sigma < wide
    assert graded() == before, "a chart's exclusion took something out of what is graded"
    with pytest.raises(EntryRefused, match="already"):
        exclude(hub, plant, "bore", ASKED, place=place, **WHERE)
    restore(hub, plant, "bore", ASKED, exclusion=identity, reason="no cause found", entered_by="q8")
    own = drawn(hub, plant)
    assert own.chart.location is not None
    assert own.chart.location.sigma == wide
    assert (own.exclusions[0].standing, own.exclusions[0].restored_by) == (False, "q8")
    rows = projection_of(hub)["quality_statement"]
    rebuild(hub)
    assert projection_of(hub)["quality_statement"] == rows


@pytest.mark.parametrize(
    ("change", "text"), [({"reason": " "}, "reason"), ({"place": ValuePlace(10**9, 1)}, "shows no value")]
)
def test_what_cannot_be_decided_is_refused(chain: Chain, change: dict[str, object], text: str) -> None:
    with pytest.raises(EntryRefused, match=text):
        exclude(chain.hub, PLANT, "bore", ASKED, **({"place": ValuePlace(3, 1)} | WHERE | change))  # type: ignore[arg-type]


def test_few_points_give_no_limits_to_keep(tmp_path: Path) -> None:
    hub = small_hub(tmp_path / "hub")
    chain = small_chain(hub)
    measured(chain, range(FEWEST_POINTS - 1))
    with pytest.raises(EntryRefused, match=f"{FEWEST_POINTS - 1} points"):
        freeze(hub, PLANT, "bore", ASKED, **WHERE)
    hub.store.close()


def test_values_stand_side_by_side_by_station_and_tool(chain: Chain) -> None:
    hub = chain.hub
    with hub.store.reading() as connection:
        found = strata(connection, subject_of(connection, PLANT, "bore", ASKED, hub.clock()))
    assert [(one.name, one.n) for one in found.by_work_cell] == [("press-1", 40)]
    assert [(one.name, one.n) for one in found.by_tool] == [("nest-0", 20), ("nest-1", 20)]
    assert found.by_work_cell[0].mean == pytest.approx(sum((one.mean or 0) for one in found.by_tool) / 2)


async def test_people_of_the_plant_decide_on_its_page_and_others_do_not(chain: Chain) -> None:
    plant = PLANT
    people = people_of(chain.hub)
    own = people.known("own", Role.QUALITY, organisation="supplier-company")
    people.known("looks", Role.VIEWER, organisation="supplier-company")
    people.known("foreign", Role.QUALITY, organisation="oem-company")
    path = f"/plants/{plant}/characteristics/bore?days=30&chart=i-mr"
    form = {"what": "freeze", "chart": "i-mr", "reason": "runs as it should"}
    for login in ("looks", "foreign"):
        async with people.signed_in(login) as browser:
            answer = await browser.post(path, data=form | {"csrf": await csrf(browser)})
            assert answer.status_code in (403, 404), login
    async with people.signed_in("own") as browser:
        page = await browser.get(path)
        assert "Freeze the limits of the points shown" in page.text
        assert (await browser.post(path, data=form)).status_code == 403
        answer = await browser.post(path, data=form | {"csrf": await csrf(browser)})
        assert answer.status_code == 303, answer.text
        page = await browser.get(answer.headers["location"])
        assert "the limits are frozen" in page.text
    (view,) = drawn(chain.hub, plant).baselines
    assert view.entered_by == own.id, "who decided is the account, never typed"
