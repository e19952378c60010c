"""Which plan holds when; what is judged by it, and what the configuration refuses."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from dated_plans import plan_text, version
from hypothesis import given
from hypothesis import strategies as st
from small_agent import write_agent
from small_alarms import AlarmBench
from small_outbox import Bench

from edge_agent.acquisition.cycle import CycleData
from edge_agent.check import check_config, check_text
from edge_agent.config.load import load_config
from edge_agent.datafolder import OUTBOX
from edge_agent.errors import ConfigError
from edge_agent.outbox.beginning import NewChain
from edge_agent.outbox.store import Outbox
from edge_agent.plans import Plans, PlanVersion, plans_of
from edge_agent.station.device_clock import happened
from edge_agent.station.planned import planned_station
from edge_agent.status import read_status
from edge_agent.status_text import status_text
from traceability.encoding import sha256, tagged
from traceability.quality.alarm.rule import ConsecutiveRule
from traceability.record.alarm import AlarmRecord
from traceability.record.codec import plan_id
from traceability.record.master import ControlPlanRecord
from traceability.record.production import UnitResultRecord
from traceability.unit import Verdict

MARCH = dt.datetime(2026, 3, 1, 8, tzinfo=dt.UTC)
CHINA = dt.timezone(dt.timedelta(hours=8))
LIMITS = '[[characteristic]]\nid = "extra"\nname = "Extra"\noperation = "OP10"\nuom = "mm"\ndecimals = 1\n'


def days(number: float) -> dt.datetime:
    return MARCH + dt.timedelta(days=number)


@given(
    begins=st.sets(st.integers(min_value=0, max_value=50), max_size=6),
    undated=st.booleans(),
    asked=st.integers(min_value=-5, max_value=60),
)
def test_the_latest_that_has_begun_holds(begins: set[int], *, undated: bool, asked: int) -> None:
    plan = version("A").plan
    given = [PlanVersion(plan=plan, id=str(number), valid_from=days(number)) for number in begins]
    given += [PlanVersion(plan=plan, id="first")] if undated or not given else []
    begun = [number for number in sorted(begins) if number <= asked]
    first = "first" if undated or not begins else str(min(begins))
    plans = plans_of(given)
    assert plans.at(days(asked)).id == (str(begun[-1]) if begun else first)
    held = plans.at(days(asked))
    assert plans.versions == (*plans.versions[: plans.versions.index(held) + 1], *plans.later(days(asked)))
    end = plans.end(held)
    assert end is None or plans.at(end) is held is not plans.at(end + dt.timedelta(microseconds=1))


def test_a_zone_is_only_another_way_to_write_a_time() -> None:
    plans = plans_of([version("A"), version("B", dt.datetime(2026, 3, 1, 16, tzinfo=CHINA))])
    assert [plans.at(time).plan.revision for time in (MARCH - dt.timedelta(microseconds=1), MARCH)] == ["A", "B"]


def line_of(folder: Path, **versions: str) -> Path:
    """A line whose further plans lie in the folder, under these names."""
    file = write_agent(folder, 502) / "agent.toml"
    (folder / "control-plan.d").mkdir()
    for name, text in versions.items():
        (folder / "control-plan.d" / f"{name}.toml").write_text(text, encoding="utf-8")
    return file


def test_versions_are_read_and_hashed_with_the_configuration(tmp_path: Path) -> None:
    file = line_of(tmp_path, b=plan_text("B", days(3)), a=plan_text("C", days(1)))
    config = load_config(file)
    assert [one.plan.revision for one in config.plans.versions] == ["A", "C", "B"]
    written = [file, tmp_path / "control-plan.toml", *(tmp_path / "control-plan.d" / f"{n}.toml" for n in "ab")]
    assert config.hash == tagged(sha256(b"".join(path.read_bytes() for path in written)))
    told = [(one.name, one.valid_from) for one in config.files[1:]]
    assert told == [("control-plan.toml", None), ("control-plan.d/b.toml", days(3)), ("control-plan.d/a.toml", days(1))]


@pytest.mark.parametrize(
    ("texts", "where", "said"),
    [
        ({"a": plan_text("B")}, "a.toml: valid_from", "is missing; expected from when it holds"),
        ({"a": plan_text("B", days(1)), "b": plan_text("C", days(1).astimezone(CHINA))},
         "b.toml: valid_from (line 4)", "is that of"),
        ({"a": plan_text("B", days(1)).replace("+00:00", "")}, "a.toml: valid_from (line 4)", "a time with its offset"),
        ({"a": plan_text("B", days(1)).replace("2026-03-02", "1026-03-02")}, "a.toml: valid_from (line 4)", "expected"),
        ({"a": plan_text("B", days(1)).replace('plant = "p"', 'plant = "q"')}, "a.toml: plant (line 2)", "one line's"),
        ({"a": plan_text("B", days(1)).replace("34352", "34376")}, "a.toml: part (line 1)", "expected"),
        ({"a": plan_text("B", days(1)).replace('on = "OP10"', 'on = "OP20"')}, "a.toml: does not fit", "bore"),
        ({"a": "part =\nplant = 1"}, "a.toml: line 1", "is not TOML"),
    ],
)  # fmt: skip
def test_what_cannot_be_versions_of_one_plan_is_refused(tmp_path, texts, where, said) -> None:
    with pytest.raises(ConfigError) as refused:
        load_config(line_of(tmp_path, **texts))
    assert where in str(refused.value)
    assert said in str(refused.value)


def test_a_station_measures_what_the_version_has_as_it_stands_there(tmp_path: Path) -> None:
    more = plan_text("B", days(1), more=LIMITS).replace("decimals = 3", "decimals = 5")
    file = line_of(tmp_path, a=more)
    file.write_text(file.read_text().replace('m1 = "bore"', 'm1 = "bore"\nm2 = "extra"'))
    config = load_config(file)
    found = [planned_station(config.stations[0], one).measurements for one in config.plans.versions]
    assert [{name: entry.decimals for name, entry in one.items()} for one in found] == [
        {"m1": 3}, {"m1": 5, "m2": 1},
    ]  # fmt: skip


def test_check_tells_what_holds_and_what_comes(tmp_path: Path) -> None:
    file = line_of(tmp_path, a=plan_text("B", days(1)), b=plan_text("C", days(9)))
    config = load_config(file)
    checked = check_config(config, lambda: days(2))
    assert (checked.plan, [one.revision for one in checked.later_plans]) == (config.plans.versions[1].id, ["C"])
    assert "later    control plan revision C, from 2026-03-10T08:00:00+00:00" in check_text(checked)


async def test_status_tells_what_holds_and_what_comes(tmp_path: Path) -> None:
    file = line_of(tmp_path, a=plan_text("B", days(1)), b=plan_text("C", days(9)))
    config = load_config(file)
    config.data.mkdir()
    bench = Bench(config.data / OUTBOX, now=days(2), plans=config.plans)
    (await bench.open()).close()
    status = read_status(config, days(2))
    assert status.plan == config.plans.versions[1].id
    assert [(one.revision, one.valid_from) for one in status.plans] == [("B", days(1)), ("C", days(9))]
    rows = status_text(status).splitlines()
    assert [row.split()[:3] for row in rows if "revision" in row] == [
        ["plan", "revision", "B,"], ["later", "revision", "C,"],
    ]  # fmt: skip


# ----- what the outbox says


def dated(bench: Bench, *begins: float | None) -> Plans:
    """Revisions A, B … of the bench's plan."""
    found = []
    for revision, begin in zip("ABCD", begins, strict=False):
        bench.revision = revision
        since = None if begin is None else days(begin)
        found.append(PlanVersion(plan=bench.plan, id=plan_id(bench.plan), valid_from=since))
    return plans_of(found)


