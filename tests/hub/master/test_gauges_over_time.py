"""A gauge counts as it stood on the day that is judged: by the version that held then, and its calibration."""

from datetime import date
from typing import Any

import pytest
from small_master import GTIN, PART, csv_file, everything, workbook

from hub.gauge.register import Calibration, gauge_register
from hub.master.importing import import_file
from hub.parts import Hub
from hub.scorecard.management import management_of
from traceability.quality.gauge import NO_GAUGE, GaugeEvidence

ROW: dict[str, Any] = {"plant": "plant-a", "id": "CMM-1", "name": "CMM", "part": GTIN, "characteristic": "bore"}
NEW = {"calibrated_on": date(2026, 2, 20), "calibration_due": date(2028, 1, 1), "valid_from": date(2026, 2, 25)}


@pytest.fixture
def plant(hub: Hub) -> Hub:
    """With a gauge that holds, and is in calibration, from the first day of 2026 on, to be calibrated again in 2027."""
    import_file(hub, workbook(everything()), by="qe-7")
    return hub


def stated(hub: Hub, **changes: Any) -> None:
    import_file(hub, csv_file("gauge", [ROW | changes]), by="qe-7", kind="gauge")


def shown(hub: Hub, day: date, characteristic: str = "bore") -> GaugeEvidence:
    with hub.store.reading() as connection:
        return management_of(connection, ["plant-a"])["plant-a"].gauge(PART, characteristic, day)


def registered(hub: Hub, day: date) -> Calibration:
    with hub.store.reading() as connection:
        (one,) = gauge_register(connection, "plant-a", day).gauges
    return one.calibration


def test_calibrating_it_again_takes_nothing_from_the_days_before(plant: Hub) -> None:
    stated(plant, **NEW)
    for day in (date(2026, 2, 1), date(2026, 2, 22), date(2026, 3, 1)):
        assert shown(plant, day).calibrated, day
    assert not shown(plant, date(2025, 12, 31)).calibrated


def test_what_was_overdue_is_good_from_its_calibration_on_whenever_that_is_entered(plant: Hub) -> None:
    stated(plant, calibrated_on=date(2026, 1, 1), calibration_due=date(2026, 2, 1), valid_from=date(2026, 1, 1))
    stated(plant, **NEW)
    told = {day: shown(plant, date(2026, 2, day)).calibrated for day in (1, 10, 19, 20, 24, 26)}
    assert told == {1: True, 10: False, 19: False, 20: True, 24: True, 26: True}


def test_a_shorter_interval_that_was_stated_since_counts_from_then_on(plant: Hub) -> None:
    short = {"calibrated_on": date(2026, 1, 1), "calibration_due": date(2026, 2, 15)}
    stated(plant, **short, valid_from=date(2026, 2, 1))
    assert shown(plant, date(2026, 1, 20)).calibrated
    assert not shown(plant, date(2026, 2, 20)).calibrated


def test_after_its_last_day_it_counts_no_more(plant: Hub) -> None:
    stated(plant, calibrated_on=date(2026, 1, 1), valid_from=date(2026, 1, 1), valid_to=date(2026, 2, 10))
    assert shown(plant, date(2026, 2, 10)).calibrated
    assert shown(plant, date(2026, 2, 11)) == NO_GAUGE
    assert (registered(plant, date(2026, 2, 10)), registered(plant, date(2026, 2, 11))) == (
        Calibration.GOOD, Calibration.WITHDRAWN,
    )  # fmt: skip


def test_what_is_taken_out_of_use_was_in_use_before(plant: Hub) -> None:
    stated(plant, withdrawn=True, calibrated_on=date(2026, 1, 1), valid_from=date(2026, 2, 1))
    assert shown(plant, date(2026, 1, 31)).calibrated
    assert shown(plant, date(2026, 2, 1)) == NO_GAUGE
    assert registered(plant, date(2026, 2, 1)) is Calibration.WITHDRAWN


def test_what_it_measures_changes_with_its_versions(plant: Hub) -> None:
    stated(plant, **(NEW | {"characteristic": "depth"}))
    assert (shown(plant, date(2026, 2, 24)).gauges, shown(plant, date(2026, 2, 25))) == (("CMM-1",), NO_GAUGE)
    assert shown(plant, date(2026, 2, 25), "depth").calibrated
