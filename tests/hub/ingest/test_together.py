"""Batches that are written together leave what they leave one by one, and what one is refused for is its own affair."""

import asyncio
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from left_by_batches import everything
from small_chain import HOUSING, Line, housing_plan, line_of, steel
from small_hub import GTIN, START, SmallAgent, projection_of, small_agent, small_hub
from sqlalchemy import select

from hub.audit.fsck import fsck
from hub.errors import Fork, OutOfOrder, StoreBusy
from hub.ingest.admit import Taken
from hub.ingest.capacity import Capacity
from hub.ingest.desk import Desk
from hub.ingest.together import store_together
from hub.ingest.verify import verify
from hub.parts import Hub
from hub.projection.production import unit_result_rows
from hub.projection.registry import PROJECTORS
from hub.projection.sender import Place
from hub.store.tables.every import fork
from hub.store.writing.rows import Row
from traceability.batch.open import compress
from traceability.identifier.item import unit_uri
from traceability.record.correction import CorrectionRecord, Target
from traceability.record.production import UnitResultRecord
from traceability.unit import Purpose, Verdict

STEPS = st.lists(
    st.tuples(
        st.integers(0, 1),  # line
        st.integers(0, 3),  # unit
        st.sampled_from((Verdict.OK, Verdict.NOT_OK, Verdict.NOT_DECIDABLE)),
        st.sampled_from((Purpose.FIRST, Purpose.RETEST)),
        st.integers(0, 2),  # months
        st.sampled_from(("measured", "later", "before", "bare", "lot", "wrong")),
        st.booleans(),  # sends afterwards
    ),
    max_size=14,
)
GROUPS = st.lists(st.integers(1, 5), max_size=12)


def played(lines: Sequence[Line], steps: Sequence[tuple[Any, ...]]) -> list[bytes]:
    """Batches in the order in which they were sealed."""
    sealed: list[bytes] = []
    owed: list[list[tuple[str, str, int]]] = [[], []]
    for which, unit, verdict, purpose, months, how, sends in steps:
        line, serial, value = lines[which], f"H{unit}", 25_000 + unit
        at = START + timedelta(days=30 * months)
        for result, owner, late in owed[which]:
            line.measure(result, owner, late)
        owed[which].clear()
        if how == "before":
            line.measure("told-" + str(len(sealed)), serial, value)
            line.result(serial, id="told-" + str(len(sealed)), verdict=verdict, purpose=purpose, event_time=at)
        else:
            result = line.result(serial, verdict=verdict, purpose=purpose, event_time=at)
            if how in ("measured", "lot", "wrong"):
                line.measure(result, serial, value)
            if how == "lot":
                line.join(result, serial, steel(f"L{unit}"))
            if how == "wrong":
                target = Target(author=line.agent.author, record=result)
                line.put(CorrectionRecord, id=f"c-{result}", target=target, reason="slip")
            if how == "later":
                owed[which].append((result, serial, value))
        if sends:
            sealed.append(line.agent.seal(*line.waiting))
            line.waiting = []
    return sealed


def lines_of(hub: Hub) -> list[Line]:
    return [line_of(hub, f"supplier.line-{n}", "supplier", HOUSING, housing_plan()) for n in (1, 2)]


