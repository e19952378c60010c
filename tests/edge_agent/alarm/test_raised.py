"""Alarms come with the result that completes them, once, whatever happens to the process or the transaction."""

import asyncio
import sqlite3
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_alarms import ALARMS, AlarmBench
from small_outbox import GTIN

from edge_agent.alarm.facts import Acknowledgement
from edge_agent.errors import AlarmRefused
from edge_agent.outbox.alarms import AlarmDesk, AlarmFile
from edge_agent.outbox.holds import HoldFile
from edge_agent.outbox.results import append_result
from edge_agent.outbox.schema import open_file, open_for_reading
from edge_agent.plans import one_plan
from traceability.identifier.item import unit_uri
from traceability.measurement import Status
from traceability.quality.alarm.rule import AlarmKind, ClockRule, NoReadRule
from traceability.record.alarm import AlarmAcknowledgementRecord, AlarmRecord
from traceability.record.production import HoldRecord, HoldState, UnitResultRecord
from traceability.unit import Flag, Purpose, Verdict

FAR = 25_005


async def fill(bench, outbox, submissions):
    for submission in submissions:
        await outbox.append(submission)


def failing(bench, cycles):
    return [bench.unit(cycle, verdict=Verdict.NOT_OK) for cycle in cycles]


async def test_the_third_failure_in_a_row_alarms_and_holds_the_station_in_the_chain(bench):
    outbox = await bench.open()
    await fill(bench, outbox, failing(bench, (1, 2)))
    await fill(bench, outbox, [bench.unit(3), *failing(bench, (4, 5, 6))])
    outbox.close()
    audit = bench.audit()
    (alarm,) = audit.of(AlarmRecord)
    assert alarm.warns_of is AlarmKind.CONSECUTIVE_NOT_OK
    assert (alarm.rule, alarm.result, alarm.unit) == ("three", "result-OP10-6", unit_uri(GTIN, "S6"))
    assert (alarm.units, alarm.failed, alarm.false_alarm_every) == (3, 3, 1_010_100)
    (hold,) = audit.of(HoldRecord)
    assert hold.id == alarm.hold
    assert (hold.target, hold.state) == ("OP10", HoldState.PLACED)
    assert alarm.id.removeprefix("alarm:") in hold.reason


async def test_a_value_beyond_its_limits_alarms_with_what_was_seen(bench):
    outbox = await bench.open()
    await fill(bench, outbox, [bench.unit(1), bench.unit(2, FAR)])
    outbox.close()
    (alarm,) = bench.audit().of(AlarmRecord)
    assert (alarm.signs, alarm.side, alarm.value, alarm.limit) == (("WE1",), "upper", "25.005", "25.003")
    assert (alarm.characteristic, alarm.false_alarm_every, alarm.hold) == ("bore", 92, None)


async def test_what_is_no_first_submission_or_not_trusted_warns_of_nothing(bench):
    outbox = await bench.open()
    distrusted = bench.unit(1, FAR, status=Status.BAD)
    again = msgspec.structs.replace(bench.unit(2, FAR).result, unit=unit_uri(GTIN, "S1"), purpose=Purpose.RETEST)
    retest = msgspec.structs.replace(bench.unit(2, FAR), result=again)
    aborted = msgspec.structs.replace(bench.unit(3, FAR).result, flags=(Flag.ABORTED,))
    await fill(bench, outbox, [distrusted, retest, msgspec.structs.replace(bench.unit(3, FAR), result=aborted)])
    outbox.close()
    assert not bench.audit().of(AlarmRecord)


async def test_a_cycle_that_is_told_again_warns_of_nothing_new(bench):
    outbox = await bench.open()
    for _ in range(3):
        await outbox.append(bench.unit(1, verdict=Verdict.NOT_OK))
    outbox.close()
    assert not bench.audit().of(AlarmRecord)


async def test_noread_and_the_devices_clock_count_for_every_result(bench):
    reads = NoReadRule(
        id="codes", operation="OP10", accepted=Decimal("0.01"), raised=Decimal("0.2"), false_alarm_every=1000
    )
    bench.alarms = (reads, ClockRule(id="clock", operation="OP10", most_ms=500, count=2))
    outbox = await bench.open()
    for cycle in range(1, 9):
        submission = bench.submission(cycle, None, Verdict.NOT_DECIDABLE, flags=(Flag.NO_READ,))
        result = msgspec.structs.replace(submission.result, device_offset_ms=-700)
        await outbox.append(msgspec.structs.replace(submission, result=result))
    outbox.close()
    raised = {alarm.rule: alarm for alarm in bench.audit().of(AlarmRecord)}
    assert raised["clock"].result == "result-OP10-2"
    assert (raised["clock"].warns_of, raised["clock"].side) == (AlarmKind.DEVICE_DRIFT, "lower")
    assert raised["codes"].warns_of is AlarmKind.NO_READ_RATE


async def test_while_an_alarm_waits_its_rule_only_counts(bench):
    outbox = await bench.open()
    await fill(bench, outbox, failing(bench, range(1, 10)))
    file = AlarmFile(bench.path, bench.salt)
    (alarm,) = [one for one in file.all(acknowledged=False) if one.alarm.rule == "three"]
    assert alarm.signals == 3
    said = Acknowledgement(by="q7", cause="tool broken", action="tool changed", at=bench.clock())
    answered = file.acknowledge(alarm.id.removeprefix("alarm:"), said, keep_hold=False)
    assert (answered.cause, answered.acknowledged_by) == ("tool broken", "q7")
    with pytest.raises(AlarmRefused, match="already"):
        file.acknowledge(alarm.id, said, keep_hold=False)
    with pytest.raises(AlarmRefused, match="no alarm"):
        file.acknowledge("0000000000", said, keep_hold=False)
    await fill(bench, outbox, failing(bench, range(10, 13)))
    outbox.close()
    audit = bench.audit()
    assert len(audit.of(AlarmRecord)) == 2
    (told,) = audit.of(AlarmAcknowledgementRecord)
    assert (told.id, told.by, told.cause, told.action, told.agent) == (
        alarm.id,
        "q7",
        "tool broken",
        "tool changed",
        None,
    )
    assert [hold.state for hold in audit.of(HoldRecord)] == [HoldState.PLACED, HoldState.RELEASED, HoldState.PLACED]


