"""AQDEF files in the ways measuring machines write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.drivers.files.aqdef import parse_aqdef
from edge_agent.drivers.files.row import FileFault
from traceability.aqdef.reading import number_of

HEAD = [
    "K0100 2",
    "K1001 4711",
    "K1002 Gehäuse",
    "K2004/0 0",
    "K2001/1 1",
    "K2002/1 Bore",
    "K2110/1 24,990",
    "K2111/1 25.010",
    "K2001/2 2",
    "K2002/2 Depth",
]


def rows(*lines, head=HEAD, end="\r\n", **more):
    content = (end.join([*head, *lines]) + end).encode("latin-1")
    return [row.fields for row in parse_aqdef(content, "latin-1", **more)]


def value_line(*pieces):
    return "\x0f".join("\x14".join(parts) for parts in pieces)


def test_a_line_of_values_is_one_part_with_all_that_belongs_to_it():
    (fields,) = rows(value_line(["25,003", "0", "01.03.2026/08:00:00", "", "B7", "", "", "3"], ["12.1"]), "K0014/0 S-1")
    assert fields["K1001"] == "4711"
    assert fields["K1002"] == "Gehäuse"
    assert (fields["value:1"], fields["value:Bore"], fields["value:2"]) == (
        Decimal("25.003"),
        Decimal("25.003"),
        Decimal("12.1"),
    )
    assert (fields["K0004"], fields["K0006"], fields["K0010"], fields["K0014"]) == (
        "01.03.2026/08:00:00",
        "B7",
        "3",
        "S-1",
    )
    assert fields["within_limits"] == "OK"


def test_keys_may_stand_before_or_after_the_line_of_values_they_belong_to():
    one, two = value_line(["1"], ["2"]), value_line(["3"], ["4"])
    for lines in (["K0014/0 A", one, "K0014/0 B", two], [one, "K0014/0 A", two, "K0014/0 B"]):
        assert [(row["K0014"], row["value:1"]) for row in rows(*lines)] == [("A", Decimal(1)), ("B", Decimal(3))]


def test_values_as_keys_begin_a_new_part_when_a_key_comes_again():
    found = rows("K0001/1 1", "K0004/1 t1", "K0001/2 2", "K0001/1 3", "K0001/2 4")
    assert [(row["value:1"], row["value:2"]) for row in found] == [(1, 2), (3, 4)]
    assert (found[0]["K0004"], "K0004" in found[1]) == ("t1", False)


def test_an_empty_or_invalid_value_is_none_and_decides_nothing():
    (fields,) = rows(value_line(["0", "255"], ["12.1"]))
    assert (fields["value:1"], fields["within_limits"]) == (None, "NOT_DECIDABLE")
    (fields,) = rows(value_line(["25,2", "0"], ["12.1"]))
    assert fields["within_limits"] == "NOT_OK"
    (fields,) = rows(value_line(["1"], ["2"]), head=[line for line in HEAD if not line.startswith("K211")])
    assert fields["within_limits"] == "UNDEFINED"


@pytest.mark.parametrize("kind", ["1", "5", "6"])
def test_attributive_characteristics_give_size_in_thousandths_and_defects(kind):
    line = value_line(["20000", "2", "0", "0", "19.04.1994/15:22:44", "1,3,4", "#B7"], ["12.1"])
    (fields,) = rows(line, head=[*HEAD, f"K2004/1 {kind}"])
    assert (fields["size:Bore"], fields["defects:Bore"], fields["value:Bore"]) == (20, "2", None)
    assert (fields["time:Bore"], fields["K0005"], fields["K0006"]) == ("19.04.1994/15:22:44", "1,3,4", "B7")


def test_attributive_values_as_keys():
    head = ["K0100 1", "K2002/1 Cracks", "K2004/1 1"]
    (fields,) = rows("K0020/1 155000", "K0021/1 8", "K0004/1 01.01.2013/15:18:31", head=head)
    assert (fields["size:Cracks"], fields["defects:Cracks"]) == (155, "8")


def test_a_key_without_index_is_that_of_the_first_characteristic():
    (fields,) = rows(value_line(["1"], ["2"]), head=["K0100 2", "K2002 Bore", "K2002/2 Depth"])
    assert (fields["value:Bore"], fields["value:Depth"]) == (1, 2)


def test_what_names_its_value_by_number_belongs_to_that_part():
    found = rows("K0001/1/1 1", "K0001/2/1 2", "K0014/0/1 A", "K0001/1/2 3", "K0001/2/2 4", "K0014/0/2 B")
    assert [(row["K0014"], row["value:1"], row["value:2"]) for row in found] == [("A", 1, 2), ("B", 3, 4)]


def test_a_part_that_was_not_measured_at_one_characteristic_is_not_mixed_with_the_next():
    found = rows("K0001/1/1 1", "K0001/2/2 4", "K0001/1/2 3")
    assert [(row["value:1"], row["value:2"]) for row in found] == [(1, None), (3, 4)]


def test_a_name_that_two_characteristics_share_names_neither():
    (fields,) = rows(value_line(["1"], ["2"]), head=[*HEAD[:-1], "K2002/2 Bore"])
    assert "value:Bore" not in fields
    assert fields["value:2"] == 2


def test_description_and_values_in_two_files():
    description = ("\n".join(HEAD) + "\n").encode("latin-1")
    (fields,) = rows(value_line(["1"], ["2"]), head=[], end="\n", description=description)
    assert fields["value:Depth"] == 2


@pytest.mark.parametrize(
    ("lines", "head", "expected"),
    [
        ([], HEAD, "holds no values"),
        ([value_line(["1"])], HEAD, "line 11: has values of 1 characteristics, expected 2"),
        ([value_line(["1"] * 11, ["2"])], HEAD, "has 11 entries in one value"),
        (["K0001/3 1"], HEAD, "is for characteristic 3, there are 2"),
        (["K0014/0 A", "K0014/0 B"], HEAD, "ends a part that has no values"),
        (["Kaputt"], HEAD, "is no AQDEF line"),
        (["1"], ["K0100 many"], "K0100 is 'many'"),
        (["1"], ["K0100 1", "K2001/2 2"], "K0100 says 1"),
        (["1"], [], "describes 0 characteristics"),
        (["1\x0f2"], [*HEAD, "K1001/2 4712"], "line 11: describes another part"),
        (["1\x0f2"], [*HEAD, "K2002/1/3 x"], "line 11: numbers a value, which K2002 is not"),
    ],
)
def test_what_is_no_aqdef_says_where(lines, head, expected):
    with pytest.raises(FileFault, match=expected):
        rows(*lines, head=head)


def test_a_last_line_without_its_end_is_not_finished():
    with pytest.raises(FileFault, match="has no end"):
        parse_aqdef(b"K0100 1\r\n12.", "latin-1")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,5", "1.5"),
        ("-.5", "-0.5"),
        ("2.5E-3", "0.0025"),
        ("6.00100000000000E+0000", "6.001"),
        (".5E+0001", "5"),
        ("1E+0100", None),
        ("0E+0500", "0"),
        ("1.000,5", None),
        ("", None),
    ],
)
def test_numbers(text, value):
    assert number_of(text) == (None if value is None else Decimal(value))


@given(st.binary(max_size=300))
def test_any_bytes_are_parts_or_a_fault(content):
    for whole in (content, ("\n".join(HEAD) + "\n").encode("latin-1") + content + b"\n"):
        try:
            found = parse_aqdef(whole, "latin-1")
        except FileFault:
            continue
        assert found


@given(st.lists(st.sampled_from(["K0001/1 5", "K0001/2 6", "K0002/1 255", "K0014/0 A", "1\x0f2", "K0020/1 5", "K1001 x",
                                 "K0001/0 7"]), max_size=12))  # fmt: skip
def test_every_value_that_was_written_is_in_some_part(lines):
    try:
        found = rows(*lines)
    except FileFault:
        return
    written = sum(line in ("K0001/1 5", "1\x0f2", "K0001/0 7") for line in lines)
    invalid = sum(line == "K0002/1 255" for line in lines)
    assert written - invalid <= sum(row["value:1"] is not None for row in found) <= written
