"""First-pass semantics after the notice's note 3: every case with its hand-computed counts."""

import itertools
import json
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import pytest

from traceability.quality.first_pass import Attempt, FirstPass, first_pass, pooled
from traceability.quality.lot_first_pass import LotAttempt, first_pass_of_lots
from traceability.quality.rolled import rolled_yield
from traceability.quality.threshold import Metric, level_of
from traceability.unit import Flag, Purpose, Verdict

CASES = json.loads((Path(__file__).parent / "miit_fpy_semantics" / "cases.json").read_text(encoding="utf-8"))
VERDICTS = {"PASS": Verdict.OK, "FAIL": Verdict.NOT_OK, "ABORT": Verdict.UNDEFINED, "DONE": Verdict.UNDEFINED}
NAMES = {"retest_pass": "retest_ok", "invalid_attempts": "invalid"}


def purposes(events: list[dict]) -> dict[str, Purpose]:
    """A later pass through a process is a retest, unless the unit was reworked in between."""
    seen: set[tuple[str, str]] = set()
    reworked: set[str] = set()
    found: dict[str, Purpose] = {}
    for event in sorted(events, key=lambda event: event["ts"]):
        if event["process"] == "REWORK":
            reworked.add(event["serial"])
        place = (event["serial"], event["process"])
        later = Purpose.REWORK if event["serial"] in reworked else Purpose.RETEST
        found.setdefault(event["event_id"], later if place in seen else Purpose.FIRST)
        seen.add(place)
    return found


def counts_of(events: list[dict]) -> dict[str, FirstPass]:
    """Each event arrives from a chain of its own, so that event time alone must put them in order."""
    placed = {
        event["event_id"]: {
            "operation": event["process"],
            "author": "plant",
            "chain": event["event_id"],
            "record_seq": 1,
            "event_time": datetime.fromisoformat(event["ts"]),
            "result_id": event["event_id"],
        }
        for event in events
    }
    purpose = purposes(events)
    units = [
        Attempt(
            unit=event["serial"],
            verdict=VERDICTS[event["result"]],
            flags=(Flag.ABORTED,) if event["result"] == "ABORT" else (),
            purpose=purpose[event["event_id"]],
            **placed[event["event_id"]],
        )
        for event in events
        if event["result"] != "LOT"
    ]
    lots = [
        LotAttempt(
            lot=event["serial"],
            quantity=event["qty"],
            ok=event["ok"],
            attempt=event["attempt"],
            **placed[event["event_id"]],
        )
        for event in events
        if event["result"] == "LOT"
    ]
    by_unit, by_lot = first_pass(units), first_pass_of_lots(lots)
    none = FirstPass()
    return {name: pooled([by_unit.get(name, none), by_lot.get(name, none)]) for name in {*by_unit, *by_lot}}


@pytest.mark.parametrize("case", [case for case in CASES if "events" in case], ids=lambda case: case["name"])
def test_every_case_gives_its_counts_in_every_order_of_arrival(case):
    for arrival in itertools.islice(itertools.permutations(case["events"]), 200):
        by_operation = counts_of(list(arrival))
        expected = dict(case["expect"])
        rty = expected.pop("rty")
        for operation, counts in expected.items():
            got = by_operation[operation]
            assert {name: getattr(got, NAMES.get(name, name)) for name in counts} == counts
        assert float(rolled_yield(list(expected), by_operation).value) == pytest.approx(rty, abs=1e-15)


def test_a_late_earlier_failure_revises_the_published_yield():
    case = next(case for case in CASES if "arrival_order" in case)
    events = {event["event_id"]: event for event in case["events"]}
    *early, late = (events[name] for name in case["arrival_order"])
    assert counts_of(early)["P1"].fpy == 1
    assert counts_of([*early, late])["P1"].fpy == Fraction(1, 2)


@pytest.mark.parametrize("case", [case for case in CASES if "process_yields" in case], ids=lambda case: case["name"])
def test_rolled_yield_is_the_product_not_the_mean(case):
    by_operation = {
        f"P{i}": FirstPass(submitted=100, first_ok=round(share * 100)) for i, share in enumerate(case["process_yields"])
    }
    value = rolled_yield(list(by_operation), by_operation).value
    assert float(value) == pytest.approx(case["expect"]["rty"], abs=1e-15)
    assert level_of(Metric.RTY, value).zh == case["expect"]["level_by_rty"]
