"""Calendar, gauges, policy, periodic assessment, and what was known when."""

from datetime import date, timedelta
from decimal import Decimal

import msgspec
import pytest
from small_chain import HOUSING, Line, housing_plan, line_of
from small_hub import START, admin_of, client_of

from hub.entry.quality import enter_calendar, enter_gauge, enter_gauge_study, enter_policy
from hub.errors import EntryRefused
from hub.parts import Hub
from hub.scorecard.assess import assess, level_history
from hub.scorecard.plant import plant_grade, plant_view
from traceability.identifier.item import part_uri
from traceability.quality.grade_text import exact_words
from traceability.quality.level import Level
from traceability.quality.metric_grade import ConfidenceClass
from traceability.quality.reason import Reason
from traceability.quality.sampling import SamplingMode
from traceability.quality.threshold import Metric
from traceability.record.quality import GaugeReading, GaugeUse
from traceability.unit import Verdict

BORE = GaugeUse(part=part_uri(HOUSING), characteristic="bore")


@pytest.fixture
def line(hub: Hub) -> Line:
    made = line_of(hub, "supplier.line-1", "supplier", HOUSING, housing_plan())
    for number in range(125):
        value = 25_000 + (number * 7) % 11 - 5
        result = made.result(f"H{number}")
        made.measure(result, f"H{number}", value)
    made.send()
    return made


def view_of(hub: Hub, **known):
    with hub.store.reading() as connection:
        return plant_view(connection, "supplier", START, **known)


def test_without_a_calendar_a_level_is_provisional_with_one_it_may_be_not(hub: Hub, line: Line) -> None:
    assert view_of(hub).grade.provisional
    today = START.date()
    calendar = {"first": date(2025, 3, 1), "last": date(2026, 12, 31), "entered_by": "q1"}
    enter_calendar(hub, "supplier", weekdays=[], opened=[today], **calendar)
    view = view_of(hub)
    assert not view.grade.provisional
    assert (view.coverage.planned, view.coverage.covered, view.coverage.unknown) == (1, 1, 0)
    enter_calendar(hub, "supplier", weekdays=[1, 2, 3, 4, 5], closed=[date(2026, 1, 1)], **calendar)
    assert view_of(hub).grade.provisional
    with pytest.raises(EntryRefused, match="outside the calendar"):
        enter_calendar(hub, "supplier", weekdays=[1], opened=[date(2030, 1, 1)], **calendar)


def readings() -> list[GaugeReading]:
    return [
        GaugeReading(part=f"p{part}", operator=f"o{operator}", value=f"{25 + part * 0.004 + repeat * 0.0001:.4f}")
        for part in range(5)
        for operator in range(2)
        for repeat in range(2)
    ]


def test_a_gauge_in_calibration_with_an_accepted_study_leaves_no_caution(hub: Hub, line: Line) -> None:
    assert view_of(hub).capability[0].result.cautions[0] is Reason.GAUGE_NOT_STUDIED
    enter_gauge(hub, "supplier", gauge="G1", name="Bore gauge", uses=[BORE], calibrated_on=date(2026, 1, 1),
                calibration_due=date(2026, 12, 31), entered_by="q1")  # fmt: skip
    study = {"gauge": "G1", "part": BORE.part, "characteristic": "bore", "performed_on": date(2026, 1, 5)}
    enter_gauge_study(hub, "supplier", **study, tolerance=Decimal("0.04"), readings=readings(), entered_by="q1")
    view = view_of(hub)
    assert set(view.capability[0].result.cautions) <= {Reason.NOT_NORMAL}
    assert view.capability[0].gauge.share < Decimal("0.3")
    enter_gauge(hub, "supplier", gauge="G1", name="Bore gauge", uses=[BORE], calibrated_on=date(2025, 1, 1),
                calibration_due=date(2025, 12, 31), entered_by="q1")  # fmt: skip
    view = view_of(hub)
    assert Reason.GAUGE_NOT_CALIBRATED in view.capability[0].result.cautions
    cpk = next(one for one in view.grade.metrics if one.metric is Metric.CPK)
    assert cpk.confidence_class is ConfidenceClass.B
    enter_gauge_study(hub, "supplier", **study, stated_share=Decimal("0.45"), evidence="lab 7", entered_by="q1")
    assert Reason.GAUGE_NOT_CAPABLE in view_of(hub).capability[0].result.cautions


def test_a_study_that_shows_nothing_is_refused(hub: Hub, line: Line) -> None:
    study = {"gauge": "G1", "part": BORE.part, "characteristic": "bore", "performed_on": date(2026, 1, 5)}
    with pytest.raises(EntryRefused, match="neither readings nor"):
        enter_gauge_study(hub, "supplier", **study, entered_by="q1")
    with pytest.raises(EntryRefused, match=r"unbalanced|not-enough"):
        enter_gauge_study(hub, "supplier", **study, readings=readings()[:3], entered_by="q1")


