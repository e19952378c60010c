"""What a station says its results are made with: checked when the configuration is read, and in every record."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from edge_agent.acquisition.cycle import CycleData
from edge_agent.acquisition.made_with import MadeWith
from edge_agent.acquisition.resolve import resolve
from edge_agent.config.load import load_config
from edge_agent.config.made_with import check_reports, check_tools
from edge_agent.config.settings import Station
from edge_agent.errors import ConfigError
from edge_agent.station.identity import from_controller
from edge_agent.station.points import polled_points
from edge_agent.station.result import Made, submission_of
from firmware_profiles.catalog import Catalog
from traceability.identifier.item import part_uri
from traceability.record.production import Recipe
from traceability.unit import Verdict

CELL = Catalog().find("zhuoyue", "four-phase-cell")
PART = part_uri("09506000134352")
STATION = Station(
    name="OP10", work_cell="c", operation="OP10", device="cell", resolved=resolve(CELL, 0), measurements={}, lot=None,
    camera=None,
)  # fmt: skip


def test_only_roles_that_the_profile_maps_and_the_station_reports_are_polled() -> None:
    reports = check_reports(("tool", "recipe", "tool"), CELL, "agent.toml", "reports")
    assert reports == ("tool", "recipe")
    silent = {point.name for point in polled_points(STATION, permits=False)}
    spoken = {point.name for point in polled_points(msgspec.structs.replace(STATION, reports=reports), permits=False)}
    assert spoken - silent == {"tool", "recipe"}
    assert not silent & {"recipe", "recipe_version", "tool", "nest", "cavity"}


@pytest.mark.parametrize(("role", "words"), [("speed", "expected some of recipe"), ("operator", "maps recipe")])
def test_what_cannot_be_reported_is_refused_with_what_can(role: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        check_reports((role,), CELL, "agent.toml", 'station "OP10".reports')


@pytest.mark.parametrize("tools", [("T1", "T1"), (" T1",)])
def test_tools_are_named_once_and_plainly(tools: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match="different names without blanks"):
        check_tools(tools, "agent.toml", 'station "OP10".tools')


def test_the_demos_configuration_says_it_in_the_file(tmp_path: Path) -> None:
    text = (
        '[agent]\nauthor = "a"\nenvironment = "demo"\ncontrol_plan = "plan.toml"\n'
        '[hub]\nurl = "http://127.0.0.1:8400/"\npublic_key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="\n'
        '[[device]]\nname = "cell"\ndriver = "modbus-tcp"\nprofile = "zhuoyue/four-phase-cell"\n'
        '[device.settings]\nhost = "127.0.0.1"\nport = 5020\n'
        '[[station]]\nname = "OP10"\nwork_cell = "c"\noperation = "OP10"\ndevice = "cell"\n'
        'tools = ["frame-1"]\nreports = ["recipe", "cavity"]\n'
    )
    plan = 'part = "09506000134352"\nplant = "p"\nrevision = "A"\nname = "H"\n[[operation]]\nid = "OP10"\nname = "B"\n'
    (tmp_path / "agent.toml").write_text(text, encoding="utf-8")
    (tmp_path / "plan.toml").write_text(plan + "final = true\n", encoding="utf-8")
    (station,) = load_config(tmp_path / "agent.toml").stations
    assert (station.tools, station.reports) == (("frame-1",), ("recipe", "cavity"))


@pytest.mark.parametrize(
    ("made_with", "tools"),
    [
        (MadeWith(Recipe(id="R", version="3"), ("T1", "cavity:4"), "op-4"), ("frame-1", "T1", "cavity:4")),
        (MadeWith(), ("frame-1",)),
    ],
)
def test_it_stands_in_the_record_of_the_result(made_with: MadeWith, tools: tuple[str, ...]) -> None:
    cycle = CycleData(cycle=1, serial="H1", verdict=Verdict.OK, made_with=made_with)
    made = Made(result="r", at=datetime(2026, 3, 1, tzinfo=UTC), part=PART, plan="sha256:" + "0" * 64)
    station = msgspec.structs.replace(STATION, tools=("frame-1",))
    result = submission_of(station, cycle, (), from_controller(PART, "H1"), made).result
    assert (result.recipe, result.tools, result.operator) == (made_with.recipe, tools, made_with.operator)
