"""JSON result files: exact numbers, paths, and stated faults for everything that cannot be relied on."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.drivers.files.json_result import JsonRule, find, parse_json
from edge_agent.drivers.files.row import FileFault


def fields(content, *paths, **rule):
    return [row.fields for row in parse_json(content, JsonRule(fields=paths, **rule))]


def test_one_result_with_exact_numbers():
    content = b'{"serial": "S1", "v": {"list": [1, 12.10]}, "big": 12345678901234567890}'
    assert fields(content, "serial", "v.list.1", "big", "v.none.x", "v.list.9") == [
        {"serial": "S1", "v.list.1": Decimal("12.10"), "big": 12345678901234567890, "v.none.x": None, "v.list.9": None}
    ]


def test_a_list_of_results_below_a_path_with_what_stands_above_it():
    content = '{"lot": "批1", "a": {"results": [{"s": "1"}, {"s": "2"}]}}'.encode()
    assert fields(content, "s", "$.lot", results="a.results") == [
        {"s": "1", "$.lot": "批1"},
        {"s": "2", "$.lot": "批1"},
    ]


def test_one_result_on_each_line():
    assert fields(b'{"s": 1}\n\n{"s": 2}\n', "s", lines=True) == [{"s": 1}, {"s": 2}]


@pytest.mark.parametrize(
    ("content", "rule", "expected"),
    [
        (b"", {}, "line 1: is no JSON"),
        (b'{"s": 1', {}, "is no JSON"),
        (b'{"s": NaN}', {}, "NaN is no number"),
        (b'{"s": -Infinity}', {}, "-Infinity is no number"),
        (b'{"s": 1, "s": 2}', {}, "'s' stands twice"),
        (b"[1, 2]", {}, "expected an object"),
        (b"[]", {}, "holds 0 results"),
        (b'{"s": {}}', {}, "the field s is a dict"),
        (b'{"r": 5}', {"results": "r"}, "list of them at r"),
        (b'{"s": ' + b"1" * 5000 + b"}", {}, "a number of 5000 digits"),
        (b"[" * 100_000, {}, "nested too deeply"),
        (b'{"s": 1}\n{"s"', {"lines": True}, "line 2: has no end"),
        (b'{"s": 1}\n{"s"\n', {"lines": True}, "line 2: is no JSON"),
        (b"\xff", {}, "is not utf-8-sig"),
    ],
)
def test_what_is_no_result_says_where(content, rule, expected):
    with pytest.raises(FileFault, match=expected):
        fields(content, "s", **rule)


def test_paths_lead_somewhere_or_nowhere():
    assert find({"a": [{"b": 1}]}, "a.0.b") == 1
    assert find({"a": [1]}, "a.-1") is None
    assert find({"a": [1]}, "a.²") is None
    assert find("text", "0") is None


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_rows_or_a_fault(content, lines):
    try:
        rows = fields(content, "a", "a.0", "$.b", results="r", lines=lines)
    except FileFault:
        return
    assert rows


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
                    max_leaves=10), st.data())  # fmt: skip
def test_a_half_written_document_is_a_fault(document, data):
    whole = json.dumps({"s": 1, "d": document}).encode()
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    with pytest.raises(FileFault):
        fields(cut, "s")
    assert fields(whole, "s") == [{"s": 1}]
