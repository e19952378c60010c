"""Deliveries in any order, restarts, offline days and results of any time, against a model that is a dict of dates."""

import asyncio
import datetime as dt
import itertools
import tempfile
from collections import Counter
from pathlib import Path

import msgspec
from dated_plans import plan_text
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from small_agent import write_agent
from small_outbox import Bench

from edge_agent.config.load import load_config
from edge_agent.downlink.plan_files import brought_plan, taken_away
from edge_agent.plans import Plans, plans_of
from traceability.encoding import sha256, tagged
from traceability.record.master import ControlPlanRecord
from traceability.record.production import UnitResultRecord

BEGIN = dt.datetime(2026, 3, 1, 8, tzinfo=dt.UTC)
DAYS = st.integers(min_value=-3, max_value=12)
REVISIONS = st.sampled_from("BCD")


def day(number: int) -> dt.datetime:
    return BEGIN + dt.timedelta(days=number)


class LineOfPlans(RuleBasedStateMachine):
    """The agent's files, loader and outbox; the clock moves only when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.file = write_agent(Path(self.folder.name), 9) / "agent.toml"
        self.bench = Bench(Path(self.folder.name) / "outbox.db", now=BEGIN)
        self.model: dict[dt.datetime | None, str] = {None: "A"}
        self.came = Counter("A")
        self.cycles = itertools.count(1)
        self.cited: dict[str, str] = {}
        self.restart()

    def expected(self, time: dt.datetime) -> str:
        begun = [since for since in self.model if since is not None and since <= time]
        return self.model[max(begun) if begun else None]

    @property
    def plans(self) -> Plans:
        return load_config(self.file).plans

    def begin(self) -> None:
        asyncio.run(self.outbox.begin(load_config(self.file).hash, self.plans))

    @rule()
    def restart(self) -> None:
        if hasattr(self, "outbox"):
            self.outbox.close()
        self.bench.plans = self.plans
        self.outbox = asyncio.run(self.bench.open())

    @rule(since=DAYS, revision=REVISIONS)
    def deliver(self, since: int, revision: str) -> None:
        config = load_config(self.file)
        for path, content in brought_plan(plan_text(revision, day(since)).encode(), config, self.bench.now).items():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        if self.model.get(day(since)) != revision:
            self.came[revision] += 1
        self.model[day(since)] = revision
        self.begin()

    @rule(since=DAYS)
    def take_back(self, since: int) -> None:
        revision = self.model.get(day(since))
        if revision is not None:
            digest = tagged(sha256(plan_text(revision, day(since)).encode()))
            for path in taken_away(digest, load_config(self.file)):
                path.unlink()
            del self.model[day(since)]
            self.begin()

    @rule(hours=st.integers(min_value=1, max_value=60))
    def time_goes_on(self, hours: int) -> None:
        self.bench.now += dt.timedelta(hours=hours)

    @rule()
    def look_at_the_clock(self) -> None:
        asyncio.run(self.outbox.take_over())

    @rule(before_h=st.integers(min_value=0, max_value=200))
    def result(self, before_h: int) -> None:
        """Made some hours ago, read now."""
        time = self.bench.now - dt.timedelta(hours=before_h)
        plan = self.outbox_plans().at(time).id
        submission = self.bench.submission(next(self.cycles), f"S{before_h}")
        made = msgspec.structs.replace(submission.result, plan=plan)
        asyncio.run(self.outbox.append(msgspec.structs.replace(submission, result=made)))
        self.cited[made.id] = self.expected(time)

    def outbox_plans(self) -> Plans:
        """In any order of files, and as a set of versions, the same."""
        plans = self.plans
        assert plans == plans_of(reversed(plans.versions))
        return plans

    def teardown(self) -> None:
        """Each result is judged by the plan of its time, which was said before it, and no oftener than it came."""
        self.look_at_the_clock()
        self.outbox.close()
        said: dict[str, str] = {}
        times = Counter[str]()
        for record in self.bench.audit().records:
            if isinstance(record, ControlPlanRecord):
                said[record.id] = record.plan.revision
                times[record.plan.revision] += 1
                assert record.event_time <= self.bench.now
            elif isinstance(record, UnitResultRecord):
                assert said[record.plan] == self.cited[record.id]
        assert times <= self.came
        assert times[self.expected(self.bench.now)]
        self.folder.cleanup()


LineOfPlans.TestCase.settings = settings(max_examples=6, stateful_step_count=10, deadline=None)
test_any_order = LineOfPlans.TestCase
