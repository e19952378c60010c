"""Each plant's Level is sealed once a period, by the serving hub or by the command, and never twice."""

import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from small_chain import HOUSING, housing_plan, line_of
from small_hub import small_hub

from hub.cli import main
from hub.parts import Hub
from hub.scorecard.assess import AssessedLevel, assess, level_history
from hub.scorecard.periodic import Period, assess_due, assessing, begin_of

NEXT_MONTH = datetime(2026, 4, 2, tzinfo=UTC)


def at(hub: Hub, now: datetime) -> Hub:
    return msgspec.structs.replace(hub, clock=lambda: now)


@pytest.fixture
def plant(hub: Hub) -> Hub:
    """One result on 1 March 2026."""
    line = line_of(hub, "supplier.line-1", "supplier", HOUSING, housing_plan())
    line.result("H1")
    line.send()
    return hub


def history(hub: Hub) -> tuple[AssessedLevel, ...]:
    with hub.store.reading() as connection:
        return level_history(connection, "supplier")


def test_periods_begin_on_the_calendar() -> None:
    day = date(2026, 8, 31)
    assert [begin_of(period, day) for period in Period] == [date(2026, 8, 1), date(2026, 7, 1), date(2026, 1, 1)]


def test_a_plant_is_due_once_a_month_when_it_has_records_from_before(plant: Hub) -> None:
    assert assess_due(plant, Period.MONTH) == {}  # its first month is not over
    assert list(assess_due(at(plant, NEXT_MONTH), Period.MONTH)) == ["supplier"]
    assert assess_due(at(plant, NEXT_MONTH + timedelta(days=20)), Period.MONTH) == {}
    assert list(assess_due(at(plant, NEXT_MONTH + timedelta(days=30)), Period.MONTH)) == ["supplier"]
    assert [one.assessed_by for one in history(plant)] == ["schedule", "schedule"]


def test_the_months_are_those_of_the_plants_own_calendar(plant: Hub) -> None:
    """16:30 UTC on the last of March is April in Shanghai."""
    assert assess_due(at(plant, datetime(2026, 3, 31, 15, 30, tzinfo=UTC)), Period.MONTH) == {}
    assert list(assess_due(at(plant, datetime(2026, 3, 31, 16, 30, tzinfo=UTC)), Period.MONTH)) == ["supplier"]


def test_whoever_asked_for_one_in_the_period_has_done_it(plant: Hub) -> None:
    later = at(plant, NEXT_MONTH)
    assess(later, "supplier", assessed_by="q1")
    assert assess_due(later, Period.MONTH) == {}
    assert assess_due(later, Period.QUARTER) == {}


def test_many_at_once_seal_one(plant: Hub) -> None:
    later = at(plant, NEXT_MONTH)
    threads = [threading.Thread(target=assess_due, args=(later, Period.MONTH)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(history(plant)) == 1


def test_the_serving_hub_does_it_by_itself(plant: Hub) -> None:
    with assessing(at(plant, NEXT_MONTH), Period.MONTH, every_s=0.01):
        assert _until(lambda: len(history(plant)) == 1)
        time.sleep(0.1)  # rounds that find nothing due
    assert len(history(plant)) == 1


def test_a_round_that_fails_is_followed_by_the_next(plant: Hub, caplog: pytest.LogCaptureFixture) -> None:
    calls: list[int] = []

    def clock() -> datetime:
        calls.append(1)
        if len(calls) == 1:
            raise OSError("the clock is away")
        return NEXT_MONTH

    with assessing(msgspec.structs.replace(plant, clock=clock), Period.MONTH, every_s=0.01):
        assert _until(lambda: len(history(plant)) == 1)
    assert "a round of levels failed" in caplog.text


def test_the_command_seals_and_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hub = small_hub(tmp_path / "hub")
    line = line_of(hub, "supplier.line-1", "supplier", HOUSING, housing_plan())
    line.result("H1")
    line.send()
    hub.store.close()
    data = ["--data", str(tmp_path / "hub"), "--json"]
    assert main(["assess", "--all", "--due", "month", *data]) == 0
    due = json.loads(capsys.readouterr().out)["supplier"]
    assert (due["level"], due["rated"]) == ("L0", False)
    assert due["log_index"] is not None
    assert main(["assess", "--plant", "supplier", "--due", "month", *data]) == 0
    assert json.loads(capsys.readouterr().out)["supplier"]["log_index"] is None
    assert main(["assess", "--plant", "supplier", "--by", "q1", *data]) == 0
    assert json.loads(capsys.readouterr().out)["supplier"]["log_index"] == due["log_index"] + 1
    assert main(["assess", "--plant", "moon", *data]) == 1
    assert "there is no plant 'moon'" in capsys.readouterr().err


def _until(done: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if done():
            return True
        time.sleep(0.02)
    return False
