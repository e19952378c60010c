"""Two hub processes on one store: only one works on an unfinished recall, and another takes over from a dead one."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from small_chain import Chain, small_chain, steel
from small_hub import START, FixedRandom, small_hub
from sqlalchemy import select

from hub.adjacency.desk import AdjacencyDesk
from hub.composition import open_hub
from hub.parts import Hub
from hub.recall import desk as desk_module
from hub.recall.desk import DONE, REACHING, RecallDesk
from hub.recall.lease import LASTS, Lease, LeaseLost
from hub.recall.question import Question
from hub.sharing.audit import AuditDesk
from hub.store.core.instant import from_micros
from hub.store.tables.recall import recall_lease
from hub.store.trace.recalls import change_recall
from hub.store.work.leases import lease_holder

LONG_S = 60


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def hubs(tmp_path: Path) -> Iterator[tuple[Hub, Hub, Clock]]:
    """The same hub opened by two processes, with the clock of their machine."""
    clock = Clock()
    small_hub(tmp_path / "hub").store.close()
    random_bytes = FixedRandom()
    one, other = (
        msgspec.structs.replace(open_hub(tmp_path / "hub"), clock=clock, random_bytes=random_bytes) for _ in range(2)
    )
    yield one, other, clock
    one.store.close()
    other.store.close()


def desk_of(hub: Hub) -> RecallDesk:
    return RecallDesk(hub, AdjacencyDesk(hub), AuditDesk(hub))


def test_only_one_holds_it_until_it_is_given_back_or_runs_out(hubs: tuple[Hub, Hub, Clock]) -> None:
    one, other, clock = hubs
    mine, yours = Lease(one, "r", "one"), Lease(other, "r", "other")
    with mine.held() as first:
        assert first
        assert mine.take()  # renewed
        assert not yours.take()
        with yours.held() as second:
            assert not second
        clock.now += LASTS - timedelta(seconds=1)
        assert not yours.take()
    assert yours.take()
    clock.now += LASTS
    assert mine.take()
    with pytest.raises(LeaseLost), yours.writing():
        pytest.fail("written without the lease")
    clock.now -= timedelta(days=1)  # a clock that is set back must not lock everybody out
    assert yours.take()


def test_it_is_renewed_while_its_holder_lives(hubs: tuple[Hub, Hub, Clock]) -> None:
    one, other, clock = hubs
    with Lease(one, "r", "one", renewed_every=0.01).held():
        for _ in range(5):
            clock.now += LASTS / 2
            _until_renewed(one, clock)
            assert not Lease(other, "r", "other").take()
    assert Lease(other, "r", "other").take()


def test_two_processes_asked_at_once_answer_as_one(
    hubs: tuple[Hub, Hub, Clock], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other, _ = hubs
    chain = _chain(one)
    asked = desk_of(chain.hub).ask(Question(items=[steel("L1")]), LONG_S)
    assert asked.state == DONE
    with one.store.writing() as connection:
        change_recall(connection, asked.id, state=REACHING)
    at_work, go_on = _stopped_while_reaching(monkeypatch)
    first, second = desk_of(one), desk_of(other)
    first.read(asked.id)
    assert at_work.acquire(timeout=LONG_S)
    for _ in range(3):
        assert second.read(asked.id).state == REACHING
        second.wait(asked.id, LONG_S)  # it looks again after a moment, and leaves it to the other
    assert not at_work.acquire(blocking=False)
    go_on.set()
    first.wait(asked.id, LONG_S)
    assert msgspec.structs.replace(second.read(asked.id), id="") == msgspec.structs.replace(asked, id="")
    with one.store.reading() as connection:
        assert lease_holder(connection, asked.id) is None


def test_the_work_of_a_dead_process_is_taken_over_and_its_ghost_writes_nothing(
    hubs: tuple[Hub, Hub, Clock], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other, clock = hubs
    chain = _chain(one)
    asked = desk_of(chain.hub).ask(Question(items=[steel("L1")]), LONG_S)
    with one.store.writing() as connection:
        change_recall(connection, asked.id, state=REACHING)
    at_work, go_on = _stopped_while_reaching(monkeypatch)
    ghost = desk_of(one)
    ghost.read(asked.id)
    assert at_work.acquire(timeout=LONG_S)
    clock.now += LASTS + timedelta(seconds=1)  # it sleeps through the end of its lease
    monkeypatch.undo()
    heir = desk_of(other)
    heir.read(asked.id)
    heir.wait(asked.id, LONG_S)
    assert heir.read(asked.id) == asked
    with one.store.writing() as connection:
        change_recall(connection, asked.id, problem="not touched")
    go_on.set()
    ghost.wait(asked.id, LONG_S)
    assert heir.read(asked.id).problem == "not touched"


def _chain(hub: Hub) -> Chain:
    made = small_chain(hub)
    made.make_housing("H1")
    made.build_machine("M1", "H1")
    made.send()
    return made


def _until_renewed(hub: Hub, clock: Clock) -> None:
    """Wait until the lease runs from the clock's time on."""
    for _ in range(1000):
        with hub.store.reading() as connection:
            until = connection.execute(select(recall_lease.c.until)).scalar_one()
            if from_micros(until) == clock.now + LASTS:
                return
        threading.Event().wait(0.01)
    pytest.fail("it was not renewed")


def _stopped_while_reaching(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Semaphore, threading.Event]:
    """Every recall stops when it has its seeds: the semaphore counts them, the event lets them go on."""
    at_work, go_on, seeds_of = threading.Semaphore(0), threading.Event(), desk_module.seeds_of

    def slow(*arguments):
        found = seeds_of(*arguments)
        at_work.release()
        assert go_on.wait(LONG_S)
        return found

    monkeypatch.setattr(desk_module, "seeds_of", slow)
    return at_work, go_on