def said(bench: Bench) -> list[tuple[str, float]]:
    """Which revision was said to hold, since which day."""
    records = bench.audit().of(ControlPlanRecord)
    return [(one.plan.revision, round((one.event_time - MARCH) / dt.timedelta(days=1), 3)) for one in records]


async def append(bench: Bench, outbox: Outbox, cycle: int, plans: Plans, at: dt.datetime | None = None) -> None:
    submission = bench.submission(cycle, f"S{cycle}")
    plan = plans.at(at or submission.result.event_time)
    await outbox.append(
        msgspec.structs.replace(submission, result=msgspec.structs.replace(submission.result, plan=plan.id))
    )


async def test_a_plan_is_announced_and_takes_over_once_at_its_time(bench: Bench) -> None:
    plans = bench.plans = dated(bench, None, 2)
    outbox = await bench.open()
    await outbox.take_over()
    await append(bench, outbox, 1, plans)
    assert said(bench) == [("A", 0)]
    bench.now = days(2)
    await append(bench, outbox, 2, plans)  # the result may be first
    for _ in range(2):
        await outbox.take_over()
    outbox.close()
    outbox = await bench.open()
    bench.now = days(1)  # the clock is set back
    await outbox.take_over()
    await append(bench, outbox, 3, plans)
    outbox.close()
    assert said(bench) == [("A", 0), ("B", 2)]
    cited = [record.plan for record in bench.audit().of(UnitResultRecord)]
    assert cited == [plans.versions[place].id for place in (0, 1, 0)]