async def test_a_hold_may_outlast_the_acknowledgement(bench):
    outbox = await bench.open()
    await fill(bench, outbox, failing(bench, range(1, 4)))
    file = AlarmFile(bench.path, bench.salt)
    (alarm,) = file.all(acknowledged=False)
    said = Acknowledgement(by="q7", cause="tool broken", action="tool ordered", at=bench.clock())
    file.acknowledge(alarm.id, said, keep_hold=True)
    outbox.close()
    assert [hold.target for hold in HoldFile(bench.path, bench.salt).all(released=False)] == ["OP10"]


async def test_detectors_go_on_where_they_stood_after_a_restart(bench):
    outbox = await bench.open()
    await fill(bench, outbox, failing(bench, (1, 2)))
    outbox.close()
    bench.revision = "B"  # another plan with the same rule
    outbox = await bench.open()
    await fill(bench, outbox, failing(bench, (3,)))
    outbox.close()
    (alarm,) = bench.audit().of(AlarmRecord)
    assert alarm.result == "result-OP10-3"


async def test_a_rule_that_was_changed_begins_anew(bench):
    outbox = await bench.open()
    await fill(bench, outbox, failing(bench, (1, 2)))
    outbox.close()
    bench.alarms = (msgspec.structs.replace(bench.alarms[0], count=2),)
    outbox = await bench.open()
    await fill(bench, outbox, failing(bench, (3,)))
    outbox.close()
    assert not bench.audit().of(AlarmRecord)


@settings(max_examples=30, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(("stored", "undone before", "undone after", "restarted")), st.booleans()),
        min_size=4, max_size=25,
    )
)  # fmt: skip
def test_whatever_is_undone_or_restarted_alarms_come_as_if_nothing_had_been(steps, tmp_path_factory):
    """Against the same results stored without any mishap."""
    folder = tmp_path_factory.mktemp("outbox")
    seen = []
    for name, mishaps in (("smooth", False), ("rough", True)):
        bench = AlarmBench(folder / name)
        connection = _started(bench)
        desk = AlarmDesk(one_plan(bench.plan))
        for cycle, (step, good) in enumerate(steps, start=1):
            submission = bench.unit(cycle, 25_000 + 2 * (cycle % 3), Verdict.OK if good else Verdict.NOT_OK)
            if mishaps and step == "restarted":
                desk = AlarmDesk(one_plan(bench.plan))
            if mishaps and step.startswith("undone"):
                _undo(connection, submission, desk, bench, after=step.endswith("after"))
            connection.execute("BEGIN IMMEDIATE")
            append_result(connection, submission, bench.salt, bench.now, desk)
            connection.execute("COMMIT")
        rows = connection.execute("SELECT id, rule, signals FROM alarm ORDER BY rowid").fetchall()
        (state,) = connection.execute("SELECT state FROM alarm_state").fetchone()
        connection.close()
        seen.append((rows, state))
    assert seen[0] == seen[1]


def _started(bench) -> sqlite3.Connection:
    async def begin():
        (await bench.open()).close()

    asyncio.run(begin())
    return open_file(bench.path)


def _undo(connection, submission, desk, bench, *, after):
    connection.execute("BEGIN IMMEDIATE")
    if after:
        append_result(connection, submission, bench.salt, bench.now, desk)
    else:
        connection.execute("SAVEPOINT s")
        connection.execute("DROP TABLE alarm_state")
        with pytest.raises(sqlite3.OperationalError):
            append_result(connection, submission, bench.salt, bench.now, desk)
    connection.execute("ROLLBACK")


async def test_a_file_of_before_alarms_is_given_their_tables(bench):
    bench.alarms = ()
    outbox = await bench.open()
    outbox.close()
    connection = open_file(bench.path)
    connection.execute("DROP TABLE alarm")
    connection.execute("DROP TABLE alarm_state")
    connection.commit()
    connection.close()
    bench.alarms = ALARMS
    outbox = await bench.open()
    await fill(bench, outbox, failing(bench, (1, 2, 3)))
    outbox.close()
    connection = open_for_reading(bench.path)
    assert connection.execute("SELECT count(*) FROM alarm").fetchone() == (1,)
    connection.close()
    assert len(bench.audit().of(UnitResultRecord)) == 3


async def test_alarms_and_what_the_rules_saw_outlive_a_broken_file(bench):
    outbox = await bench.open()
    await fill(bench, outbox, failing(bench, range(1, 6)))
    outbox.close()
    content = bytearray(bench.path.read_bytes())
    connection = open_file(bench.path)
    (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'decision'").fetchone()
    connection.close()
    content[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    bench.path.write_bytes(bytes(content))
    outbox = await bench.open()
    assert (await outbox.report()).rescues
    await fill(bench, outbox, failing(bench, (6,)))
    outbox.close()
    (alarm,) = AlarmFile(bench.path, bench.salt).all(acknowledged=False)
    assert alarm.signals == 2
