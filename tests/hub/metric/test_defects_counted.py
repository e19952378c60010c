"""The share of a defect against all histories of all units, however these came, came again and were corrected."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from small_chain import HOUSING, housing_plan, line_of
from small_hub import START

from hub.metric.figure import Counted
from hub.metric.measure import each_of, measure, series
from hub.parts import Hub
from hub.scorecard.submissions import histories
from hub.store.rollup.scores import results_of_plants
from traceability.quality.window import Window
from traceability.record.correction import CorrectionRecord, Target
from traceability.record.metric import MetricName, MetricReference
from traceability.unit import Flag, Verdict

FIRST, LAST, NOW = date(2026, 2, 1), date(2026, 4, 30), datetime(2026, 5, 1, tzinfo=UTC)
BURRS = MetricReference(metric=MetricName.DEFECT_SHARE, plant="supplier", defect="burr")


@pytest.mark.parametrize("seed", range(4))
def test_it_is_what_all_histories_say(hub: Hub, seed: int) -> None:
    line, dice = line_of(hub, "supplier.line-1", "supplier", HOUSING, housing_plan()), random.Random(seed)
    burred = set()
    for number in range(60):
        serial = dice.choice([None, *(f"H{each}" for each in range(25))])
        verdict = dice.choice([Verdict.OK, Verdict.NOT_OK, Verdict.NOT_OK])
        defect = {"defect": dice.choice(["burr", "dent"])} if verdict is Verdict.NOT_OK else {}
        flags = {"flags": (Flag.SIMULATED,)} if dice.random() < 0.1 else {}
        at = START + timedelta(days=dice.uniform(0, 50))
        result = line.result(serial, dice.choice(["OP10", "OP20"]), verdict, event_time=at, **defect, **flags)
        if defect == {"defect": "burr"}:
            burred.add(result)
        if dice.random() < 0.15:
            target = Target(author=line.agent.author, record=result)
            line.put(CorrectionRecord, id=f"c{number}", target=target, reason="a misprint")
        if number % 20 == 19:
            line.send()
    with hub.store.reading() as connection:
        found = histories(results_of_plants(connection, ["supplier"]))
        first = [one.first for one in found if one.first is not None]
        k = sum(one.result_id in burred for one in first)
        figure = measure(connection, BURRS, FIRST, LAST, NOW)
        assert figure.basis == Counted(k=k, n=len(first))
        months = [one.basis for one in series(connection, BURRS, FIRST, LAST, "month", NOW)]
        assert sum(one.k for one in months if isinstance(one, Counted)) == k
        wanted = [(BURRS, Window(FIRST, LAST)), (BURRS, Window(FIRST, date(2026, 3, 1))), (BURRS, Window(FIRST, LAST))]
        assert each_of(connection, wanted, NOW) == [
            measure(connection, reference, window.first, window.last, NOW) for reference, window in wanted
        ]
