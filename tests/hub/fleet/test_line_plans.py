"""What a line works by against what master data state for now."""

from datetime import datetime, timedelta

import msgspec
import pytest
from small_chain import Line
from small_hub import START, small_agent
from small_line_plans import PLANT, planned, stated, works_by
from small_master import GTIN, PART

from hub.fleet.line_plans import PlanDiffers, plans_that_differ
from hub.fleet.lines import line_list
from hub.master.undoing import undo
from hub.parts import Hub
from hub.store.master.queries import read_master


def found(hub: Hub, now: datetime = START, plant: str | None = None) -> dict[str, PlanDiffers]:
    with hub.store.reading() as connection:
        return plans_that_differ(connection, read_master(connection), now, plant)


@pytest.fixture
def line(hub: Hub) -> Line:
    agent = small_agent(hub, "a.line-1", PLANT)
    made = Line(hub=hub, agent=agent, part=GTIN)
    made.start()
    return made


def test_a_line_differs_until_it_says_the_plan_of_master_data(hub: Hub, line: Line) -> None:
    for revision in "ABC":
        stated(hub, revision)
    assert found(hub) == {}  # nothing is known of the line
    works_by(line, "A")
    (differs,) = found(hub).values()
    assert (differs.agent, differs.part, differs.works_by_revision, differs.holds_revision) == (
        "a.line-1", PART, "A", "B",
    )  # fmt: skip
    assert differs.holds_since.isoformat() == "2026-02-20T00:00:00+08:00"
    assert START <= differs.works_since <= START + timedelta(minutes=1)
    assert found(hub, plant="plant-b") == {}
    with hub.store.reading() as connection:
        assert {row.author: row.plan_differs for row in line_list(connection, hub).agents}["a.line-1"] == differs
    works_by(line, "B")
    assert found(hub) == {}
    midnight = datetime.fromisoformat("2026-03-10T00:00:00+08:00")
    assert found(hub, midnight - timedelta(seconds=1)) == {}
    assert found(hub, midnight)["a.line-1"].holds_revision == "C"


def test_a_plan_that_was_undone_holds_no_more(hub: Hub, line: Line) -> None:
    stated(hub, "A")
    works_by(line, "A")
    change = stated(hub, "B")
    assert found(hub)["a.line-1"].holds_revision == "B"
    undo(hub, change, by="qe-7")
    assert found(hub) == {}


def test_parts_without_master_data_have_nothing_to_differ_from(hub: Hub, line: Line) -> None:
    stated(hub, "A")
    other = msgspec.structs.replace(planned(hub, "A"), part="https://id.gs1.org/01/04012345000023")
    line.plan_in_force(other)
    line.send()
    assert found(hub) == {}
