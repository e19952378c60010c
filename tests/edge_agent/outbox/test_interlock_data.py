"""What the interlock asks of the outbox file: own submissions, states from the hub, lots, holds."""

import asyncio
import itertools
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from edge_agent.errors import HoldRefused
from edge_agent.interlock.facts import Hold, UnitState
from edge_agent.outbox.decisions import Answered, Lookup, decision_counts
from edge_agent.outbox.holds import HoldFile
from edge_agent.outbox.schema import open_for_reading
from traceability.identifier.item import lot_uri, unit_uri
from traceability.record.production import AssociationRecord, Component, HoldRecord, HoldScope, HoldState
from traceability.unit import Flag, Verdict

GTIN, STEEL = "09506000134352", "09506000134376"
UNIT, LOT = unit_uri(GTIN, "S1"), lot_uri(STEEL, "L7")
T0 = datetime(2026, 3, 1, 8, tzinfo=UTC)


@pytest.fixture
async def outbox(bench):
    outbox = await bench.open()
    yield outbox
    outbox.close()


async def standings(bench, unit=UNIT):
    facts, _ = await Lookup(bench.path).facts(unit, ())
    return {operation: standing.verdict for operation, standing in facts.standings.items()}


async def test_the_last_submission_counts_and_what_is_none_does_not(bench, outbox):
    await outbox.append(bench.submission(1, "S1", Verdict.NOT_OK))
    assert await standings(bench) == {"OP10": Verdict.NOT_OK}
    await outbox.append(bench.submission(2, "S1", Verdict.OK))
    await outbox.append(bench.submission(3, "S1", Verdict.NOT_OK, flags=(Flag.SIMULATED,)))
    await outbox.append(bench.submission(4, "S1", Verdict.NOT_DECIDABLE))
    assert await standings(bench) == {"OP10": Verdict.OK}
    await outbox.append(bench.submission(5, "S2", Verdict.NOT_DECIDABLE, "OP20"))
    assert await standings(bench, unit_uri(GTIN, "S2")) == {"OP20": None}
    assert await standings(bench, unit_uri(GTIN, "S3")) == {}


async def test_states_come_out_the_same_in_any_order(bench, outbox):
    states = [
        UnitState(unit=UNIT, at=T0, operation="OP05", verdict=Verdict.OK),
        UnitState(unit=UNIT, at=T0 + timedelta(hours=1), operation="OP05", verdict=Verdict.NOT_OK),
        UnitState(unit=UNIT, at=T0 + timedelta(hours=1), operation="OP05", verdict=Verdict.OK),
        UnitState(unit=UNIT, at=T0 + timedelta(hours=2), scrapped=True, lots=(LOT,)),
        UnitState(unit=UNIT, at=T0 + timedelta(hours=1), scrapped=False),
    ]
    for number, order in enumerate(itertools.permutations(states)):
        unit = unit_uri(GTIN, f"P{number}")
        await outbox.receive_states([type(state)(**_fields(state) | {"unit": unit}) for state in order])
        facts, _ = await Lookup(bench.path).facts(unit, ())
        assert (facts.standings["OP05"].verdict, facts.scrapped, facts.lots) == (Verdict.NOT_OK, True, {LOT})


def _fields(state):
    return {name: getattr(state, name) for name in state.__struct_fields__}


async def test_of_own_result_and_state_from_the_hub_the_later_one_counts(bench, outbox):
    await outbox.append(bench.submission(1, "S1", Verdict.NOT_OK))
    earlier, later = bench.now - timedelta(hours=1), bench.now + timedelta(hours=1)
    await outbox.receive_states([UnitState(unit=UNIT, at=earlier, operation="OP10", verdict=Verdict.OK)])
    assert await standings(bench) == {"OP10": Verdict.NOT_OK}
    await outbox.receive_states([UnitState(unit=UNIT, at=later, operation="OP10", verdict=Verdict.OK)])
    assert await standings(bench) == {"OP10": Verdict.OK}


async def test_what_was_joined_here_is_found_with_its_holds(bench, outbox):
    entry = bench.submission(1, "S1")
    common = {"id": entry.result.id, "seq": 0, "salt": "", "event_time": T0}
    parts = (Component(item=LOT, quantity="1", uom="kg"), Component(item=unit_uri(STEEL, "X")))
    joined = AssociationRecord(**common, parent=UNIT, operation="OP10", components=parts)
    await outbox.append(type(entry)(**_fields(entry) | {"others": (joined,)}))
    HoldFile(bench.path, bench.salt).place(hold("h1", HoldScope.LOT, LOT))
    HoldFile(bench.path, bench.salt).place(hold("h2", HoldScope.UNIT, unit_uri(STEEL, "X")))
    facts, holds = await Lookup(bench.path).facts(UNIT, ("ST10",))
    assert facts.lots == {LOT, unit_uri(STEEL, "X")}
    assert [found.id for found in holds] == ["h1", "h2"]


