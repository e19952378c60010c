from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
import pytest

from traceability.errors import Malformed
from traceability.measurement import Characteristic, Status
from traceability.record.codec import decode_record, encode_record, plan_id
from traceability.record.economics import QualityLossRecord
from traceability.record.master import ControlPlan, Operation
from traceability.record.production import (
    MOST_TOOLS,
    MeasuredValue,
    MeasurementsRecord,
    Recipe,
    UnitResultRecord,
)
from traceability.unit import Flag, Verdict

NOW = datetime(2026, 11, 20, 6, 3, 0, 123456, tzinfo=UTC)
UNIT = "https://id.gs1.org/01/09506000134352/21/A17"
RESULT = UnitResultRecord(
    id="r1",
    seq=17,
    event_time=NOW,
    salt="0" * 32,
    unit=UNIT,
    part="https://id.gs1.org/01/09506000134352",
    operation="OP10",
    work_cell="a/b/c",
    verdict=Verdict.NOT_OK,
    flags=(Flag.PARTIAL,),
    attempt=2,
)


def test_a_record_is_one_line_and_comes_back_equal():
    line = encode_record(RESULT)
    assert b"\n" not in line
    assert line.startswith(b'{"kind":"unit-result","id":"r1","seq":17,"event_time":"2026-11-20T06:03:00.123456Z"')
    assert decode_record(line) == RESULT


def test_money_and_values_stay_exact():
    loss = QualityLossRecord(
        id="l1",
        seq=1,
        event_time=NOW,
        salt="0" * 32,
        plant="p",
        item="scrap",
        amount=Decimal("1234567.10"),
        currency="CNY",
        accrued_on=date(2026, 11, 20),
        evidence="SAP 4711",
        entered_by="u1",
    )
    assert b'"amount":"1234567.10"' in encode_record(loss)
    assert str(decode_record(encode_record(loss)).amount) == "1234567.10"
    values = MeasurementsRecord(
        id="r1",
        seq=18,
        event_time=NOW,
        salt="0" * 32,
        unit=UNIT,
        operation="OP10",
        values=(MeasuredValue(characteristic="bore", value=None, decimals=3, uom="mm", status=Status.BAD),),
    )
    assert decode_record(encode_record(values)) == values


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (b'"seq":17', b'"seq":0', r"\$\.seq"),
        (b'"seq":17', b'"seq":17.5', r"\$\.seq"),
        (b'"seq":17', b'"seq":9007199254740993', r"\$\.seq"),
        (b'"attempt":2', b'"attempt":true', r"\$\.attempt"),
        (b'"kind":"unit-result"', b'"kind":"unit-wish"', "unit-wish"),
        (b"06:03:00.123456Z", b"06:03:00.123456", r"\$\.event_time"),
        (b'"verdict":"NOT_OK"', b'"verdict":"GOOD"', r"\$\.verdict"),
        (b'"attempt":2', b'"attempt":2,"attempt":1', "stands twice"),
        (b'"attempt":2', b'"attempt":2,"extra":{"a":1,"a":2}', "stands twice"),
        (b'"attempt":2', b'"attempt":2,"extra":"\x80"', "can't decode byte"),
        (b"}", b"", "truncated"),
        (b"r1", b"\xff1", "UTF-8|utf-8"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(old, new, complaint):
    line = encode_record(RESULT).replace(old, new, 1)
    with pytest.raises(Malformed, match=complaint):
        decode_record(line)


def test_a_field_of_a_newer_agent_is_let_through():
    line = encode_record(RESULT).replace(b'"attempt":2', b'"attempt":2,"tool":"T7"')
    assert decode_record(line) == RESULT


def test_a_plan_is_cited_by_what_it_says():
    plan = ControlPlan(
        part="https://id.gs1.org/01/09506000134352",
        plant="p",
        revision="1",
        name="Housing",
        operations=(Operation(id="OP10", name="Bore"),),
        characteristics=(Characteristic(id="bore", name="Bore", operation="OP10", uom="mm", decimals=3),),
    )
    assert plan_id(plan) == plan_id(msgspec.structs.replace(plan))
    assert plan_id(plan) != plan_id(msgspec.structs.replace(plan, revision="2"))


def test_what_a_result_was_made_with_is_optional_bounded_and_comes_back():
    assert not {b"recipe", b"tools", b"operator"} & set(encode_record(RESULT).replace(b'"', b" ").split())
    full = msgspec.structs.replace(RESULT, recipe=Recipe(id="R", version="2"), tools=("T1", "nest:3"), operator="op-4")
    line = encode_record(full)
    assert line.endswith(b'"recipe":{"id":"R","version":"2"},"tools":["T1","nest:3"],"operator":"op-4"}')
    assert decode_record(line) == full
    for wrong in ({"tools": tuple(map(str, range(MOST_TOOLS + 1)))}, {"tools": ("",)}, {"recipe": Recipe(id="")}):
        with pytest.raises(Malformed, match=r"tools|recipe"):
            decode_record(encode_record(msgspec.structs.replace(RESULT, **wrong)))
