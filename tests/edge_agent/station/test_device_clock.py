"""A device's clock is measured against the agent's and never believed."""

import logging
from datetime import UTC, datetime, timedelta

import pytest

from edge_agent.acquisition.cycle import CycleData, device_time
from edge_agent.station.device_clock import DeviceClock
from traceability.unit import Verdict

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)


def cycle(at):
    milliseconds = at if isinstance(at, int) else int(at.timestamp() * 1000)
    return CycleData(
        cycle=1, serial="S", verdict=Verdict.OK, cycle_time_ms=milliseconds, source_time=device_time(milliseconds)
    )


@pytest.fixture
def clock():
    return DeviceClock("OP10", lambda: NOW)


@pytest.mark.parametrize(("ahead_ms", "warned"), [(0, False), (-1500, False), (5000, True), (-3_600_000, True)])
def test_the_offset_is_agent_minus_device_and_a_large_one_is_said(clock, caplog, ahead_ms, warned):
    found = clock.offset_ms(cycle(NOW + timedelta(milliseconds=ahead_ms)), just_finished=True)
    assert found == -ahead_ms
    assert ("the device's clock is off" in caplog.text) is warned


def test_a_cycle_that_was_pending_measures_nothing(clock, caplog):
    assert clock.offset_ms(cycle(NOW - timedelta(hours=9)), just_finished=False) is None
    assert caplog.text == ""


@pytest.mark.parametrize("at", [1, datetime(1970, 1, 2, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC), 2**64 - 1])
@pytest.mark.parametrize("just_finished", [True, False])
def test_an_absurd_clock_is_said_once_and_no_offset(clock, caplog, at, just_finished):
    for _ in range(3):
        assert clock.offset_ms(cycle(at), just_finished=just_finished) is None
    assert [record.getMessage() for record in caplog.records] == ["the device's clock is absurd"]


def test_no_clock_is_no_complaint_and_a_right_one_ends_it(clock, caplog):
    caplog.set_level(logging.INFO)
    assert clock.offset_ms(cycle(0), just_finished=True) is None
    clock.offset_ms(cycle(NOW - timedelta(seconds=9)), just_finished=True)
    clock.offset_ms(cycle(NOW), just_finished=True)
    assert [record.getMessage() for record in caplog.records] == [
        "the device's clock is off",
        "the device's clock is right again",
    ]
