"""The codec against recorded telegrams, and against noise."""

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from open_protocol_controller import OLD_1, OLD_2, PLACES, REV_1, REV_2, TEMPLATES, Tightening

from edge_agent.drivers.open_protocol.commands import parse_accepted, parse_refusal
from edge_agent.drivers.open_protocol.fields import TABLES
from edge_agent.drivers.open_protocol.framing import Framer, Message, decode_message, encode_message
from edge_agent.drivers.open_protocol.result import parse_tightening
from traceability.errors import Malformed

# Recorded telegrams published with open implementations: other controllers and revisions.
AIRBAG = (
    b"02310061001         010001020103airbag7                  04KPOL3456JKLO897          "
    b"050006003070000080000090100111120008401300140014001200150007391600000170999918000001900000202001-06-02:09:54:09"
    b"212001-05-29:12:34:33221230000345675"
)
STA_REV_2 = (
    b"038500610021        010000020003STa 6000                 04                         "
    b"050000060030713080000009000110000111012013014115116117118119120000000000021001350220016502300000024001234250000026"
    b"000002700000280000029000003000000310000032000330003400035000000360000003700000038000000390000004000000041000000067"
    b"5420000043000004442250888    \x01\x01452023-10-09:23:35:2346                   "
)
STA_REV_5 = (
    b"050600610051        010000020003STa 6000                 04                         "
    b"05000006005071808000000900001000001101221301411511611711811912000000000002100075022007500230000002400000025000002"
    b"60999927000002800000290000030000003100000320003300034000350000003600000037000000380000003900000040000000410000000"
    b"532420000043000004442250888      452023-05-15:21:35:0546                   47QuickPset 5              48149015"
    b"0                         51                         52                         530000"
)


def parsed(frame):
    return parse_tightening(decode_message(frame))


def test_a_recorded_result_of_revision_1():
    found = parsed(AIRBAG)
    assert (found.id, found.time) == (345_675, datetime(2001, 6, 2, 9, 54, 9))
    assert found.values["vin"] == b"KPOL3456JKLO897"
    assert found.values["controller_name"] == b"airbag7"
    assert (found.values["job_id"], found.values["parameter_set"]) == (0, 3)
    assert (found.values["tightening_status"], found.values["torque_status"], found.values["angle_status"]) == (0, 0, 1)
    assert [found.values[f"torque{at}"] for at in ("_min", "_max", "_target", "")] == [
        Decimal("8.40"), Decimal("14.00"), Decimal("12.00"), Decimal("7.39"),
    ]  # fmt: skip
    assert [found.values[f"angle{at}"] for at in ("_min", "_max", "_target", "")] == [0, 9999, 0, 0]
    assert found.values["parameters_changed"] == datetime(2001, 5, 29, 12, 34, 33)
    assert found.values["batch_status"] == 1


def test_recorded_results_of_revisions_2_and_5():
    found = parsed(STA_REV_2)
    assert (found.id, found.values["torque"], found.values["tightening_status"]) == (675, Decimal("12.34"), 0)
    assert (found.values["torque_min"], found.values["torque_max"]) == (Decimal("13.50"), Decimal("16.50"))
    assert found.time == datetime(2023, 10, 9, 23, 35, 23)
    assert found.values["parameters_changed"] is None
    assert found.values["tool_serial"] == b"42250888    \x01\x01"
    fifth = parsed(STA_REV_5)
    assert (fifth.id, fifth.values["parameter_set_name"], fifth.values["torque_unit"]) == (532, b"QuickPset 5", 1)
    assert fifth.values["customer_error_code"] == b"0000"
    second = parsed(REV_2.encode())
    assert (second.id, second.values["torque"], second.values["angle"]) == (184_887, Decimal("5.05"), 0)
    assert second.values["tightening_errors"] == b"0000008194"


def test_recorded_old_results():
    first = parsed(OLD_1.encode())
    assert (first.id, first.values["vin"], first.values["torque"]) == (123_456_789, b"AIRBAG", Decimal("14.67"))
    assert (first.values["angle"], first.time, first.values["batch_status"]) == (
        46,
        datetime(2001, 4, 22, 14, 54, 34),
        2,
    )
    second = parsed(OLD_2.encode())
    assert (second.id, second.values["torque"], second.values["angle"]) == (123_456_789, Decimal("10.00"), 360)
    assert (second.values["tool_serial"], second.time) == (b"ABCDEFG-123", datetime(2019, 1, 5, 9, 0, 5))


