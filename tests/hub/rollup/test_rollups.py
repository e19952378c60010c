"""What is kept at ingest is what a scan of the raw records says, in every order of arrival and after a rebuild."""

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_chain import HOUSING, Line, housing_plan, line_of, steel
from small_hub import START, small_hub
from sqlalchemy import select

from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.rollup.add_up import add_packed, add_up, kept_of, with_values
from hub.rollup.hours import cover, hour_of, hours_of
from hub.rollup.in_uom import in_uom
from hub.rollup.window import Narrowing, lots_with_values, period
from hub.scorecard.plant import plant_view
from hub.store.rollup.arrays import rollup_from, summed
from hub.store.rollup.body import Unsummed, body_of, kept_in, pack, wide_body_of
from hub.store.rollup.queries import first_pass_between
from hub.store.tables.rollup import ROLLUPS
from traceability.measurement import Status
from traceability.quality.capability import assess_capability
from traceability.quality.first_pass import pooled as pooled_counts
from traceability.quality.rollup import RollupBuilder, merge, rollup_of, settled
from traceability.quality.rollup_figures import rollup_capability
from traceability.record.correction import CorrectionRecord, Target
from traceability.unit import Flag, Purpose, Verdict
from traceability.uom.convert import converted

BORE = housing_plan().characteristics[0]
EVER = (0, 10**7)


def kept(hub: Hub) -> dict[str, list[dict[str, object]]]:
    with hub.store.reading() as connection:
        return {
            name: [
                {key: value for key, value in row.items() if key not in ("first_batch", "last_batch")}
                for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()
            ]
            for name, table in ROLLUPS.items()
        }


@pytest.fixture(autouse=True, scope="module")
def hours_of_both_forms() -> Iterator[None]:
    """Values of an hour are summed from the eighth on, so that hours of both forms occur in every test."""
    with patch("hub.rollup.add_up.MOST_UNSUMMED", 7):
        yield


@pytest.fixture
def line(hub: Hub) -> Line:
    return line_of(hub, "supplier.line-1", "supplier", HOUSING, housing_plan())


def bored(line: Line, serial: str, thousandths: int | None, after: timedelta = timedelta(0), **changes) -> None:
    at = START + after
    result = line.result(serial, event_time=at, **changes)
    status = Status.GOOD if thousandths is not None else Status.BAD
    line.measure(result, serial, thousandths, status=status)


def test_a_year_of_values_is_read_back_as_if_from_the_raw_ones(hub: Hub, line: Line) -> None:
    values = [25_000 + (7 * number) % 23 - 11 for number in range(180)]
    for number, value in enumerate(values):
        bored(line, f"H{number}", value, timedelta(hours=49 * number))  # over a year, a value every other day
        if number % 17 == 0:
            line.send()
    line.send()
    with hub.store.reading() as connection:
        found = period(connection, "supplier", BORE, EVER, Narrowing())
        part = period(connection, "supplier", BORE, (hour_of(START) + 49 * 10, hour_of(START) + 49 * 150), Narrowing())
    assert found.rollup.histogram == rollup_of(values, 3).histogram
    assert found.rollup.subgroups == rollup_of(values, 3).subgroups
    assert (found.rollup.ranges, found.rollup.range_count) == (rollup_of(values, 3).ranges, 179)
    from_values = assess_capability(values, 3, BORE)
    from_rollup = rollup_capability(found.rollup, BORE)
    assert (from_rollup.overall, from_rollup.sigma_within) == (from_values.overall, from_values.sigma_within)
    assert part.rollup.subgroups == settled(rollup_of(values[10:150], 3, 10)).subgroups
    assert part.rollup.range_count == 139


@pytest.mark.every_store(spread=True)
def test_only_a_first_submission_of_good_values_enters(hub: Hub, line: Line) -> None:
    bored(line, "H1", 25_050, verdict=Verdict.NOT_OK)
    bored(line, "H1", 25_000, purpose=Purpose.RETEST, attempt=2)
    bored(line, "H1", 25_001, attempt=3)  # says first, but is not
    bored(line, "H2", 25_002, flags=(Flag.ABORTED,))
    bored(line, "H2", 25_003, attempt=2)
    bored(line, "H3", None)
    bored(line, "H4", 25_004, purpose=Purpose.RETEST)  # tested elsewhere before, as its author says
    line.send()
    with hub.store.reading() as connection:
        found = period(connection, "supplier", BORE, EVER, Narrowing())
    assert found.rollup.histogram == ((25_003, 1), (25_050, 1))
    assert found.left_out == 1


