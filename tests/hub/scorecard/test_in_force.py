"""Routes and limits are those that were valid when things happened, whatever is planned now."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from small_chain import Line
from small_hub import START, SmallAgent
from small_master import GTIN, PART, characteristic, everything, workbook

from hub.master.importing import import_file
from hub.master.undoing import undo
from hub.parts import Hub
from hub.scorecard.plant import plant_view
from hub.scorecard.standing import standings
from hub.scorecard.views import PlantView
from hub.store.master.plan_spans import PlanSpan, StatedPlan, plan_spans
from traceability.record.master import ControlPlan, Operation
from traceability.unit import Verdict

EARLY, LATE = datetime(2026, 1, 10, 2, tzinfo=UTC), datetime(2026, 2, 20, 2, tzinfo=UTC)


def plan(*operations: str, limit: str = "25.02", since: date = date(2026, 1, 1), revision: str = "A") -> bytes:
    """Master data of the plant with this plan."""
    tables = everything()
    tables["control-plan"] = [{**tables["control-plan"][0], "valid_from": since, "revision": revision}]
    named = {"plant": "plant-a", "part": PART, "revision": revision}
    tables["operation"] = [{**named, "id": name, "name": name} for name in operations]
    tables["characteristic"] = [characteristic(usl=Decimal(limit), revision=revision)]
    del tables["alarm-rule"]
    return workbook(tables)


def make(hub: Hub, agent: SmallAgent, at: datetime, operations: tuple[str, ...], name: str) -> None:
    """120 units, five an hour; the first fails at the last operation."""
    line = Line(hub=hub, agent=agent, part=GTIN)
    for number in range(120):
        serial, when = f"{name}{number}", at + timedelta(minutes=12 * number)
        for operation in operations:
            fails = number == 0 and operation == operations[-1]
            verdict = Verdict.NOT_OK if fails else Verdict.OK
            result = line.result(serial, operation, verdict, event_time=when)
            if operation == "OP10":
                line.measure(result, serial, 25_000 + (number * 7) % 11 - 5)
                line.waiting[-1] = msgspec.structs.replace(line.waiting[-1], event_time=when)
    line.send()


def view_of(hub: Hub, known_at: datetime | None = None) -> PlantView:
    with hub.store.reading() as connection:
        return plant_view(connection, "plant-a", START, known_at)


def both_periods(hub: Hub, agent: SmallAgent) -> None:
    import_file(hub, plan("OP10", "OP20"), by="qe-7")
    make(hub, agent, EARLY, ("OP10", "OP20"), "E")
    make(hub, agent, LATE, ("OP10",), "L")


def test_limits_judge_what_was_measured_while_they_held(hub: Hub, agent: SmallAgent) -> None:
    both_periods(hub, agent)
    (before,) = view_of(hub).capability
    assert (before.result.n, before.until) == (240, None)
    change = import_file(hub, plan("OP10", "OP20", limit="25.01", since=date(2026, 2, 15), revision="B"), by="qe-7")
    found = {one.characteristic.usl: one for one in view_of(hub).capability}
    assert {limit: one.result.n for limit, one in found.items()} == {Decimal("25.02"): 120, Decimal("25.01"): 120}
    assert found[Decimal("25.02")].until == datetime(2026, 2, 14, 16, tzinfo=UTC)
    assert found[Decimal("25.01")].until is None
    with hub.store.reading() as connection:
        assert standings(connection, START)["plant-a"].capability == view_of(hub).capability
    undo(hub, change.change, by="qe-7")
    assert [one.result.n for one in view_of(hub).capability] == [240]


def test_what_was_widened_later_does_not_judge_the_past(hub: Hub, agent: SmallAgent) -> None:
    both_periods(hub, agent)
    (strict,) = view_of(hub).capability
    import_file(hub, plan("OP10", "OP20", limit="26", since=date(2026, 2, 15), revision="B"), by="qe-7")
    worst = view_of(hub).capability[0]
    assert worst.characteristic.usl == strict.characteristic.usl
    assert worst.until is not None


def test_an_operation_that_left_the_route_keeps_its_failures_in_the_year(hub: Hub, agent: SmallAgent) -> None:
    both_periods(hub, agent)
    before = view_of(hub).rolled
    import_file(hub, plan("OP10", since=date(2026, 2, 15), revision="B"), by="qe-7")
    after = view_of(hub).rolled
    assert before.value is not None
    assert after.value == before.value
    assert [operation.planned for operation in view_of(hub).operations] == [True, True]


def test_a_plan_that_begins_later_is_not_in_force_yet(hub: Hub, agent: SmallAgent) -> None:
    both_periods(hub, agent)
    before = view_of(hub)
    import_file(hub, plan("OP10", "OP99", limit="26", since=date(2026, 9, 1), revision="B"), by="qe-7")
    after = view_of(hub)
    assert (after.rolled, after.capability) == (before.rolled, before.capability)


DAYS = st.integers(0, 20).map(lambda number: date(2026, 1, 1) + timedelta(days=number))


@st.composite
def stated_plans(draw: st.DrawFn) -> StatedPlan:
    """Stated by an agent, or by master data."""
    name = draw(st.sampled_from("ABC"))
    begin = draw(st.none() | DAYS)
    end = draw(st.none() | DAYS) if begin else None
    body = ControlPlan(
        part=PART, plant="p", revision=name, name="x", operations=(Operation(id="OP", name="x"),), characteristics=()
    )
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=draw(st.integers(0, 500)))
    end = max(begin, end) if begin and end else None
    return StatedPlan(id=name, plan=body, stated_at=at, begin=begin, end=end, withdrawn=draw(st.booleans()))


@given(st.lists(stated_plans(), max_size=8))
def test_at_every_instant_the_plan_that_the_rule_names(stated: list[StatedPlan]) -> None:
    stated = sorted(stated, key=lambda one: one.stated_at)
    spans = plan_spans(stated, UTC)
    assert all(one.end is not None and one.end <= other.begin for one, other in pairwise(spans))
    for hour in range(0, 600, 5):
        instant = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
        assert _held(spans, instant) == _by_the_rule(stated, instant)


def _held(spans: tuple[PlanSpan, ...], instant: datetime) -> str | None:
    return next((one.id for one in spans if one.begin <= instant and (one.end is None or instant < one.end)), None)


def _by_the_rule(stated: list[StatedPlan], instant: datetime) -> str | None:
    last = {one.begin: one for one in stated if one.begin is not None}
    begun = [one for begin, one in last.items() if not one.withdrawn and begin <= instant.date()]
    dated = max(begun, key=lambda one: one.begin or date.min, default=None)
    if dated is not None and (dated.end is None or instant.date() <= dated.end):
        return dated.id
    told = [one for one in stated if one.begin is None and one.stated_at <= instant]
    return told[-1].id if told else None
