"""A defect may be described at length: it is counted like any other, whatever an index of the database can hold."""

import random
from datetime import timedelta

import pytest
from small_chain import HOUSING, housing_plan, line_of
from small_hub import START

from hub.parts import Hub
from hub.store.rollup.tallied import defects_in
from traceability.unit import Verdict


def _described(dice: random.Random) -> str:
    """As long as a record allows, and such that nothing can be left out of it."""
    return "".join(chr(dice.randrange(0x4E00, 0x9FA5)) for _ in range(2000))


@pytest.mark.every_store(spread=True)
def test_a_defect_of_two_thousand_characters_is_counted_by_its_whole_text(hub: Hub) -> None:
    line, dice = line_of(hub, "supplier.line-1", "supplier", HOUSING, housing_plan()), random.Random(7)
    first, second = _described(dice), _described(dice)
    for number, defect in enumerate([first, second, first, "burr"]):
        line.result(
            f"H{number}", "OP10", Verdict.NOT_OK, event_time=START + timedelta(hours=30 * number), defect=defect
        )
        line.send()
    hour = int(START.timestamp()) // 3600
    with hub.store.reading() as connection:
        found = defects_in(connection, "supplier", (hour, hour + 200))
    assert {defect: n for (_, _, defect), n in found.items()} == {first: 2, second: 1, "burr": 1}
