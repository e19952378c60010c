"""The yearly review says what the year's records say, what they do not, and the same again for the same log."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest
from openpyxl import load_workbook
from reviewed import YEAR, settled, two_years
from small_hub import small_hub
from small_improvement import COMPANY, PLANT, STRANGER, World

from hub.errors import EntryRefused, NotFound
from hub.review.make import make_review, moved
from hub.review.sheets import tables_of
from hub.review.support import longest_gap
from hub.review.views import Move, Review
from hub.store.ledger.batches import log_size
from hub.tabular.writing import workbook_bytes
from traceability.quality.effect.finding import EffectVerdict
from traceability.quality.threshold import Metric
from traceability.quality.window import Window


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return settled(small_hub(tmp_path_factory.mktemp("hub")))


@pytest.fixture
async def changing(hub) -> World:
    """For a test that goes on making."""
    return await two_years(hub)


def review_of(world: World, year: int = YEAR, **more) -> Review:
    with world.hub.store.reading() as connection:
        return make_review(world.hub, connection, PLANT, year, **more)


async def test_what_the_year_says(world: World) -> None:
    steps: list[str] = []
    review = review_of(world, told=steps.append)
    assert len(steps) == 4
    assert review.complete
    assert review.now.window == Window(date(YEAR, 1, 1), date(YEAR, 12, 31))
    metrics = {line.metric: line for line in review.metrics}
    assert metrics[Metric.RTY].now == Fraction(384, 400)
    assert metrics[Metric.RTY].before == Fraction(176, 200)
    assert metrics[Metric.RTY].move is metrics[Metric.INTERNAL_LOSS].move is Move.BETTER
    assert metrics[Metric.EXTERNAL_LOSS].move is Move.SAME
    target = review.loss_target
    assert (target.before, target.now, target.change, target.met) == (
        Fraction(4, 100), Fraction(3, 100), Fraction(-1, 4), True,
    )  # fmt: skip
    assert [(line.first.month, line.submitted, line.first_ok) for line in review.months if line.submitted] == [
        (1, 100, 88), (3, 200, 198), (11, 100, 98),
    ]  # fmt: skip
    assert [line.internal_loss for line in review.months if line.internal_loss] == [200]
    assert len(review.months) == 12
    assert [step.assessed_on.year for step in review.levels] == [YEAR]
    assert review.level_before is not None
    assert review.level_before.assessed_on.year == YEAR - 1
    (action,) = review.actions
    assert (action.title, action.verdict, action.looks, action.target_met) == (
        "Fewer rejects", EffectVerdict.EFFECTIVE, 1, True,
    )  # fmt: skip
    assert (review.alarms.every.raised, review.alarms.every.waiting, review.alarms.every.median_s) == (2, 1, 3600)
    assert [
        (line.operation.id, line.now.submitted, line.before.submitted) for line in review.operations if line.before
    ] == [("OP10", 400, 200)]


async def test_what_the_data_do_not_support(world: World) -> None:
    support = review_of(world).support
    assert (support.results, support.imported, support.unsigned) == (400, 2, Fraction(2, 402))
    assert [(one.stream, one.count, one.reason) for one in support.losses] == [("telemetry", 3, "disk was full")]
    assert support.longest_gap == Window(date(YEAR, 3, 4), date(YEAR, 11, 9))
    assert (support.entered, support.coverage.unknown) == (2, 365)
    assert support.digital.operations_with_data == support.digital.operations == 1


async def test_the_same_log_gives_the_same_review_whatever_comes_later(changing: World) -> None:
    """Late results, answers, costs, Levels: by the log's size the year comes out as it was told."""
    first = review_of(changing)
    changing.make(date(YEAR, 6, 10), 100, bad=90)
    changing.clock.set(date(YEAR + 1, 2, 1))
    assert review_of(changing).now.rolled != first.now.rolled
    again = review_of(changing, through=first.log_size)
    assert msgspec.structs.replace(again, made_at=first.made_at) == first


async def test_a_year_that_is_not_over_says_so_and_judges_no_target(changing: World) -> None:
    changing.clock.set(date(YEAR + 1, 5, 1))
    review = review_of(changing, YEAR + 1)
    assert not review.complete
    assert review.loss_target.met is None
    assert review.before is not None
    for year, error in ((YEAR + 2, EntryRefused), (1999, EntryRefused)):
        with pytest.raises(error, match="has not begun"):
            review_of(changing, year)
    with changing.hub.store.reading() as connection:
        size = log_size(connection)
        with pytest.raises(EntryRefused, match=f"holds {size} batches"):
            make_review(changing.hub, connection, PLANT, YEAR, through=size + 1)
        with pytest.raises(NotFound):
            make_review(changing.hub, connection, "nowhere", YEAR)


async def test_a_plant_without_any_record_is_reviewed_as_not_rated(world: World) -> None:
    with world.hub.store.reading() as connection:
        review = make_review(world.hub, connection, "plant-x", YEAR)
    assert review.before is None
    assert not review.actions
    assert review.unsigned is None
    assert {line.move for line in review.metrics} == {Move.UNKNOWN}


async def test_over_the_interface_and_as_a_workbook(world: World, tmp_path: Path) -> None:
    for organisation in (COMPANY, STRANGER):
        world.seat(organisation)
    where = f"/plants/{PLANT}/reviews/{YEAR}"
    told = await world.get(where, who=COMPANY)
    assert told["loss_target"]["met"] is True
    hidden = await world.client.get(f"/api/v1{where}", headers=world.of[STRANGER])
    assert hidden.status_code == 404
    file = await world.client.get(f"/api/v1{where}/file", headers=world.of[COMPANY], params={"language": "en"})
    (tmp_path / "r.xlsx").write_bytes(file.content)
    book = load_workbook(tmp_path / "r.xlsx", read_only=True)
    assert book.sheetnames == ["About", "Metrics", "Operations", "Months", "Levels", "Actions", "What the data support"]
    rows = list(book["Months"].iter_rows(values_only=True))
    assert rows[11][1:3] == (100, 98)
    book.close()
    assert workbook_bytes(tables_of(review_of(world), "zh"), "zh")


def test_less_is_better_where_it_is() -> None:
    one, two = Fraction(1), Fraction(2)
    assert moved(Metric.SIGMA, two, one) is moved(Metric.CPK, one, two) is Move.BETTER
    assert moved(Metric.EXTERNAL_LOSS, one, two) is moved(Metric.RTY, two, one) is Move.WORSE
    assert moved(Metric.RTY, one, one) is Move.SAME
    assert moved(Metric.RTY, None, one) is Move.UNKNOWN


def test_gaps_are_stretches_of_days() -> None:
    window = Window(date(2027, 1, 1), date(2027, 1, 10))
    assert longest_gap(window, {date(2027, 1, day) for day in (1, 3, 7)}) == Window(date(2027, 1, 4), date(2027, 1, 6))
    assert longest_gap(window, set()) == window
    assert longest_gap(window, {date(2027, 1, day) for day in range(1, 11, 2)}) is None