def test_values_and_their_result_may_come_in_different_batches(hub: Hub, line: Line) -> None:
    first = line.result("H1")
    line.send()
    line.measure(first, "H1", 25_001)
    line.measure("later", "H2", 25_002)
    line.send()
    line.result("H2", id="later")
    line.send()
    with hub.store.reading() as connection:
        found = period(connection, "supplier", BORE, EVER, Narrowing(work_cell="supplier.line-1/OP10"))
        none = period(connection, "supplier", BORE, EVER, Narrowing(work_cell="another"))
    assert found.rollup.histogram == ((25_001, 1), (25_002, 1))
    assert none.rollup.sums.n == 0


@pytest.mark.every_store
def test_a_lot_has_the_values_of_the_units_that_contain_it(hub: Hub, line: Line) -> None:
    for number in range(12):
        result = line.result(f"H{number}")
        line.measure(result, f"H{number}", 25_000 + number)
        line.join(result, f"H{number}", steel("L1" if number < 7 else "L2"))
    line.send()
    with hub.store.reading() as connection:
        lots = lots_with_values(connection, "supplier", ["bore"])
        found = {lot: period(connection, "supplier", BORE, EVER, Narrowing(lot=lot)).rollup for lot in lots}
    assert {lot: rollup.sums.n for lot, rollup in found.items()} == {steel("L1"): 7, steel("L2"): 5}
    assert found[steel("L1")].subgroups.count == 1
    assert found[steel("L2")].range_count == 4


@pytest.mark.every_store(spread=True)
def test_a_late_first_submission_moves_the_unit(hub: Hub, line: Line) -> None:
    other = line_of(hub, "supplier.line-2", "supplier", HOUSING, None)
    line.result("H1", event_time=START + timedelta(hours=5))
    line.send()
    before = counts(hub)
    other.result("H1", verdict=Verdict.NOT_OK, event_time=START)  # happened first, arrives later
    other.send()
    after = counts(hub)
    assert [(key.hour - hour_of(START), one.submitted, one.first_ok) for key, one in before] == [(5, 1, 1)]
    assert [(key.hour - hour_of(START), one.submitted, one.first_ok) for key, one in after] == [(0, 1, 0)]
    assert after[0][0].work_cell == "supplier.line-2/OP10"


def counts(hub: Hub):
    with hub.store.reading() as connection:
        return first_pass_between(connection, "supplier", *EVER)


EVENTS = st.lists(
    st.tuples(
        st.integers(0, 1),  # line
        st.integers(0, 4),  # unit
        st.sampled_from(Verdict),
        st.sampled_from(Purpose),
        st.integers(0, 3),  # days
        st.booleans(),  # sends afterwards
    ),
    max_size=16,
)


@settings(max_examples=25, deadline=None)
@given(EVENTS, st.booleans())
def test_the_order_of_arrival_changes_nothing_and_a_scan_says_the_same(events, turned) -> None:
    with tempfile.TemporaryDirectory() as folder:
        hub = small_hub(Path(folder) / "hub")
        lines = [line_of(hub, f"supplier.line-{n}", "supplier", HOUSING, housing_plan()) for n in (1, 2)]
        batches: list[list[bytes]] = [[], []]
        for which, unit, verdict, purpose, days, sends in events:
            line = lines[which]
            result = line.result(
                f"H{unit}", verdict=verdict, purpose=purpose, event_time=START + timedelta(days=15 * days)
            )
            line.measure(result, f"H{unit}", 25_000 + unit)
            if sends:
                batches[which].append(line.agent.seal(*line.waiting))
                line.waiting = []
        for line, sealed in zip(lines, batches, strict=True):
            sealed.append(line.agent.seal(*line.waiting) if line.waiting else b"")
        for sealed in reversed(batches) if turned else batches:
            for batch in filter(None, sealed):
                assert not ingest(hub, batch, compressed=False).quarantined
        first = kept(hub)
        rebuild(hub)
        assert kept(hub) == first
        with hub.store.reading() as connection:
            view = plant_view(connection, "supplier", START + timedelta(days=90))
            hourly = first_pass_between(connection, "supplier", *EVER)
        scanned = pooled_counts(score.counts for score in view.operations)
        assert pooled_counts(one for _, one in hourly) == scanned
        hub.store.close()


def test_both_orders_of_arrival_keep_the_same(tmp_path: Path) -> None:
    found = []
    for turned in (False, True):
        hub = small_hub(tmp_path / f"hub-{turned}")
        lines = [line_of(hub, f"supplier.line-{n}", "supplier", HOUSING, housing_plan()) for n in (1, 2)]
        for line in reversed(lines) if turned else lines:
            for number in range(9):
                bored(line, f"H{number}", 25_000 + number, timedelta(days=12 * number), verdict=Verdict.NOT_OK)
            line.send()
        found.append(kept(hub))
        hub.store.close()
    assert found[0] == found[1]