def hold(name, scope=HoldScope.UNIT, target=UNIT):
    return Hold(id=name, scope=scope, target=target, reason="crack", placed_by="q7", placed_at=T0)


async def test_a_hold_placed_beside_the_running_agent_is_heeded_at_once_and_never_deleted(bench, outbox):
    file, lookup = HoldFile(bench.path, bench.salt), Lookup(bench.path)
    assert (await lookup.facts(UNIT, ()))[1] == []
    file.place(hold("h1"))
    file.place(hold("h2", HoldScope.STATION, "ST10"))
    assert [found.id for found in (await lookup.facts(UNIT, ("ST10",)))[1]] == ["h1", "h2"]
    released = file.release("h1", "q8", "false alarm", T0 + timedelta(hours=1))
    assert (released.released_by, released.release_reason) == ("q8", "false alarm")
    assert [found.id for found in (await lookup.facts(UNIT, ("ST10",)))[1]] == ["h2"]
    assert [found.id for found in file.all(released=True)] == ["h1", "h2"]
    assert [found.id for found in file.all(released=False)] == ["h2"]
    await outbox.append(bench.submission(1, "S1"))


def held(bench):
    return [(record.id, str(record.state), record.by) for record in bench.audit().of(HoldRecord)]


async def test_holds_of_another_process_stand_in_the_chain_once_each(bench, outbox):
    file = HoldFile(bench.path, bench.salt)
    await outbox.append(bench.submission(1, "S1"))
    file.place(hold("h1"))
    file.place(hold("h1"))
    await outbox.append(bench.submission(2, "S2"))
    assert (await outbox.seal(500)).records == 8, "start, plan, two results, their values, the hold, the claim"
    file.release("h1", "q8", "false alarm", T0 + timedelta(hours=1))
    with pytest.raises(HoldRefused):
        file.release("h1", "q8", "false alarm", T0)
    outbox.close()
    (await bench.open()).close()
    assert held(bench) == [("hold:h1", "placed", "q7"), ("hold:h1", "released", "q8")]
    (placed, released) = bench.audit().of(HoldRecord)
    assert (placed.scope, placed.target, placed.reason, placed.event_time) == (HoldScope.UNIT, UNIT, "crack", T0)
    assert (released.state, released.reason) == (HoldState.RELEASED, "false alarm")


async def test_a_hold_from_before_the_first_start_comes_after_the_start_of_the_chain(bench):
    file = HoldFile(bench.path, bench.salt)
    file.place(hold("h1"))
    file.place(hold("h2"))
    file.release("h1", "q8", "false alarm", T0)
    outbox = await bench.open()
    outbox.close()
    assert held(bench) == [("hold:h1", "placed", "q7"), ("hold:h2", "placed", "q7"), ("hold:h1", "released", "q8")]


async def test_many_holds_beside_a_writing_agent_break_no_chain(bench, outbox):
    file = HoldFile(bench.path, bench.salt)

    async def work():
        for cycle in range(40):
            await outbox.append(bench.submission(cycle, f"S{cycle}"))
            if cycle % 10 == 9:
                await outbox.seal(500)

    def people():
        for number in range(20):
            file.place(hold(f"h{number}"))

    await asyncio.gather(work(), asyncio.to_thread(people))
    assert len(held(bench)) == 20


async def test_a_hold_that_is_not_there_or_released_cannot_be_released(bench, outbox):
    file = HoldFile(bench.path, bench.salt)
    with pytest.raises(HoldRefused, match="no hold h1"):
        file.release("h1", "q8", "x", T0)
    file.place(hold("h1"))
    file.release("h1", "q8", "x", T0)
    with pytest.raises(HoldRefused, match="released already, by q8"):
        file.release("h1", "q9", "x", T0)


async def test_decisions_are_counted(bench, outbox):
    for reason in (0, 8, 8):
        await outbox.keep_answer(Answered(station="ST10", answer=2 if reason else 1, reason=reason))
    connection = open_for_reading(bench.path)
    counts = [(entry.answer, entry.reason, entry.count) for entry in decision_counts(connection)]
    connection.close()
    assert counts == [(1, 0, 1), (2, 8, 2)]


async def test_a_file_without_the_newer_tables_and_columns_gets_them_and_knows_what_it_does_not_know(bench):
    outbox = await bench.open()
    await outbox.append(bench.submission(1, "S1"))
    outbox.close()
    connection = sqlite3.connect(bench.path)
    for table in ("unit_state", "unit_lot", "hold", "decision"):
        connection.execute(f"DROP TABLE {table}")
    connection.execute("ALTER TABLE pass DROP COLUMN verdict")
    connection.execute("ALTER TABLE pass DROP COLUMN at")
    connection.close()

    outbox = await bench.open()
    facts, _ = await Lookup(bench.path).facts(UNIT, ())
    assert facts.standings["OP10"].unsure
    await outbox.append(bench.submission(2, "S1", Verdict.NOT_OK))
    assert await standings(bench) == {"OP10": Verdict.NOT_OK}
    outbox.close()
    assert bench.audit().claims_checked == 0
