"""Any sequence of appending, sealing, acknowledging and restarting keeps exactly what was stored, in order."""

import asyncio
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from small_outbox import Bench

from traceability.record.production import UnitResultRecord
from traceability.unit import Flag, Verdict

SERIALS = st.sampled_from(["S1", "S2", "S3", None])
VERDICTS = st.sampled_from(list(Verdict))
FLAGS = st.sampled_from([(), (), (Flag.PARTIAL,), (Flag.ABORTED, Flag.SIMULATED)])


class OutboxMachine(RuleBasedStateMachine):
    @initialize()
    def start(self):
        self.folder = tempfile.TemporaryDirectory()
        self.bench = Bench(Path(self.folder.name) / "outbox.db")
        self.runner = asyncio.Runner()
        self.outbox = self.run(self.bench.open())
        self.stored = []
        self.sealed = []
        self.acknowledged = 0

    def run(self, work):
        return self.runner.run(work)

    @rule(serial=SERIALS, verdict=VERDICTS, flags=FLAGS, operation=st.sampled_from(["OP10", "OP20"]))
    def append(self, serial, verdict, flags, operation):
        entry = self.bench.submission(len(self.stored) + 1, serial, verdict, operation, flags=flags)
        assert self.run(self.outbox.append(entry)).fresh
        self.stored.append(entry)

    @rule(which=st.integers(0))
    def append_again(self, which):
        if self.stored:
            assert not self.run(self.outbox.append(self.stored[which % len(self.stored)])).fresh

    @rule(max_records=st.integers(1, 12))
    def seal(self, max_records):
        batch = self.run(self.outbox.seal(max_records))
        if batch is not None:
            self.sealed.append(batch)
        else:
            assert self.run(self.outbox.unsealed()) == 0

    @rule()
    def acknowledge(self):
        batch = self.run(self.outbox.oldest_unacknowledged())
        if self.acknowledged == len(self.sealed):
            assert batch is None
        else:
            assert batch == self.sealed[self.acknowledged]
            self.acknowledged += 1
            self.run(self.outbox.acknowledge(batch.seq, b"r"))

    @rule()
    def restart(self):
        self.outbox.close()
        self.outbox = self.run(self.bench.open())

    @rule(revision=st.sampled_from("ABC"))
    def restart_with_another_plan(self, revision):
        self.outbox.close()
        if revision != self.bench.revision:
            self.bench.config = "sha256:" + str(ord(revision) % 10) * 64
        self.bench.revision = revision
        self.outbox = self.run(self.bench.open())
        while (batch := self.run(self.outbox.batch(len(self.sealed) + 1))) is not None:
            self.sealed.append(batch)

    @invariant()
    def what_was_stored_is_there_once_in_order(self):
        if not hasattr(self, "outbox"):
            return
        found = self.bench.audit()
        results = found.of(UnitResultRecord)
        assert [record.id for record in results] == [entry.result.id for entry in self.stored]
        assert [batch.hash for batch in found.batches] == [batch.hash for batch in self.sealed]

    def teardown(self):
        if hasattr(self, "outbox"):
            self.outbox.close()
            self.runner.close()
            self.folder.cleanup()


def test_the_state_machine_of_the_outbox():
    run_state_machine_as_test(OutboxMachine, settings=settings(max_examples=15, stateful_step_count=25, deadline=None))