def declared_wrong(line: Line, seq: int) -> None:
    target = Target(author=line.agent.author, chain=line.agent.chain, seq=seq)
    line.put(CorrectionRecord, id=f"fix-{seq}", target=target, reason="gauge was dirty")


def test_a_value_declared_wrong_leaves_whenever_the_correction_comes(tmp_path: Path) -> None:
    found = []
    for early in (True, False):
        hub = small_hub(tmp_path / f"hub-{early}")
        line = line_of(hub, "supplier.line-1", "supplier", HOUSING, housing_plan())
        other = line_of(hub, "supplier.line-2", "supplier", HOUSING, None)
        wrong = Target(author=line.agent.author, chain=line.agent.chain, seq=line.agent.next_record + 2 + 2 * 7)
        if early:
            other.put(CorrectionRecord, id="fix", target=wrong, reason="gauge was dirty")
            other.send()
        for number in range(30):
            bored(line, f"H{number}", 25_000 + number, timedelta(hours=7 * number))
            if number % 4 == 3:
                line.send()
        line.send()
        if not early:
            other.put(CorrectionRecord, id="fix", target=wrong, reason="gauge was dirty")
            other.send()
        with hub.store.reading() as connection:
            rollup = period(connection, "supplier", BORE, EVER, Narrowing()).rollup
        assert rollup.sums.n == 29
        assert 25_007 not in dict(rollup.histogram)
        assert rollup.subgroups.count == 5
        first = kept(hub)
        rebuild(hub)
        assert kept(hub) == first
        found.append(first)
        hub.store.close()
    assert found[0] == found[1]


@pytest.mark.every_store(spread=True)
def test_a_result_declared_wrong_leaves_the_yield_and_comes_back_when_that_was_wrong(hub: Hub, line: Line) -> None:
    line.result("H1", verdict=Verdict.NOT_OK)
    line.result(None, verdict=Verdict.NOT_OK, id="nameless")
    line.send()
    declared_wrong(line, 3)
    line.put(CorrectionRecord, id="fix", target=Target(author=line.agent.author, record="nameless"), reason="twice")
    line.send()
    assert counts(hub) == []
    line.put(
        CorrectionRecord, id="fix-fix", target=Target(author=line.agent.author, record="fix-3"), reason="was right"
    )
    line.send()
    assert [one.submitted for _, one in counts(hub)] == [1]
    before = kept(hub)
    rebuild(hub)
    assert kept(hub) == before


def test_a_clock_set_back_moves_no_value_before_its_predecessors(hub: Hub, line: Line) -> None:
    for number, hours in enumerate((30, 2, 31)):
        bored(line, f"H{number}", 25_000 + number, timedelta(hours=hours))
    line.send()
    with hub.store.reading() as connection:
        early = period(connection, "supplier", BORE, (0, hour_of(START) + 30), Narrowing())
        found = period(connection, "supplier", BORE, EVER, Narrowing())
    assert (early.rollup.sums.n, found.rollup.range_count) == (0, 2)


@given(st.integers(-5, 20_000), st.integers(0, 20_000), st.integers(-5, 20_000))
def test_a_cover_holds_every_hour_once(begin, length, last) -> None:
    covered = [period for ranges in cover(begin, begin + length, last).values() for period in ranges]
    ordered = sorted((a, b) for a, b in covered if a < b)
    assert sum(b - a for a, b in ordered) == length
    assert all(one[1] == two[0] for one, two in pairwise(ordered))


def test_values_in_another_unit_are_told_in_that_of_the_limits_or_left_out(hub: Hub, line: Line) -> None:
    bored(line, "H1", 25_001)
    for serial, value, uom in (("H2", 984, "[in_i]"), ("H3", 2_500, "um"), ("H4", 25, "kg"), ("H5", 3, "x")):
        result = line.result(serial)
        line.measure(result, serial, value, uom=uom, decimals=3)
    line.send()
    with hub.store.reading() as connection:
        found = period(connection, "supplier", BORE, EVER, Narrowing())
        later = plant_view(connection, "supplier", START + timedelta(days=1)).capability[0].result
        known = plant_view(connection, "supplier", START, START + timedelta(days=1)).capability[0]
    steps = 10**found.rollup.decimals
    assert {Fraction(value, steps) for value, _ in found.rollup.histogram} == {
        Fraction("25.001"), Fraction("0.984") * Fraction("25.4"), Fraction("0.0025"),
    }  # fmt: skip
    assert found.left_out == 2
    assert later.n == known.result.n == 3
    assert known.left_out == 2
    inches = msgspec.structs.replace(BORE, uom="[in_i]", lsl=Decimal("0.98"), usl=Decimal("0.99"))
    with hub.store.reading() as connection:
        found = period(connection, "supplier", inches, EVER, Narrowing())
    assert (found.rollup.sums.n, found.left_out) == (1, 4), "millimetres have no finite decimals in inches"


