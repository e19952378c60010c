"""Attribute plans against the published tables, and the rules that hold for all of them."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from traceability.quality.errors import OutOfDomain
from traceability.quality.sampling_plan.attributes import AQLS, Severity, plan_for_lot, single_plan
from traceability.quality.sampling_plan.curve import acceptance
from traceability.quality.sampling_plan.double import double_plan, double_plan_for_lot
from traceability.quality.sampling_plan.letters import LETTERS, InspectionLevel, code_letter

_ROWS = list(csv.DictReader((Path(__file__).parent / "single_plans.csv").read_text().splitlines()))
_SHARES = [aql for aql in AQLS if aql <= 10]


def test_the_data_is_both_tables_whole() -> None:
    assert len(_ROWS) == 2 * 16
    assert {len(row) for row in _ROWS} == {2 + 26}


@pytest.mark.parametrize("row", _ROWS, ids=lambda row: f"{row['severity']}-{row['letter']}")
def test_every_cell_of_the_published_tables(row: dict[str, str]) -> None:
    for aql in AQLS:
        plan = single_plan(row["letter"], aql, Severity(row["severity"]))
        assert f"{plan.sample}/{plan.accept}" == row[str(aql)], aql
        assert plan.reject == plan.accept + 1


@pytest.mark.parametrize(
    ("size", "level", "letter"),
    [
        # ISO 2859-1:1999 Table 1
        (2, "II", "A"), (8, "II", "A"), (9, "II", "B"), (50, "II", "D"), (51, "II", "E"), (90, "I", "C"),
        (280, "III", "H"), (281, "III", "J"), (500, "II", "H"), (501, "II", "J"), (1000, "II", "J"), (1200, "II", "J"),
        (1201, "II", "K"), (3200, "S-1", "C"), (3201, "S-3", "F"), (10_000, "II", "L"), (35_000, "S-4", "H"),
        (150_000, "II", "N"), (500_000, "I", "M"), (500_001, "III", "R"), (500_001, "S-2", "E"),
    ],
)  # fmt: skip
def test_code_letters(size: int, level: str, letter: str) -> None:
    assert code_letter(size, InspectionLevel(level)) == letter


def test_letters_grow_with_the_lot_and_with_the_level() -> None:
    sizes = [2, 8, 9, 15, 16, 25, 26, 50, 51, 90, 91, 150, 151, 280, 281, 500, 501, 1200, 3201, 10_001, 40_000, 10**6]
    for level in InspectionLevel:
        letters = [LETTERS.index(code_letter(size, level)) for size in sizes]
        assert letters == sorted(letters)
    for size in sizes:
        general = [LETTERS.index(code_letter(size, level)) for level in ("I", "II", "III")]  # type: ignore[arg-type]
        special = [LETTERS.index(code_letter(size, InspectionLevel(f"S-{n}"))) for n in (1, 2, 3, 4)]
        assert general == sorted(general)
        assert special == sorted(special)
        assert special[-1] <= general[1]


def test_the_plan_everybody_knows() -> None:
    plan = plan_for_lot(1000, Decimal("1.0"))
    assert (plan.letter, plan.sample, plan.accept, plan.reject, plan.tighter) == ("J", 80, 2, 3, 1)
    tightened = plan_for_lot(1000, Decimal("1.0"), Severity.TIGHTENED)
    assert (tightened.sample, tightened.accept) == (80, 1)
    reduced = plan_for_lot(1000, Decimal("1.0"), Severity.REDUCED)
    assert (reduced.sample, reduced.accept) == (32, 1)
    assert plan_for_lot(1000, Decimal(1)) == plan


def test_a_sample_as_large_as_the_lot_is_the_lot() -> None:
    plan = plan_for_lot(40, Decimal("0.10"))  # D: the arrow leads to K, 125
    assert (plan.sample, plan.accept, plan.whole_lot) == (40, 0, True)
    assert not plan_for_lot(41, Decimal("1.0")).whole_lot


def test_arrows_of_reduced_inspection_lead_to_the_next_plan() -> None:
    found = {}
    for letter in LETTERS[:-1]:
        for aql in _SHARES:
            plan = single_plan(letter, aql, Severity.REDUCED)
            found[letter, aql] = plan
            if plan.letter != letter:  # where an arrow leads there is a plan that stays
                assert single_plan(plan.letter, aql, Severity.REDUCED) == plan
    assert {plan.accept for plan in found.values()} == {0, 1, 2, 3, 5, 6, 8, 10}
    assert all(found[letter, aql].sample <= single_plan(letter, aql).sample for letter, aql in found)


@pytest.mark.parametrize("severity", Severity)
def test_numbers_grow_with_the_aql(severity: Severity) -> None:
    for letter in LETTERS[:-1]:
        plans = [single_plan(letter, aql, severity) for aql in _SHARES]
        accepts = [plan.accept for plan in plans]
        assert accepts == sorted(accepts)
        for plan in plans:
            assert (plan.tighter is None) == (plan.accept < 2)
            assert plan.tighter is None or plan.tighter < plan.accept


@pytest.mark.parametrize("letter", LETTERS[:-1])
def test_tightened_accepts_less_and_reduced_more(letter: str) -> None:
    for aql in _SHARES:
        for times in (0.5, 1.0, 3.0):
            p = min(0.9, float(aql) / 100 * times)
            normal, tightened = acceptance(single_plan(letter, aql), p), _chance(letter, aql, Severity.TIGHTENED, p)
            assert tightened <= normal + 1e-12
            assert _chance(letter, aql, Severity.REDUCED, p) >= normal - 0.02  # the smallest samples cross a little


def _chance(letter: str, aql: Decimal, severity: Severity, p: float) -> float:
    return acceptance(single_plan(letter, aql, severity), p)


def test_what_is_no_plan_is_refused() -> None:
    with pytest.raises(OutOfDomain, match="no preferred AQL"):
        single_plan("J", Decimal("1.2"))
    for letter in ("I", "O", "S", "", "JK"):
        with pytest.raises(OutOfDomain, match="no code letter"):
            single_plan(letter, Decimal("1.0"))
    with pytest.raises(OutOfDomain, match="at least 2"):
        code_letter(1)
    with pytest.raises(OutOfDomain, match="reduced"):
        single_plan("J", Decimal(15), Severity.REDUCED)
    with pytest.raises(OutOfDomain, match="double"):
        double_plan("J", Decimal("1.0"), Severity.REDUCED)


def test_double_plans() -> None:
    # ISO 2859-1:1999 Table 3-A, letter J, and the plan of letter K at AQL 2.5
    plan = double_plan("J", Decimal("1.0"))
    assert plan is not None
    assert (plan.first, plan.second) == (50, 50)
    assert (plan.first_accept, plan.first_reject, plan.accept, plan.reject) == (0, 3, 3, 4)
    k = double_plan("K", Decimal("2.5"))
    assert k is not None
    assert (k.first, k.first_accept, k.first_reject, k.accept) == (80, 3, 6, 9)
    assert double_plan("J", Decimal("0.15")) is None  # none accepted: the single plan
    assert double_plan_for_lot(100, Decimal("1.0"), level=InspectionLevel.III) is not None
    assert double_plan_for_lot(60, Decimal("1.0")) is None


@pytest.mark.parametrize("severity", [Severity.NORMAL, Severity.TIGHTENED])
def test_double_plans_do_as_their_single_plans(severity: Severity) -> None:
    compared = 0
    for letter in LETTERS[1:-1]:
        for aql in _SHARES:
            double, single = double_plan(letter, aql, severity), single_plan(letter, aql, severity)
            if double is None:
                continue
            compared += 1
            for times in (0.5, 1.0, 2.0, 4.0, 8.0):
                p = min(0.95, float(aql) / 100 * times)
                assert acceptance(double, p) == pytest.approx(acceptance(single, p), abs=0.09), (letter, aql, p)
    assert compared > 80
