"""CSV result files: what machines write, and what no machine should."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.drivers.files.csv_result import CsvRule, parse_csv
from edge_agent.drivers.files.row import FileFault


def fields(content, **rule):
    return [row.fields for row in parse_csv(content, CsvRule(**rule))]


def test_lines_become_fields_by_the_names_of_the_first_line():
    content = b'\xef\xbb\xbfserial, value ,note\r\nS1,12.5,"a, ""b""\nc"\r\n\r\nS2,,\r\n'
    assert fields(content) == [
        {"serial": "S1", "value": "12.5", "note": 'a, "b"\nc'},
        {"serial": "S2", "value": "", "note": ""},
    ]


def test_delimiter_skipped_lines_given_names_and_chinese():
    content = "设备;压机\n序列号;判定\nS1;合格\n".encode("gb18030")
    assert fields(content, delimiter=";", encoding="gb18030", skip=1) == [{"序列号": "S1", "判定": "合格"}]
    assert fields(b"S1\tOK\n", delimiter="\t", columns=("serial", "verdict")) == [{"serial": "S1", "verdict": "OK"}]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "no line of names"),
        (b"\n\n", "no line of names"),
        (b"a,b\n", "holds no result"),
        (b"a,b\n1,2\n3", "line 3: has no end"),
        (b"a,b\n1\n", "line 2: has 1 cells, expected 2"),
        (b"a,b\n1,2,3\n", "line 2: has 3 cells"),
        (b"a,a\n1,2\n", "line 1: expected different names, found a"),
        (b"a,\n1,2\n", "an empty one"),
        (b'a,b\n1,"2\n', "is no CSV"),
        (b'a,b\n1,"2"x\n', "is no CSV"),
        (b"a,b\n1,\xff\n", "line 2: is not utf-8-sig"),
    ],
)
def test_what_is_no_result_file_says_where(content, expected):
    with pytest.raises(FileFault, match=expected):
        parse_csv(content, CsvRule())


def test_an_unfinished_last_line_is_taken_only_where_the_machine_writes_it_so():
    assert fields(b"a,b\n1,2", final_newline=False) == [{"a": "1", "b": "2"}]


@given(st.binary(max_size=300), st.sampled_from(["utf-8-sig", "gb18030", "utf-16", "latin-1"]))
def test_any_bytes_are_rows_or_a_fault(content, encoding):
    try:
        rows = parse_csv(content, CsvRule(encoding=encoding))
    except FileFault:
        return
    assert all(set(row.fields) == set(rows[0].fields) for row in rows)


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8), min_size=2,
                max_size=2), min_size=1, max_size=6))  # fmt: skip
def test_what_was_written_is_read(rows):
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerows([["a", "b"], *rows])
    expected = [{"a": a.strip(), "b": b.strip()} for a, b in rows if a.strip() or b.strip()]
    if expected:
        assert fields(text.getvalue().encode()) == expected


@given(st.data())
def test_a_half_written_file_never_gives_a_row_that_was_not_written(data):
    whole = b"serial,value\r\n" + b"".join(b"S%d,%d.5\r\n" % (n, n * 111) for n in range(1, 5))
    cut = whole[: data.draw(st.integers(0, len(whole)))]
    try:
        rows = fields(cut)
    except FileFault:
        return
    assert rows == fields(whole)[: len(rows)]