@given(
    st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=40),
    st.sampled_from([("[in_i]", "mm"), ("mm", "m"), ("Cel", "K"), ("bar", "Pa"), ("h", "s"), ("K", "Cel")]),
    st.integers(0, 4),
    st.integers(1, 30),
)
def test_converting_a_roll_up_is_rolling_up_converted_values(values, units, decimals, cut) -> None:
    told = [converted(Fraction(value, 10**decimals), *units) for value in values]
    whole = in_uom(rollup_of(values, decimals), *units)
    again = rollup_of([int(value * 10**whole.decimals) for value in told], whole.decimals)
    assert all((value * 10**whole.decimals).denominator == 1 for value in told)
    rounded = {"subgroups": msgspec.structs.replace(again.subgroups, spreads=(), spread_sum=0)}  # S is a root, rounded
    mine = msgspec.structs.replace(whole.subgroups, spreads=(), spread_sum=0)
    assert msgspec.structs.replace(whole, subgroups=mine) == msgspec.structs.replace(again, **rounded)
    assert whole.subgroups.spread_sum == pytest.approx(again.subgroups.spread_sum, rel=1e-9, abs=2.0**20)
    parts = [rollup_of(values[:cut], decimals), rollup_of(values[cut:], decimals, cut)]
    assert in_uom(merge(parts), *units) == whole


@given(st.lists(st.tuples(st.integers(-50, 50), st.booleans()), max_size=60), st.sets(st.integers(0, 59)), st.randoms())
def test_adding_up_packed_roll_ups_is_merging_them(values, cuts, source) -> None:
    parts, start = [], 0
    for end in [*sorted(cut for cut in cuts if cut < len(values)), len(values)]:
        builder = RollupBuilder(2)
        for position in range(start, end):
            if values[position][1]:
                builder.add(position, values[position][0])
        parts.append(builder.rollup())
        start = end
    source.shuffle(parts)
    summed = [pack(part) for part in parts]
    assert [kept_in(body_of(part)) for part in summed] == [kept_in(wide_body_of(part)) for part in summed] == summed
    assert add_up(summed) == merge(parts)
    assert reduce(add_packed, summed) == pack(merge(parts))


@given(
    st.lists(st.tuples(st.integers(-(10**9), 10**9), st.booleans()), max_size=40),
    st.sets(st.integers(0, 39)),
    st.randoms(),
)
def test_an_hour_is_kept_alike_however_its_values_come(values, cuts, source) -> None:
    there = [(position, value) for position, (value, present) in enumerate(values, start=7) if present]
    positions, numbers = (np.array([pair[at] for pair in there], np.int64) for at in (0, 1))
    whole = kept_of(2, positions, numbers)
    assert isinstance(whole, Unsummed) == (len(there) <= 7)
    edges = [0, *sorted(cut for cut in cuts if cut < len(there)), len(there)]
    spans = list(pairwise(edges))
    begin, end = spans[0]
    grown = kept_of(2, positions[begin:end], numbers[begin:end])
    for begin, end in spans[1:]:
        grown = with_values(grown, positions[begin:end], numbers[begin:end])
    assert body_of(grown) == body_of(whole)
    assert kept_in(body_of(whole)) == whole
    parts = [kept_of(2, positions[begin:end], numbers[begin:end]) for begin, end in spans]
    source.shuffle(parts)
    assert pack(add_up(parts)) == rollup_from(2, positions, numbers) == summed(whole)


def test_a_finer_resolution_is_kept(hub: Hub, line: Line) -> None:
    bored(line, "H1", 25_000)
    result = line.result("H2")
    line.measure(result, "H2", 2_500_012, decimals=5)
    line.send()
    with hub.store.reading() as connection:
        found = period(connection, "supplier", BORE, EVER, Narrowing())
    assert found.rollup.decimals == 5
    assert found.rollup.histogram == ((2_500_000, 1), (2_500_012, 1))
    assert msgspec.to_builtins(found.rollup)["decimals"] == 5
    assert Decimal(found.rollup.greatest).scaleb(-5) == Decimal("25.00012")


def test_plant_days_begin_at_the_plant_s_midnight() -> None:
    from datetime import date
    from zoneinfo import ZoneInfo

    from traceability.quality.window import Window

    begin, end = hours_of(Window(date(2026, 1, 1), date(2026, 1, 1)), ZoneInfo("Asia/Shanghai"))
    assert end - begin == 24
    assert begin % 24 == 16
