"""First-pass yield: what counts, what comes first, and that arrival never matters."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.quality.first_pass import Attempt, FirstPass, first_pass, pooled
from traceability.quality.first_pass_counts import FirstPassCounts, claimable, counted
from traceability.quality.lot_first_pass import LotAttempt, first_pass_of_lots
from traceability.unit import Flag, Purpose, Verdict, is_submission

START = datetime(2026, 1, 5, 8, tzinfo=UTC)


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def attempt(
    seq: int, verdict: Verdict, *flags: Flag, minute=None, chain="c", purpose=Purpose.FIRST, unit="S1"
) -> Attempt:
    return Attempt(
        unit=unit,
        operation="OP10",
        verdict=verdict,
        flags=flags,
        purpose=purpose,
        author="agent",
        chain=chain,
        record_seq=seq,
        event_time=at(seq if minute is None else minute),
        result_id=f"{chain}-{seq}",
    )


ATTEMPTS = st.builds(
    Attempt,
    unit=st.sampled_from(["S1", "S2", "S3"]),
    operation=st.sampled_from(["OP10", "OP20"]),
    verdict=st.sampled_from(Verdict),
    flags=st.lists(st.sampled_from(Flag), max_size=1).map(tuple),
    purpose=st.sampled_from(Purpose),
    author=st.sampled_from(["a", "b"]),
    chain=st.sampled_from(["x", "y"]),
    record_seq=st.integers(1, 12),
    event_time=st.integers(0, 4).map(at),
    result_id=st.just("r"),
)


@given(st.lists(ATTEMPTS, max_size=25).flatmap(lambda records: st.tuples(st.just(records), st.permutations(records))))
def test_neither_arrival_order_nor_repetition_matters(case):
    records, shuffled = case
    assert first_pass(records) == first_pass([*shuffled, *shuffled[:5]])


@given(st.lists(ATTEMPTS, max_size=25))
def test_counts_are_consistent(records):
    for counts in first_pass(records).values():
        assert counts.first_ok <= counts.submitted <= counts.attempts
        assert counts.first_ok + counts.retest_ok <= counts.submitted
        assert counts.fpy_undecided_failed is None or counts.fpy is None or counts.fpy_undecided_failed <= counts.fpy


@given(st.lists(ATTEMPTS, max_size=25))
def test_what_an_agent_counts_on_the_way_is_what_the_hub_recomputes(records):
    chain = [
        Attempt(
            unit=record.unit,
            operation=record.operation,
            verdict=record.verdict,
            flags=record.flags,
            purpose=record.purpose,
            author="agent",
            chain="c",
            record_seq=seq,
            event_time=record.event_time,
            result_id=str(seq),
        )
        for seq, record in enumerate(records)
    ]
    seen: set[tuple[str, str]] = set()
    claims: dict[str, FirstPassCounts] = {}
    for record in chain:
        place = (record.operation, record.unit)
        before = claims.get(record.operation, FirstPassCounts())
        claims[record.operation] = counted(before, record.verdict, record.flags, submitted_before=place in seen)
        if is_submission(record.verdict, record.flags):
            seen.add(place)
    assert claims == {operation: claimable(counts) for operation, counts in first_pass(chain).items()}


def test_in_one_chain_the_sequence_decides_even_if_the_clock_was_set_back():
    records = [attempt(1, Verdict.NOT_OK, minute=30), attempt(2, Verdict.OK, minute=10)]
    counts = first_pass(records)["OP10"]
    assert (counts.first_ok, counts.final_ok) == (0, 1)


def test_across_chains_the_time_of_each_first_submission_decides():
    records = [
        attempt(1, Verdict.UNDEFINED, minute=0, chain="a"),
        attempt(2, Verdict.OK, minute=20, chain="a"),
        attempt(9, Verdict.NOT_OK, minute=10, chain="b"),
    ]
    counts = first_pass(records)["OP10"]
    assert (counts.submitted, counts.first_ok, counts.final_ok, counts.invalid) == (1, 0, 1, 1)


def test_equal_times_are_decided_by_author_and_chain():
    records = [attempt(1, Verdict.OK, minute=5, chain="b"), attempt(1, Verdict.NOT_OK, minute=5, chain="a")]
    assert first_pass(records)["OP10"].first_ok == 0


def test_a_retest_after_rework_is_no_false_reject():
    rework = attempt(2, Verdict.UNDEFINED, purpose=Purpose.REWORK)
    passed = attempt(3, Verdict.OK, purpose=Purpose.RETEST)
    failed = attempt(1, Verdict.NOT_OK)
    assert first_pass([failed, passed])["OP10"].retest_ok == 1
    assert first_pass([failed, rework, passed])["OP10"].retest_ok == 0
    assert first_pass([failed, passed, attempt(4, Verdict.OK, purpose=Purpose.REWORK)])["OP10"].retest_ok == 1
    reworked = attempt(2, Verdict.OK, purpose=Purpose.REWORK)
    assert first_pass([failed, reworked])["OP10"].retest_ok == 0


def test_undecided_units_are_out_of_the_yield_and_failed_beside_it():
    counts = first_pass(
        [
            attempt(1, Verdict.OK),
            attempt(2, Verdict.NOT_DECIDABLE, unit="S2"),
            attempt(3, Verdict.NOT_DECIDABLE, unit="S3"),
            attempt(4, Verdict.OK, unit="S3"),
        ]
    )["OP10"]
    assert (counts.fpy, counts.fpy_undecided_failed) == (1, Fraction(2, 3))
    assert (counts.not_decidable, counts.undecided) == (2, 1)


@pytest.mark.parametrize("flag", Flag)
def test_no_flagged_result_is_a_submission(flag):
    counts = first_pass([attempt(1, Verdict.OK, flag), attempt(2, Verdict.NOT_DECIDABLE, flag, unit="S2")])["OP10"]
    assert counts == FirstPass(invalid=2)
    assert counts.fpy is None
    assert counts.final_yield is None
    assert counts.invalid_share == 1


def test_nothing_submitted_is_no_operation():
    assert first_pass([]) == {}
    assert pooled([]) == FirstPass()


def lot(seq: int, quantity: int, ok: int, number: int = 1, name: str = "L1") -> LotAttempt:
    return LotAttempt(
        lot=name,
        operation="OP10",
        quantity=quantity,
        ok=ok,
        attempt=number,
        author="agent",
        chain="c",
        record_seq=seq,
        event_time=at(seq),
        result_id=str(seq),
    )


def test_a_whole_lot_submitted_again_replaces_its_rejects():
    counts = first_pass_of_lots([lot(1, 200, 190), lot(2, 200, 197, number=2)])["OP10"]
    assert (counts.submitted, counts.first_ok, counts.final_ok, counts.attempts) == (200, 190, 197, 2)


def test_a_lot_whose_first_submission_is_missing_is_in_no_denominator():
    counts = first_pass_of_lots([lot(1, 10, 10, number=2)])["OP10"]
    assert (counts.submitted, counts.first_missing, counts.fpy) == (0, 10, None)


@pytest.mark.parametrize(("quantity", "ok", "number"), [(0, 0, 1), (10, 11, 1), (10, -1, 1), (-5, -5, 1), (10, 9, 0)])
def test_impossible_lot_counts_are_invalid(quantity, ok, number):
    counts = first_pass_of_lots([lot(1, quantity, ok, number), lot(2, 100, 90, name="L2")])["OP10"]
    assert (counts.submitted, counts.first_ok, counts.invalid) == (100, 90, 1)


@given(
    st.lists(
        st.builds(lot, st.integers(1, 9), st.integers(0, 20), st.integers(0, 20), st.integers(1, 3)), max_size=8
    ).flatmap(lambda lots: st.tuples(st.just(lots), st.permutations(lots)))
)
def test_lots_do_not_depend_on_arrival_either(case):
    lots, shuffled = case
    assert first_pass_of_lots(lots) == first_pass_of_lots(shuffled)
    for counts in first_pass_of_lots(lots).values():
        assert 0 <= counts.final_ok <= counts.submitted
