"""What is read of a usual batch in one pass is what is read of it record by record; nothing odd passes for usual."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.projection.objection import read_lines
from hub.projection.project import QUARANTINE, batch_rows
from hub.projection.sender import Sender
from hub.projection.usual import usual_batch
from hub.store.core.instant import to_micros
from hub.store.writing.rows import Row
from traceability.batch.limits import BatchLimits
from traceability.identifier.item import part_uri, unit_uri
from traceability.measurement import Status
from traceability.record.base import Record
from traceability.record.codec import encode_record
from traceability.record.production import (
    FirstPassClaim,
    MeasuredValue,
    MeasurementsRecord,
    Recipe,
    UnitResultRecord,
)
from traceability.unit import Flag, Purpose, Verdict

GTIN = "09506000134352"
BEGIN = datetime(2026, 3, 1, 8, tzinfo=UTC)
SENDER = Sender(author="line-1", chain="c" * 32, plant="p")
PLAN = f"sha256:{'0' * 64}"
FIRST = 41
texts = st.text(min_size=1, max_size=8)
widths = st.sampled_from([("c0",), ("c0", "c1"), ("d0", "d1", "d2")])
spans = st.timedeltas(min_value=timedelta(-3), max_value=timedelta(3))


@st.composite
def results(draw: st.DrawFn, number: int) -> list[Record]:
    """A result, and its measurements or none; now and then with something that is not plain."""
    unit: str | None = unit_uri(GTIN, f"S{number}")
    common: dict[str, Any] = {"salt": "a" * 32, "seq": 1, "plan": draw(st.sampled_from([None, PLAN]))}
    common["operation"] = draw(st.sampled_from(["OP10", "OP20", "压装"]))
    common["id"] = draw(st.sampled_from([f"r-{number}"] * 9 + ["r-1"]) if number else st.just("r-0"))
    common["unit"] = draw(st.sampled_from([unit] * 15 + [None, unit_uri(GTIN, "a/b")]))
    at = BEGIN + draw(spans)
    made: list[Record] = [
        UnitResultRecord(
            **common,
            event_time=at,
            part=part_uri(GTIN),
            work_cell="w",
            verdict=draw(st.sampled_from(Verdict)),
            attempt=draw(st.integers(1, 2**53 - 1)),
            flags=draw(st.sampled_from([(), (), (Flag.PARTIAL,), (Flag.SIMULATED, Flag.ABORTED)])),
            purpose=draw(st.sampled_from(Purpose)),
            cycle=draw(st.none() | st.integers(0, 2**53 - 1)),
            source_time=draw(st.none() | spans.map(lambda span: BEGIN + span)),
            device_offset_ms=draw(st.none() | st.integers(-5, 5)),
            defect=draw(st.none() | texts),
            recipe=draw(st.sampled_from([None] * 9 + [Recipe(id="r")])),
        )
    ]
    if draw(st.integers(0, 3)):
        if not draw(st.integers(0, 15)):
            common["operation"] = "OP30"
        values = tuple(draw(value(name)) for name in draw(widths))
        made.append(MeasurementsRecord(**common, event_time=at + draw(spans), values=values))
    return made


@st.composite
def value(draw: st.DrawFn, name: str) -> MeasuredValue:
    """Nearly always plain."""
    if draw(st.integers(0, 30)):
        number = draw(st.integers(-300, 300) | st.integers(-(2**53) + 1, 2**53 - 1))
        return MeasuredValue(characteristic=name, value=number, decimals=3, uom="mm")
    status, told = draw(st.sampled_from([(Status.BAD, None), (Status.UNCERTAIN, 5)]))
    return MeasuredValue(characteristic=name, value=told, decimals=3, uom="mm", status=status, raw="5.00")


@st.composite
def batches(draw: st.DrawFn) -> list[bytes]:
    """Lines as agents make them, now and then spelt as others might."""
    made = [record for number in range(draw(st.integers(1, 6))) for record in draw(results(number))]
    if draw(st.booleans()):
        made.insert(draw(st.integers(0, len(made))), claim())
    lines = [encode_record(msgspec.structs.replace(record, seq=seq)) for seq, record in enumerate(made, start=FIRST)]
    for before, after in draw(st.lists(st.sampled_from(SPELLINGS), max_size=2)) if not draw(st.integers(0, 2)) else ():
        at = draw(st.integers(0, len(lines) - 1))
        lines[at] = lines[at].replace(before, after, 1)
    return lines


def claim() -> FirstPassClaim:
    """What an agent adds to a batch."""
    shared: dict[str, Any] = {"id": "claim", "seq": 1, "event_time": BEGIN, "salt": "b" * 32}
    return FirstPassClaim(
        **shared, part=part_uri(GTIN), operation="OP10", through=9, submitted=1, first_ok=1, attempts=1
    )


SPELLINGS = [
    (b'"seq":', b'"seq": '),
    (b'"seq":4', b'"seq":04'),
    (b'"seq":4', b'"seq":5'),
    (b'"salt":"a', b'"salt":"A'),
    (b'"id":"', b'"id":"\\u0041'),
    (b'"id":"', b'"id":"\\u0000'),
    (b'"id":"', b'"id":"\xff'),
    (b'"id":"', b'"id":"\t'),
    (b'"id":"', b'"id":"\xed\xa0\x80'),
    (b'"id":"r', b'"id":"' + b"r" * 200),
    (b'"id":"', b'"id":"\xf0\x9f\x98\x80'),
    (b'"2026-', b'"2026-02-30T00:00:00Z","x":"2026-'),
    (b'"2026-0', b'"0001-0'),
    (b'"2026-0', b'"9999-0'),
    (b'"2026-0', b'"0000-0'),
    (b"T0", b"T24:0"),
    (b"T08:00:00Z", b"T08:00:60Z"),
    (b"T08:00:00Z", b"T08:00:00.1Z"),
    (b"T08:00:00Z", b"T08:00:00.0000001Z"),
    (b"T08:00:00Z", b"T08:00:00+00:00"),
    (b"T08:00:00Z", b"t08:00:00z"),
    (b"T08:00:00Z", b"T08:00:00"),
    (b'"verdict":"OK"', b'"verdict":"ok"'),
    (b'"verdict"', b'"verdict":"OK","verdict"'),
    (b'"attempt":', b'"attempt":-'),
    (b'"attempt":', b'"attempt":0'),
    (b'"attempt":', b'"flags":[],"attempt":'),
    (b'"cycle":', b'"cycle":-0,"x":'),
    (b'"unit":"', b'"unit":"x'),
    (b"/21/S", b"/21/"),
    (b"/21/S", b"/10/S"),
    (b"134352/21/", b"134353/21/"),
    (b"/21/S", b"/21/%53"),
    (b"/21/S", b"/21/" + b"9" * 25),
    (b"}", b',"x":1}'),
    (b'"value":', b'"value":-0,"x":'),
    (b'"value":', b'"value":1.0,"x":'),
    (b'"value":', b'"value":01,"x":'),
    (b'"value":', b'"value":9999999999999999,"x":'),
    (b'"value":', b'"value":1,"value":'),
    (b"[{", b"[[{"),
    (b'"values":[', b'"values":[],"values":['),
    (b'"c1"', b'"c0"'),
    (b'"c0"', b'"d0"'),
    (b'"decimals":3', b'"decimals":13'),
    (b'"uom":"mm"', b'"uom":"' + b"m" * 21 + b'"'),
    (b'"uom":"mm"', b'"uom":"mm","status":"Good"'),
    (b"]", b"]]"),
    (b'"mm"}', b'"mm","raw":null}'),
    (b'"mm"', b'"\xc2\xb5m"'),
    (b'"uom":"mm"', b'"uom":"\\"value\\":0"'),
    (b'"c0"', b'""'),
    (b'"kind":"', b'"kind":"x'),
    (b'"operation":"', b'"operation":"' + "é".encode() * 200),
    (b'"defect":"', b'"defect":"\x7f'),
    (b'"defect":"', b'"defect":"' + b"d" * 2000),
    (b'"plan":"sha256:0', b'"plan":"sha256:g'),
    (b'"part":"', b'"part":"x'),
    (b'"purpose":"re', b'"purpose":"first","x":"re'),
    (b'"flags":["', b'"flags":["x'),
    (b"{", b"{ "),
    (b"{", b"\r{"),
    (b"}", b"}\r"),
]


@settings(max_examples=150, deadline=None)
@given(batches())
@example([])
@example([encode_record(claim())])
def test_the_rows_are_those_of_each_record_by_itself(lines: list[bytes]) -> None:
    found = usual_batch(7, SENDER, lines, FIRST)
    if found is not None:
        read = read_lines(lines, FIRST, SENDER)
        assert by_table([*found.rows, *found.results.rows()]) == by_table(batch_rows(7, SENDER, read))
        times = [item.record.event_time for item in read if item.record is not None]
        assert len(times) == len(lines)
        assert found.latest == max(map(to_micros, times))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SPELLINGS), st.booleans())
def test_no_other_spelling_passes_for_usual(spelling: tuple[bytes, bytes], later: bool) -> None:
    lines = usual(3)
    at = 4 + later
    lines[at] = lines[at].replace(*spelling, 1)
    found = usual_batch(7, SENDER, lines, FIRST)
    rows = by_table(batch_rows(7, SENDER, read_lines(lines, FIRST, SENDER)))
    assert found is None or by_table([*found.rows, *found.results.rows()]) == rows
    assert found is None or QUARANTINE not in rows


def test_batches_as_agents_send_them_are_usual() -> None:
    found = usual_batch(7, SENDER, [*usual(40), encode_record(msgspec.structs.replace(claim(), seq=FIRST + 80))], FIRST)
    assert found is not None
    assert len(found.results.line) == 40
    assert [name for name, _ in found.rows] == ["claim", "value_column", "value_column"]


@pytest.mark.parametrize("limits", [BatchLimits(nesting=2), BatchLimits(string=100)])
def test_narrower_limits_are_looked_at_record_by_record(limits: BatchLimits) -> None:
    assert usual_batch(7, SENDER, usual(3), FIRST, limits) is None


def usual(count: int) -> list[bytes]:
    """Lines of results with their measurements."""
    made: list[Record] = []
    for number in range(count):
        common: dict[str, Any] = {"id": f"r-{number}", "salt": "a" * 32, "event_time": BEGIN, "plan": PLAN}
        common |= {"unit": unit_uri(GTIN, f"S{number}"), "operation": "OP10"}
        values = tuple(MeasuredValue(characteristic=name, value=number, decimals=3, uom="mm") for name in ("c0", "c1"))
        result = {"part": part_uri(GTIN), "work_cell": "w", "verdict": Verdict.OK, "attempt": 1, "cycle": number}
        result |= {"source_time": BEGIN, "defect": "é壳", "flags": (Flag.PARTIAL,), "purpose": Purpose.REWORK}
        made.append(UnitResultRecord(**common, **result, seq=FIRST + 2 * number))
        made.append(MeasurementsRecord(**common, values=values, seq=FIRST + 2 * number + 1))
    return list(map(encode_record, made))


def by_table(rows: Any) -> Mapping[str, Sequence[Row]]:
    """In the order of each table's lines."""
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for name, row in rows:
        found[name].append(row)
    return found
