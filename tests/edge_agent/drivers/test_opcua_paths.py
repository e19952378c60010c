"""Fields of events: every way to name a place, and every wrong one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.drivers.opcua.paths import parse_field, pick, turns

EVENT = {
    "Result": {
        "Meta": {"Id": "R-1", "Partial": True, "Simulated": False, "State": 3},
        "Values": [{"Name": "Angle", "V": 91.5}, {"Name": "Torque 1.5", "V": 12.0}],
        "Raw": b"\x30\x34",
        "Nothing": None,
    },
    "Scans": [{"Data": "a"}, {"Data": "b"}, {"Data": "c"}],
}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("Result.Meta.Id", "R-1"),
        ("Result.Meta.Missing", None),
        ("Missing.Meta.Id", None),
        ("Result.Meta.Id.Deeper", None),
        ("Result.Values[0].V", 91.5),
        ("Result.Values[-1].V", 12.0),
        ("Result.Values[2].V", None),
        ("Result.Values[Name=Torque 1.5].V", 12.0),
        ("Result.Values[Name=Force].V", None),
        ("Result.Meta[0].Id", None),
        ("Result.Nothing | Result.Meta.Id", "R-1"),
        ("Result.Nothing | 0", 0),
        ("Result.Meta.State | 0", 3),
        ("Result.Raw:hex", "3034"),
        ("Result.Meta.Partial + Result.Meta.Simulated + Result.Meta.State=3", 0b101),
        ("Result.Meta.State=4", 0),
        ("Result.Missing + Result.Meta.Partial", 0b10),
        ("Scans[*].Data", "b"),
    ],
)
def test_a_place_is_found_or_is_not_there(field, value):
    assert pick(EVENT, parse_field(field), turn=1) == value


@pytest.mark.parametrize(("field", "count"), [("Scans[*].Data", 3), ("Result.Meta.Id", None), ("Result.None[*]", 0)])
def test_how_many_results_an_event_holds(field, count):
    assert turns(EVENT, parse_field(field)) == count


@pytest.mark.parametrize("field", ["", "Result.", "Result..Id", "Result[x]", "9lives", "A | ", "A:octal", "A[0", "Ä"])
def test_what_is_no_path_is_refused(field):
    with pytest.raises(ValueError, match=r"is no (path|element|way)"):
        parse_field(field)


@given(st.text(max_size=60))
def test_any_text_is_a_field_or_a_stated_problem(text):
    try:
        field = parse_field(text)
    except ValueError:
        return
    pick(EVENT, field)
    turns(EVENT, field)
