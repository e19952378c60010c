"""Batches of two authors in any order, early, twice, forked, with restarts: what must always hold."""

import asyncio
import shutil
import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from small_hub import START, SmallAgent, projection_of, small_agent, small_hub

from hub.composition import open_hub
from hub.errors import Fork, OutOfOrder
from hub.ingest.capacity import Capacity
from hub.ingest.desk import Desk
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.store.ledger.batches import chain_head, log_size
from hub.store.ledger.forks import list_forks
from traceability.batch.open import open_batch
from traceability.sync import open_receipt

EARLY = 3
CHAINS = 3
QUIET = settings(max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Ingest(RuleBasedStateMachine):
    """``expected[n]`` is how many batches of chain n the hub has; those sent early wait in ``waiting``."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp())
        self.hub = small_hub(self.folder / "hub")
        first, second = small_agent(self.hub, "a.line-1"), small_agent(self.hub, "b.line-1", plant="plant-b")
        self.chains = [first, SmallAgent("a.line-1", chain="ab" * 16), second]
        self.begun = self.size
        self.sealed: list[list[bytes]] = [[] for _ in self.chains]
        self.expected = [0] * CHAINS
        self.receipts: dict[tuple[int, int], str] = {}
        self.waiting: dict[tuple[int, int], list[asyncio.Task[str]]] = {}
        self.forked: set[str] = set()
        self._open()

    def _open(self) -> None:
        self.desk = Desk(self.hub, Capacity(held_s=3600, early=EARLY, per_author=100))

    @property
    def size(self) -> int:
        with self.hub.store.reading() as connection:
            return log_size(connection)

    @rule(chain=st.integers(0, CHAINS - 1), records=st.integers(1, 3))
    def seal(self, chain: int, records: int) -> None:
        agent = self.chains[chain]
        name = f"{chain}-{len(self.sealed[chain])}"
        self.sealed[chain].append(agent.seal(*(agent.result(f"{name}-{n}", n) for n in range(records))))

    @rule(chain=st.integers(0, CHAINS - 1), place=st.integers(0, 9))
    def send(self, chain: int, place: int) -> None:
        """Any batch sealed so far: the next one, one known already, or one before its turn."""
        if place >= len(self.sealed[chain]):
            return
        seq, due = place + 1, self.expected[chain] + 1
        task = self.loop.create_task(self._take(self.sealed[chain][place]))
        if due < seq <= due + EARLY:
            self.waiting.setdefault((chain, seq), []).append(task)
            self._run(asyncio.sleep(0.02))
            assert not task.done()
        elif seq > due:
            self._refused(task, OutOfOrder, due)
        else:
            self._answered(chain, seq, task)
            self._all_whose_turn_came(chain)

    @rule(chain=st.integers(0, CHAINS - 1), place=st.integers(0, 9))
    def fork(self, chain: int, place: int) -> None:
        """Another batch at a place that is taken."""
        if place >= self.expected[chain]:
            return
        agent = self.chains[chain]
        before = open_batch(self.sealed[chain][place]).header
        twin = SmallAgent(agent.author, chain=agent.chain)
        twin.seq, twin.prev, twin.next_record = before.seq - 1, before.prev, before.first_record
        other = twin.seal(twin.result(f"twin-{chain}-{place}"))
        self.forked.add(open_batch(other).hash)
        self._refused(self.loop.create_task(self._take(other)), Fork)

    @precondition(lambda self: self.begun)
    @rule()
    def restart(self) -> None:
        """Who waited has no receipt and sends again one day; nothing else is forgotten."""
        self._drop_waiting()
        self.hub.store.close()
        self.hub = msgspec.structs.replace(open_hub(self.folder / "hub"), clock=lambda: START)
        self._open()

    @invariant()
    def the_log_holds_what_has_a_receipt_and_nothing_else(self) -> None:
        assert self.size == self.begun + sum(self.expected)
        with self.hub.store.reading() as connection:
            for number, agent in enumerate(self.chains):
                head = chain_head(connection, agent.author, agent.chain)
                assert (0 if head is None else head.seq) == self.expected[number]
            assert {fork.hash for fork in list_forks(connection)} == self.forked

    def teardown(self) -> None:
        units = {row["unit"] for row in projection_of(self.hub)["unit_result"]}
        results = sum(
            open_batch(batch).header.records
            for number, batches in enumerate(self.sealed)
            for batch in batches[: self.expected[number]]
        )
        assert len(units) == results
        self._drop_waiting()
        self.loop.close()
        self.hub.store.close()
        shutil.rmtree(self.folder)

    async def _take(self, batch: bytes) -> str:
        return (await self.desk.take(batch, compressed=False)).stored.receipt

    def _run(self, work) -> None:
        self.loop.run_until_complete(asyncio.wait_for(work, 30))

    def _answered(self, chain: int, seq: int, task: "asyncio.Task[str]") -> None:
        self._run(task)
        receipt = open_receipt(task.result().encode(), self.hub.signer.public_key)
        assert (receipt.seq, receipt.hash) == (seq, open_batch(self.sealed[chain][seq - 1]).hash)
        assert self.receipts.setdefault((chain, seq), task.result()) == task.result()
        self.expected[chain] = max(self.expected[chain], seq)

    def _all_whose_turn_came(self, chain: int) -> None:
        while tasks := self.waiting.pop((chain, self.expected[chain] + 1), None):
            for task in tasks:
                self._answered(chain, self.expected[chain] + 1 if task is tasks[0] else self.expected[chain], task)

    def _refused(self, task: "asyncio.Task[str]", kind: type[Exception], due: int | None = None) -> None:
        with pytest.raises(kind) as refused:
            self._run(task)
        assert due is None or refused.value.expected_seq == due

    def _drop_waiting(self) -> None:
        tasks = [task for some in self.waiting.values() for task in some]
        for task in tasks:
            task.cancel()
        self._run(asyncio.wait(tasks) if tasks else asyncio.sleep(0))
        self.waiting.clear()


TestIngest = Ingest.TestCase
TestIngest.settings = QUIET


def filled(folder: Path, order: list[int]) -> Hub:
    """A hub that got the batches of three chains, interleaved in this order."""
    hub = small_hub(folder)
    agents = [small_agent(hub), small_agent(hub, "b.line-1", plant="plant-b"), SmallAgent("a.line-1", chain="cd" * 16)]
    batches = [
        [agent.seal(agent.result(f"shared-{n}"), agent.loss(1)) for n in range(order.count(number))]
        for number, agent in enumerate(agents)
    ]
    for number in order:
        ingest(hub, batches[number].pop(0), compressed=False)
    return hub


def rows_without_place(hub: Hub) -> dict[str, list[str]]:
    """All rows but their log positions and the keys, which are each hub's own."""
    rows = projection_of(hub)
    return {
        name: sorted(
            repr(sorted((key, value) for key, value in row.items() if "batch" not in key and key != "record_time"))
            for row in table
        )
        for name, table in rows.items()
        if name != "author_key"
    }


@given(order=st.permutations([0, 0, 0, 1, 1, 1, 2, 2]))
@settings(max_examples=15, deadline=None)
def test_arrival_in_any_order_across_authors_gives_the_same_projection(order: list[int]) -> None:
    found = []
    for arrival in (sorted(order), order):
        with tempfile.TemporaryDirectory() as folder:
            hub = filled(Path(folder) / "hub", arrival)
            found.append(rows_without_place(hub))
            hub.store.close()
    assert found[0] == found[1]
    assert found[0]["unit_result"]
