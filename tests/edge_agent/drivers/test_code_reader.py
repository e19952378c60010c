"""Bytes of code readers become readings or stated faults; nothing else, whatever the bytes are."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.drivers.code_reader.messages import Framer, ReaderFault, ReaderRule, Reading, parse_message, rule_of
from edge_agent.drivers.told_settings import CodeReaderTcpSettings, control_bytes

PLAIN = ReaderRule()


def contents(rule, *chunks):
    framer = Framer(rule)
    return [found for chunk in chunks for found in framer.feed(chunk)]


def codes(content, **rule):
    return [reading.code for reading in parse_message(content, ReaderRule(**rule))]


@pytest.mark.parametrize(
    ("rule", "chunks", "expected"),
    [
        ({}, [b"A1\rB2\r"], [b"A1", b"B2"]),
        ({}, [b"A", b"1\r", b"B2", b"\r"], [b"A1", b"B2"]),
        ({}, [b"A1\r\nB2\r\n"], [b"A1", b"B2"]),
        ({"terminator": b"\r\n"}, [b"A\r1\r", b"\nB"], [b"A\r1"]),
        ({"header": b"\x02", "terminator": b"\x03"}, [b"noise\x02A1\x03", b"\x02B2\x03"], [b"A1", b"B2"]),
    ],
)
def test_messages_are_cut_out_of_the_stream(rule, chunks, expected):
    assert contents(ReaderRule(**rule), *chunks) == expected


def test_a_message_without_its_header_is_a_fault_and_the_next_one_is_read():
    found = contents(ReaderRule(header=b"\x02", terminator=b"\x03"), b"A1\x03\x02B2\x03")
    assert (str(found[0]), found[1]) == ("a message without the header b'\\x02': b'A1'", b"B2")


def test_bytes_without_end_are_dropped_up_to_the_next_terminator_with_one_fault():
    framer = Framer(ReaderRule(max_length=10))
    found = [found for _ in range(100) for found in framer.feed(b"x" * 50)]
    assert len(found) == 1
    assert "without the terminator" in str(found[0])
    assert len(framer._held) <= 10
    assert list(framer.feed(b"tail\rA1\r")) == [b"A1"]


def test_a_cut_stream_says_how_much_was_lost_and_begins_anew():
    framer = Framer(PLAIN)
    assert list(framer.feed(b"A1\r12345")) == [b"A1"]
    assert "5 bytes" in str(framer.cut())
    assert framer.cut() is None
    assert list(framer.feed(b"B2\r")) == [b"B2"]


@pytest.mark.parametrize(
    ("content", "rule", "expected"),
    [
        (b"A1", {}, [b"A1"]),
        (b"ERROR", {}, [None]),
        (b"NoRead", {"no_read": b"NoRead"}, [None]),
        (b"A1;NoRead;B2", {"no_read": b"NoRead", "separator": b";"}, [b"A1", None, b"B2"]),
        (b"17,A,1", {"fields": ("sequence", "code")}, [b"A,1"]),
        (b"A,1,95,12ms", {"fields": ("code", "grade", "time")}, [b"A,1"]),
        (b"17,ERROR,0", {"fields": ("sequence", "code", "grade")}, [None]),
        (b"]d201095", {"aim_prefix": True}, [b"01095"]),
        (b"", {"no_read": b""}, [None]),
        (b"alive", {"heartbeat": b"alive"}, []),
    ],
)
def test_readings_of_a_message(content, rule, expected):
    assert codes(content, **rule) == expected


def test_fields_beside_the_code_keep_their_bytes():
    (reading,) = parse_message(b"17;]Q3\xd6\xd0;A", ReaderRule(
        fields=("sequence", "code", "grade"), field_separator=b";", aim_prefix=True
    ))  # fmt: skip
    assert reading == Reading(
        code=b"\xd6\xd0", symbology="]Q3", sequence=17, other={"grade": b"A"}, received=b"17;]Q3\xd6\xd0;A"
    )


@pytest.mark.parametrize(
    ("content", "rule", "expected"),
    [
        (b"", {}, "an empty code"),
        (b"A1;;B2", {"separator": b";"}, "an empty code"),
        (b"01095", {"aim_prefix": True}, "no symbology identifier"),
        (b"]d2", {"aim_prefix": True}, "an empty code"),
        (b"A1", {"fields": ("sequence", "code")}, "1 fields"),
        (b"one,A1", {"fields": ("sequence", "code")}, "the sequence b'one' is no number"),
        (b"-1,A1", {"fields": ("sequence", "code")}, "is no number"),
    ],
)
def test_what_is_no_reading_is_a_fault(content, rule, expected):
    with pytest.raises(ReaderFault, match=expected):
        parse_message(content, ReaderRule(**rule))


@given(
    st.lists(st.binary(max_size=40), max_size=12),
    st.sampled_from([b"\r", b"\r\n", b"\x03"]),
    st.sampled_from([b"", b"\x02"]),
    st.booleans(),
)
def test_any_bytes_are_readings_or_faults_and_no_code_is_invented(chunks, terminator, header, aim):
    rule = ReaderRule(
        terminator=terminator, header=header, aim_prefix=aim, max_length=64, separator=b";", fields=("sequence", "code")
    )
    stream = b"".join(chunks)
    for found in contents(rule, *chunks):
        if isinstance(found, ReaderFault):
            continue
        try:
            readings = parse_message(found, rule)
        except ReaderFault:
            continue
        for reading in readings:
            assert reading.received in stream
            assert reading.code is None or (reading.code and reading.code in reading.received)


@given(st.lists(st.binary(min_size=1, max_size=30), max_size=8), st.data())
def test_how_the_stream_is_divided_changes_nothing(messages, data):
    clean = [message.replace(b"\r", b"").replace(b"\n", b"") or b"x" for message in messages]
    stream = b"".join(message + b"\r" for message in clean)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    chunks = [stream[first:last] for first, last in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert contents(PLAIN, *chunks) == clean


def test_settings_spell_control_characters_as_escapes_or_as_they_are():
    assert control_bytes(r"\x02\r\n\\") == b"\x02\r\n\\"
    assert control_bytes("\x02") == b"\x02"
    rule = rule_of(CodeReaderTcpSettings(host="h", port=1, terminator=r"\r\n", header=r"\x02"))
    assert (rule.terminator, rule.header) == (b"\r\n", b"\x02")


@pytest.mark.parametrize(
    "wrong",
    [{"terminator": r"\q"}, {"no_read": "读不出"}, {"fields": ["sequence"]}, {"fields": ["code", "code"]}, {"port": 0},
     {"symbology": "d2"}],
)  # fmt: skip
def test_wrong_settings_are_refused(wrong):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"host": "h", "port": 1} | wrong, CodeReaderTcpSettings)