def test_a_waiver_counts_only_without_any_variable_characteristic(hub: Hub) -> None:
    attribute = line_of(hub, "supplier.line-1", "supplier", HOUSING, housing_plan(characteristics=()))
    attribute.result("H1")
    attribute.send()
    enter_policy(hub, "supplier", net_losses=False, sampling=SamplingMode.INSPECTED,
                 cpk_waiver="go/no-go gauges only, see WI-7", entered_by="q1")  # fmt: skip
    grade = view_of(hub).grade
    assert "cpk" not in grade.binding
    assert next(one for one in grade.metrics if one.metric is Metric.CPK).waived.startswith("go/no-go")


def test_each_assessment_is_sealed_and_stays(hub: Hub, line: Line) -> None:
    assess(hub, "supplier", assessed_by="q1")
    line.measure(line.result("late", verdict=Verdict.NOT_OK), "late", 25_100)
    line.send()
    assess(hub, "supplier", assessed_by="q2")
    with hub.store.reading() as connection:
        latest, first = level_history(connection, "supplier")
        now = exact_words(plant_grade(connection, "supplier", START))
    assert (first.assessed_by, latest.assessed_by) == ("q1", "q2")
    assert latest.grade == now != first.grade
    assert (latest.level, latest.through > first.through) == (Level.L0, True)


def test_what_was_known_on_a_day_stays_what_it_was(hub: Hub, line: Line) -> None:
    ticking = msgspec.structs.replace(hub, clock=lambda: START + timedelta(days=3))
    late = Line(ticking, line.agent, line.part, line.plan)
    result = late.result("late", verdict=Verdict.NOT_OK)
    late.measure(result, "late", 25_100)
    late.send()
    earlier = view_of(hub, known_at=START + timedelta(days=1))
    with hub.store.reading() as connection:
        now = plant_view(connection, "supplier", START + timedelta(days=3))
        as_now = plant_view(connection, "supplier", START, known_at=START + timedelta(days=3))
    assert (earlier.operations[0].fpy.submitted, now.operations[0].fpy.submitted) == (125, 126)
    assert (earlier.capability[0].result.n, now.capability[0].result.n) == (125, 126)
    assert as_now.capability[0].result == now.capability[0].result
    assert as_now.grade == now.grade
    assert earlier.known.log_size < now.known.log_size


def test_d2_is_measured_from_the_data(hub: Hub, line: Line) -> None:
    digital = view_of(hub).digital
    assert (digital.operations, digital.operations_with_data) == (2, 1)
    assert (digital.key_operations, digital.key_operations_with_data) == (1, 1)
    assert digital.shown is Level.L2
    assert digital.exceeded_by(Level.L3)


async def test_the_routes(hub: Hub, line: Line) -> None:
    async with client_of(hub) as client:
        admin, plant = admin_of(hub), "/api/v1/plants/supplier"
        calendar = {"first": "2025-01-01", "last": "2026-12-31", "weekdays": [1, 2, 3, 4, 5], "entered_by": "q1"}
        shift = {"name": "early", "start": "06:00", "end": "14:00"}
        gauge = {
            "id": "G1",
            "name": "Gauge",
            "uses": [{"part": BORE.part, "characteristic": "bore"}],
            "entered_by": "q1",
        }
        study = {"gauge": "G1", "part": BORE.part, "characteristic": "bore", "performed_on": "2026-01-01"}
        for path, body in (
            ("calendar", calendar | {"shifts": [shift]}),
            ("gauges", gauge),
            ("gauge-studies", study | {"stated_share": "0.1", "entered_by": "q1"}),
            (
                "cost-rates",
                {"part": BORE.part, "rate": "scrap", "amount": "8", "valid_from": "2026-01-01", "entered_by": "q"},
            ),
            ("policy", {"net_losses": True, "entered_by": "q1"}),
            ("levels", {"assessed_by": "q1"}),
        ):
            answer = await client.post(f"{plant}/{path}", json=body, headers=admin)
            assert answer.status_code == 201, (path, answer.text)
        assert len((await client.get(f"{plant}/levels")).json()["levels"]) == 1
        asked = {"characteristic": "bore", "begin": "2026-03-01T00:00:00Z", "end": "2026-03-02T00:00:00Z"}
        found = (await client.get(f"{plant}/capability", params=asked)).json()["found"]
        assert found[0]["view"]["result"]["n"] == 125
        assert found[0]["percentiles"] == "not-enough-data"
        assert (await client.get(f"{plant}/capability", params={"characteristic": "none"})).status_code == 404
        yields = (await client.get(f"{plant}/yields", params={"end": "2026-03-02T00:00:00Z"})).json()["lines"]
        assert yields[0]["counts"]["submitted"] == 125
        known = (await client.get(plant, params={"known_at": "2020-01-01T00:00:00Z"})).json()
        assert known["results"] == 0
