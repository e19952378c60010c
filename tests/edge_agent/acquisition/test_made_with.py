"""What a cycle was made with: taken where it is said, never a reason to lose a cycle."""

import logging

import pytest

from edge_agent.acquisition.cycle import read_cycle
from edge_agent.acquisition.made_with import NOT_TOLD, MadeWith, read_made_with
from edge_agent.acquisition.resolve import Resolved, resolve
from edge_agent.drivers.interface import Raw, Sample
from firmware_profiles.catalog import Catalog
from firmware_profiles.encode import encode
from firmware_profiles.format import DataType, Point
from firmware_profiles.handshakes import MADE_WITH_ROLES
from traceability.measurement import Status
from traceability.record.production import MOST_TOOLS, Recipe

CELL = resolve(Catalog().find("zhuoyue", "four-phase-cell"), 0)
NEEDED = {"cycle": 7, "verdict": "OK", "serial": "H1", "flags": 0, "purpose": "first", "defect": 0, "lot": "L1",
          "cycle_time": 0}  # fmt: skip


def told(**types: DataType) -> Resolved:
    """Fields of these types, each playing the role of its name."""
    points = {name: Point(name=name, type=kind, field=name) for name, kind in types.items()}
    return Resolved(points=points, roles={name: name for name in types})


def samples(**values: Raw) -> dict[str, Sample]:
    return {name: Sample(point=name, raw=value) for name, value in values.items()}


def test_a_controller_reports_recipe_tool_nest_and_cavity() -> None:
    values = {**NEEDED, "recipe": "R-7", "recipe_version": 3, "tool": "T1", "nest": 2, "cavity": 4}
    snapshot = samples(**{name: encode(CELL.points[name], value) for name, value in values.items()})
    cycle = read_cycle(CELL, snapshot)
    assert cycle.made_with == MadeWith(Recipe(id="R-7", version="3"), ("T1", "nest:2", "cavity:4"))
    assert cycle.samples == {}


def test_empty_and_zero_and_what_was_not_read_mean_none() -> None:
    empty = {name: encode(CELL.points[name], value) for name, value in (("recipe", ""), ("nest", 0), ("tool", ""))}
    assert read_made_with(CELL, samples(**empty)) is NOT_TOLD
    assert read_made_with(CELL, {}) is NOT_TOLD
    assert read_made_with(told(tool=DataType.STRING), samples(tool=None)) is NOT_TOLD
    assert read_made_with(told(tool=DataType.STRING), samples(tool="  ")) is NOT_TOLD


def test_a_version_without_a_recipe_is_no_recipe() -> None:
    assert read_made_with(told(recipe_version=DataType.STRING), samples(recipe_version="2")).recipe is None


@pytest.mark.parametrize(
    ("role", "raw", "status"),
    [
        ("tool", "T1", Status.BAD),
        ("tool", b"\xff\xfe", Status.GOOD),
        ("recipe", "R" * 300, Status.GOOD),
        ("operator", "Zhang Wei", Status.GOOD),
        ("operator", "ZhangWei", Status.GOOD),
        ("operator", "张伟1", Status.GOOD),
    ],
)
def test_what_cannot_be_taken_is_left_out_and_said(
    role: str, raw: Raw, status: Status, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        found = read_made_with(told(**{role: DataType.STRING}), {role: Sample(point=role, raw=raw, status=status)})
    assert found == NOT_TOLD
    assert f"role {role}" in caplog.text
    assert "Zhang" not in caplog.text


def test_a_pseudonymous_operator_and_a_dated_version() -> None:
    resolved = told(operator=DataType.STRING, recipe=DataType.UINT16, recipe_version=DataType.DATETIME)
    moment = "2001-05-27T09:52:00Z"
    found = read_made_with(resolved, samples(operator="op-41", recipe=3, recipe_version=moment))
    assert found == MadeWith(Recipe(id="3", version="2001-05-27T09:52:00+00:00"), (), "op-41")


def test_tools_that_are_always_there_stand_in_front_once_and_bounded() -> None:
    assert MadeWith(tools=("T1", "nest:2")).beside(("frame-1", "T1")) == ("frame-1", "T1", "nest:2")
    assert NOT_TOLD.beside(("frame-1",)) == ("frame-1",)
    assert len(MadeWith(tools=("T",)).beside(tuple(map(str, range(MOST_TOOLS))))) == MOST_TOOLS


@pytest.mark.parametrize(
    ("vendor", "model", "roles"),
    [
        ("opcfoundation", "machine-vision", {"recipe", "recipe_version", "program"}),
        ("opcfoundation", "machinery-result", {"recipe", "program"}),
        ("opcfoundation", "joining", {"recipe", "program", "tool"}),
        ("atlas-copco", "open-protocol", {"recipe", "recipe_version", "program", "tool"}),
    ],
)
def test_profiles_of_devices_that_tell_it_map_it(vendor: str, model: str, roles: set[str]) -> None:
    assert set(Catalog().find(vendor, model).roles) & set(MADE_WITH_ROLES) == roles