@pytest.mark.parametrize(("mid", "revision", "length"), [
    (61, 1, 231), (61, 2, 385), (61, 3, 419), (61, 4, 500), (61, 5, 506), (61, 6, 526),
    (65, 1, 118), (65, 2, 226), (65, 3, 233), (65, 4, 314), (65, 5, 320), (65, 6, 340),
])  # fmt: skip
def test_the_lengths_are_those_of_the_specification(mid, revision, length):
    assert 20 + sum(2 + field.width for field in TABLES[mid][revision]) == length


tightenings = st.builds(
    Tightening,
    id=st.integers(0, 2**32 - 1),
    vin=st.from_regex(r"[!-~]{0,25}", fullmatch=True),
    ok=st.booleans(),
    torque=st.integers(0, 999_999),
    angle=st.integers(0, 99_999),
    time=st.datetimes(datetime(1000, 1, 1), datetime(9999, 1, 1)).map(lambda time: f"{time:%Y-%m-%d:%H:%M:%S}"),
)


@given(st.sampled_from(sorted(PLACES)), tightenings)
def test_what_a_controller_writes_is_what_is_read(kind, made):
    found = parsed(made.telegram(*kind))
    assert (found.id, found.values["vin"]) == (made.id, made.vin.encode())
    assert f"{found.time:%Y-%m-%d:%H:%M:%S}" == made.time
    assert (found.values["torque"], found.values["angle"]) == (Decimal(made.torque) / 100, made.angle)
    assert found.values["tightening_status"] == made.ok


@given(st.sampled_from(sorted(TEMPLATES)), st.integers(20, 400), st.binary(min_size=1, max_size=6))
def test_damage_is_malformed_or_spoils_only_the_fields_it_touches(kind, at, noise):
    whole = TEMPLATES[kind].encode()
    damaged = whole[:at] + noise + whole[at + len(noise) :]
    good = parsed(whole)
    try:
        found = parse_tightening(decode_message(damaged))
    except Malformed:
        return
    assert len(damaged) == len(whole)
    place = 20
    for field in TABLES[kind[0]][kind[1]]:
        first, end = place + 2, place + 2 + field.width
        if not (first < at + len(noise) and at < end):
            assert found.values[field.name] == good.values[field.name]
        place = end


@given(st.binary(max_size=600))
@example(b"0020")
@example(b"00200061001         \0")
def test_noise_is_malformed_or_waits_for_more(noise):
    framer = Framer()
    try:
        for message, frame in framer.feed(noise):
            assert decode_message(frame) == message
            for parse in (parse_tightening, parse_refusal, parse_accepted):
                try:
                    parse(message)
                except Malformed:
                    continue
    except Malformed:
        return


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=6), st.data())
def test_messages_survive_any_division_of_the_stream(contents, data):
    messages = [Message(mid=9000 + n, revision=n + 1, no_ack=n % 2 == 0, data=c) for n, c in enumerate(contents)]
    stream = b"".join(map(encode_message, messages))
    framer, found = Framer(), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += [message for message, _ in framer.feed(stream[:size])]
        stream = stream[size:]
    assert found == messages


@pytest.mark.parametrize(
    "wrong",
    [b"0019006000100000000", b"00200060001         x", b"ab200060001         \0", b"0020006x001         \0",
     b"0020006000x         \0", b"0005", b"\0\0\0\0", b"HTTP/1.1 400"],
)  # fmt: skip
def test_a_frame_that_is_none(wrong):
    with pytest.raises(Malformed):
        Framer().feed(wrong)


def test_blank_headers_mean_the_first_value():
    assert decode_message(b"00209999        0100") == Message(mid=9999)
    assert decode_message(b"00209999000         ").revision == 1
    assert decode_message(b"002000600021        ").no_ack


@pytest.mark.parametrize(("data", "mid", "code"), [(b"001802", 18, 2), (b"0064015", 64, 15), (b"006097 ", 60, 97)])
def test_refusals(data, mid, code):
    refusal = parse_refusal(Message(mid=4, data=data))
    assert (refusal.mid, refusal.code) == (mid, code)


def test_an_id_that_cannot_be_read_is_no_result():
    blank = Tightening(id=1).telegram(61, 1)
    with pytest.raises(Malformed, match="tightening id"):
        parsed(blank[:221] + b" " * 10)
    with pytest.raises(Malformed, match="tightening id"):
        parsed(blank[:221] + b"4294967296")
    assert parsed(blank[:221] + b"345675    ").id == 345_675


def test_a_clock_that_was_never_set_has_no_time():
    assert parsed(Tightening(id=1, time="0000-00-00:00:00:00").telegram(61, 1)).time is None
    assert parsed(Tightening(id=1, time="Last Change Unknown").telegram(61, 1)).time is None
    assert REV_1.endswith("0000000235")