async def test_offline_over_the_changeover_and_a_late_result_of_before(bench: Bench) -> None:
    plans = bench.plans = dated(bench, None, 2, 4)
    (await bench.open()).close()
    bench.now = days(6)
    outbox = await bench.open()
    await append(bench, outbox, 1, plans, days(3))  # of the time of B, which never was in force while the agent ran
    await append(bench, outbox, 2, plans, days(1))
    outbox.close()
    assert said(bench) == [("A", 0), ("C", 4), ("B", 2)]


async def test_a_plan_that_comes_late_holds_from_its_coming(bench: Bench) -> None:
    both = dated(bench, None, 2)
    bench.plans = plans_of(both.versions[:1])
    outbox = await bench.open()
    bench.now = days(3)
    await append(bench, outbox, 1, bench.plans)
    bench.now = days(5)
    await outbox.begin(bench.config, both)
    await append(bench, outbox, 2, both)
    outbox.close()
    assert said(bench) == [("A", 0), ("B", 5)]
    assert [one.plan for one in bench.audit().of(UnitResultRecord)] == [one.id for one in both.versions]


async def test_a_new_chain_says_again_what_holds(bench: Bench) -> None:
    bench.plans = dated(bench, None, 2)
    bench.now = days(3)
    outbox = await bench.open()
    await outbox.seal(100)
    (started, stated) = bench.audit().records[:2]
    assert stated.plan.revision == "B"
    await outbox.open_chain(NewChain(reason="test"))
    outbox.close()
    assert [one.plan.revision for one in bench.unsealed() if isinstance(one, ControlPlanRecord)] == ["B"]
    assert started.event_time <= stated.event_time


# ----- alarms


class DatedBench(AlarmBench):
    """Alarms of A: two failures in a row; of B: three."""

    def versions(self) -> Plans:
        found = []
        for revision, count, since in (("A", 2, None), ("B", 3, days(2))):
            self.revision = revision
            rule = ConsecutiveRule(id=f"row-{revision}", operation="OP10", count=count, accepted=Decimal("0.01"))
            self.alarms = (rule,)
            found.append(PlanVersion(plan=self.plan, id=plan_id(self.plan), valid_from=since))
        return plans_of(found)


@pytest.mark.parametrize("restarts", [False, True])
async def test_a_late_failure_is_judged_by_the_rules_of_its_time_and_disturbs_nothing(tmp_path, restarts) -> None:
    bench = DatedBench(tmp_path / "outbox.db")
    plans = bench.plans = bench.versions()
    outbox = await bench.open()
    #            before, then after the changeover; "late" ones are of before
    told = ["A", "B", "B", "late", "B", "late"]
    for cycle, when in enumerate(told, 1):
        if when == "B":
            bench.now = max(bench.now, days(2))
        submission = bench.unit(cycle, verdict=Verdict.NOT_OK)
        version = plans.versions[when == "B"]
        result = msgspec.structs.replace(submission.result, plan=version.id)
        await outbox.append(msgspec.structs.replace(submission, result=result))
        if restarts:
            outbox.close()
            outbox = await bench.open()
    outbox.close()
    raised = [(one.rule, one.result[-1], one.plan) for one in bench.audit().of(AlarmRecord)]
    first, second = (one.id for one in plans.versions)
    assert raised == [("row-A", "4", first), ("row-B", "5", second)]


# ----- results that a device kept


def cycle_of(source: dt.datetime | None, offset_ms: int | None = None) -> CycleData:
    return CycleData(cycle=1, serial="", verdict=Verdict.OK, samples={}, source_time=source, device_offset_ms=offset_ms)


def test_a_device_that_was_right_dates_what_it_kept() -> None:
    now, before = days(3), days(1)
    seen = happened(cycle_of(now - dt.timedelta(seconds=3)), now, was_right=False)
    assert (seen.at, seen.right) == (now, True)
    assert happened(cycle_of(before), now, was_right=True).at == before
    assert happened(cycle_of(before), now, was_right=False).at == now
    assert happened(cycle_of(None), now, was_right=True).at == now
    wrong = happened(cycle_of(before, offset_ms=172_800_000), now, was_right=True)  # the agent saw it come now
    assert (wrong.at, wrong.right) == (now, False)
    ahead = happened(cycle_of(days(9)), now, was_right=True)
    assert (ahead.at, ahead.right) == (now, False)
