"""A plan that agrees to reduced inspection, or agrees no more, does not rewrite how earlier lots were inspected."""

import pytest
from small_incoming import Desk, two_companies


@pytest.fixture
def desk(hub):
    two_companies(hub)
    return Desk(hub)


async def severity(desk):
    (one,) = (await desk.get("supplies"))["supplies"]
    return one["switching"][0]["severity"]


async def test_agreeing_to_reduced_inspection_does_not_undo_a_tightening(desk):
    await desk.plan()
    for number in range(10):
        await desk.one_lot(f"G{number}", 0)
    for name, found in (("X1", 9), ("G10", 0), ("X2", 9)):
        await desk.one_lot(name, found)
    assert await severity(desk) == "tightened"
    await desk.plan(reduce=True)
    assert await severity(desk) == "tightened"


async def test_good_lots_from_before_count_once_it_is_agreed(desk):
    await desk.plan()
    for number in range(10):
        await desk.one_lot(f"G{number}", 0)
    assert await severity(desk) == "normal"
    await desk.plan(reduce=True)
    assert await severity(desk) == "reduced"


async def test_agreeing_no_more_ends_reduced_inspection_and_the_score_begins_anew(desk):
    await desk.plan(reduce=True)
    for number in range(11):
        await desk.one_lot(f"G{number}", 0)
    await desk.plan(reduce=False)
    assert await severity(desk) == "normal"
    await desk.one_lot("H1", 0)
    await desk.plan(reduce=True)
    assert await severity(desk) == "normal"
