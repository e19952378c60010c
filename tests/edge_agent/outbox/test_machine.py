"""Any sequence of what can happen to an outbox keeps exactly what was stored, in order, once, or says what is lost."""

import asyncio
import os
import shutil
import tempfile
from pathlib import Path
from random import Random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from small_outbox import Bench, telemetry
from small_receiver import TAKEN, Receiver, drain

from edge_agent.errors import StorageRefused
from edge_agent.outbox.beginning import NewChain
from edge_agent.outbox.quota import Quota
from traceability.record.production import DataLossRecord, MeasurementsRecord, UnitResultRecord
from traceability.record.telemetry import TelemetryRecord
from traceability.unit import Flag, Verdict

SERIALS = st.sampled_from(["S1", "S2", "S3", None])
VERDICTS = st.sampled_from(list(Verdict))
FLAGS = st.sampled_from([(), (), (Flag.PARTIAL,), (Flag.ABORTED, Flag.SIMULATED)])
SMALL = Quota(telemetry=3000)
LIVES = int(os.environ.get("ZHUOYUE_LIVES", "15"))
"""How many outboxes are taken through their life; from 100 on their lives are longer, too."""


class OutboxMachine(RuleBasedStateMachine):
    """The model is three lists: results stored, results the hub has, and how much telemetry was offered."""

    @initialize()
    def start(self):
        self.folder = tempfile.TemporaryDirectory()
        self.bench = Bench(Path(self.folder.name) / "outbox.db")
        self.runner = asyncio.Runner()
        self.outbox = self.run(self.bench.open(SMALL))
        self.hub = Receiver(self.bench.signer.public_key)
        self.stored, self.sampled, self.measured = [], 0, 0
        self.broken = False

    def run(self, work):
        return self.runner.run(work)

    @rule(serial=SERIALS, verdict=VERDICTS, flags=FLAGS, operation=st.sampled_from(["OP10", "OP20"]))
    def append(self, serial, verdict, flags, operation):
        entry = self.bench.submission(len(self.stored) + 1, serial, verdict, operation, flags=flags)
        assert self.run(self.outbox.append(entry)).fresh
        self.stored.append(entry)
        self.measured += len(entry.others)

    @rule(which=st.integers(0))
    def append_again(self, which):
        if self.stored and not self.broken:
            assert not self.run(self.outbox.append(self.stored[which % len(self.stored)])).fresh

    @rule(count=st.integers(1, 4))
    def sample(self, count):
        records = [telemetry(self.bench.now, self.sampled + number) for number in range(count)]
        self.run(self.outbox.append_records(records))
        self.sampled += count

    @rule(max_records=st.integers(1, 12))
    def seal(self, max_records):
        self.run(self.outbox.seal(max_records))

    @rule(count=st.integers(35, 40))
    def go_far_ahead(self, count):
        for _ in range(count):
            self.append("S1", Verdict.OK, (), "OP10")
            self.run(self.outbox.seal(500))

    @rule(answered=st.booleans())
    def send(self, answered):
        batch = self.run(self.outbox.oldest_unacknowledged())
        if batch is not None and self.hub.receive(batch.body)[0] == TAKEN and answered:
            self.run(self.outbox.acknowledge(batch.seq, b"receipt", batch.chain))

    @rule()
    def purge_and_tidy(self):
        self.run(self.outbox.purge())
        self.run(self.outbox.tidy())

    @rule()
    def restart(self):
        self.outbox.close()
        self.outbox = self.run(self.bench.open(SMALL))

    @rule()
    def power_cut(self):
        """What lies on the disk while the agent runs is all there is afterwards."""
        other = tempfile.TemporaryDirectory()
        for file in self.bench.path.parent.glob("outbox*"):
            if not file.name.endswith("-shm"):
                shutil.copy(file, other.name)
        self.outbox.close()
        self.folder.cleanup()
        self.folder, self.bench.path = other, Path(other.name) / "outbox.db"
        self.outbox = self.run(self.bench.open(SMALL))

    @rule(revision=st.sampled_from("ABC"))
    def restart_with_another_plan(self, revision):
        self.outbox.close()
        if revision != self.bench.revision:
            self.bench.config = "sha256:" + str(ord(revision) % 10) * 64
        self.bench.revision = revision
        self.outbox = self.run(self.bench.open(SMALL))

    @rule()
    def open_another_chain(self):
        self.run(self.outbox.open_chain(NewChain(reason="a test")))

    @rule()
    def full_disk(self):
        def limit(pages):
            self.run(self.outbox._do(lambda connection: connection.execute(f"PRAGMA max_page_count={pages}")))

        pages = self.run(self.outbox._do(lambda c: c.execute("PRAGMA page_count").fetchone()[0]))
        limit(pages)
        for number in range(3):
            entry = self.bench.submission(len(self.stored) + 1, f"S{number}")
            try:
                stored = self.run(self.outbox.append(entry))
            except StorageRefused:
                limit(2**30)
                stored = self.run(self.outbox.append(entry))
            assert stored.fresh
            self.stored.append(entry)
            self.measured += len(entry.others)
        limit(2**30)

    @rule(seed=st.integers(0, 2**32))
    def break_it(self, seed):
        random = Random(seed)
        self.outbox.close()
        data = bytearray(self.bench.path.read_bytes())
        for _ in range(random.randint(1, 4)):
            start = random.randrange(len(data))
            data[start : start + 600] = random.randbytes(min(600, len(data) - start))
        self.bench.path.write_bytes(data)
        self.bench.random.seed(f"{seed} {self.bench.now}")  # never the same name of a chain twice
        self.outbox = self.run(self.bench.open(SMALL))
        self.broken = True  # a key or a count may be wrong from now on without anything that shows it

    @invariant()
    def the_hub_has_nothing_twice_and_nothing_that_was_not_stored(self):
        if hasattr(self, "hub"):
            taken = self.hub.results()
            assert len(taken) == len(set(taken))
            assert set(taken) <= {entry.result.id for entry in self.stored}

    def teardown(self):
        if not hasattr(self, "outbox"):
            return
        self.run(drain(self.outbox, self.hub))
        self.outbox.close()
        self.runner.close()
        self.folder.cleanup()
        taken, records = self.hub.results(), self.hub.records
        assert len(taken) == len(set(taken))
        if self.broken:
            missing = {entry.result.id for entry in self.stored} - set(taken)
            assert not missing or any(loss.stream.startswith(("chain:", "outbox")) for loss in self.hub.losses())
            return
        assert sorted(taken) == sorted(entry.result.id for entry in self.stored)
        assert sum(isinstance(record, MeasurementsRecord) for record in records) == self.measured
        dropped = sum(record.count for record in records if isinstance(record, DataLossRecord))
        assert sum(isinstance(record, TelemetryRecord) for record in records) + dropped == self.sampled
        for operation in ("OP10", "OP20"):
            numbers = self.attempts(operation)
            assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())

    def attempts(self, operation):
        found = {}
        for record in self.hub.records:
            if isinstance(record, UnitResultRecord) and record.operation == operation and record.unit:
                found.setdefault(record.unit, []).append(record.attempt)
        return {unit: sorted(numbers) for unit, numbers in found.items()}


def test_the_state_machine_of_the_outbox():
    run_state_machine_as_test(
        OutboxMachine,
        settings=settings(max_examples=LIVES, stateful_step_count=25 if LIVES < 100 else 60, deadline=None),
    )