@settings(max_examples=12, deadline=None)
@given(STEPS, GROUPS)
@example(
    [(0, 0, Verdict.OK, Purpose.FIRST, 0, "later", True), (0, 1, Verdict.OK, Purpose.FIRST, 0, "measured", True)], [2]
)
@example([(0, 0, Verdict.OK, Purpose.FIRST, 0, "wrong", True), (1, 0, Verdict.OK, Purpose.FIRST, 1, "lot", True)], [2])
@example(
    [(0, 0, Verdict.OK, Purpose.FIRST, 0, "measured", True), (0, 0, Verdict.OK, Purpose.FIRST, 0, "lot", True)], [2]
)
def test_they_leave_what_they_leave_one_by_one(steps: list[tuple[Any, ...]], groups: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        one_by_one, grouped = (small_hub(Path(folder) / name) for name in ("one", "grouped"))
        sealed = played(lines_of(one_by_one), steps)
        assert played(lines_of(grouped), steps) == sealed
        for body in sealed:
            assert isinstance(store_together(one_by_one, [verify(one_by_one, body, compressed=False)])[0], Taken)
        at = 0
        for size in [*groups, *[1] * len(sealed)]:
            some = [verify(grouped, body, compressed=False) for body in sealed[at : at + size]]
            assert all(isinstance(outcome, Taken) and outcome.new for outcome in store_together(grouped, some))
            at += len(some)
        assert everything(grouped) == everything(one_by_one)
        one_by_one.store.close()
        grouped.store.close()


@pytest.mark.every_store(spread=True)
def test_what_one_is_refused_for_is_its_own_affair(hub: Hub, agent: SmallAgent) -> None:
    other = small_agent(hub, "b.line-1", plant="plant-b")
    first, second, third = (agent.seal(agent.result(f"S{number}")) for number in range(3))
    theirs = other.seal(other.result("T1"))
    agent.seq, agent.next_record, agent.prev = 0, 1, None
    rival = agent.seal(agent.result("rival"))
    sent = [verify(hub, body, compressed=False) for body in (third, first, theirs, second, second, rival)]
    outcomes = store_together(hub, sent)
    assert isinstance(outcomes[0], OutOfOrder)
    assert isinstance(outcomes[5], Fork)
    taken = [outcome for outcome in outcomes if isinstance(outcome, Taken)]
    assert [outcome.new for outcome in taken] == [True, True, True, False]
    assert taken[3].stored == taken[2].stored
    assert [one.stored.id for one in taken[:3]] == [
        one.stored.id for one in sorted(taken[:3], key=lambda t: t.stored.id)
    ]
    fsck(hub)
    with hub.store.reading() as connection:
        assert len(connection.execute(select(fork)).all()) == 1


def test_a_mistake_of_the_hub_in_one_sets_that_one_aside(
    hub: Hub, agent: SmallAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = small_agent(hub, "b.line-1", plant="plant-b")

    def mistaken(record: UnitResultRecord, place: Place) -> list[Row]:
        rows = unit_result_rows(record, place)
        huge = 2**70 if record.unit == unit_uri(GTIN, "bad") else 1
        return [(table, {**row, "attempt": huge}) for table, row in rows]

    monkeypatch.setitem(PROJECTORS, UnitResultRecord, mistaken)
    sent = [agent.seal(agent.result("S1")), agent.seal(agent.result("bad")), other.seal(other.result("S2"))]
    outcomes = store_together(hub, [verify(hub, body, compressed=False) for body in sent])
    assert [len(outcome.quarantined) for outcome in outcomes if isinstance(outcome, Taken)] == [0, 1, 0]
    assert len(projection_of(hub)["unit_result"]) == 2


async def test_who_comes_while_others_are_written_is_written_with_the_next(hub: Hub, agent: SmallAgent) -> None:
    others = [small_agent(hub, f"b.line-{number}", plant="plant-b") for number in range(20)]
    desk = Desk(hub)
    sizes: list[int] = []
    write = desk._gathering._write
    desk._gathering._write = lambda batches: sizes.append(len(batches)) or write(batches)
    async with asyncio.timeout(60):
        taken = await asyncio.gather(
            *(desk.take(compress(one.seal(one.result("S1"))), compressed=True) for one in [agent, *others])
        )
    assert len({one.stored.id for one in taken}) == 21
    assert sum(sizes) == 21
    assert len(sizes) < 21


async def test_little_room_lets_them_in_one_after_another(hub: Hub, agent: SmallAgent) -> None:
    others = [small_agent(hub, f"b.line-{number}", plant="plant-b") for number in range(4)]
    desk = Desk(hub, Capacity(gathered=10))
    async with asyncio.timeout(60):
        await asyncio.gather(*(desk.take(compress(one.seal(one.result("S1"))), compressed=True) for one in others))
    assert desk._gathering._held == 0


async def test_a_store_that_refuses_tells_every_sender_and_the_next_is_taken(
    hub: Hub, agent: SmallAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(hub)
    body = compress(agent.seal(agent.result("S1")))
    with monkeypatch.context() as fault:
        fault.setattr(type(hub.store), "write", lambda *_: (_ for _ in ()).throw(StoreBusy("busy")))
        with pytest.raises(StoreBusy):
            await desk.take(body, compressed=True)
    assert (await desk.take(body, compressed=True)).new
