"""Cell by cell against published tables; the sources are named in SOURCE.txt beside this file."""

import csv
import json
from collections import Counter
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from traceability.quality.sampling_plan.attributes import Severity, single_plan
from traceability.quality.sampling_plan.double import DoublePlan, double_plan
from traceability.quality.sampling_plan.letters import LETTERS, InspectionLevel, code_letter
from traceability.quality.sampling_plan.variables import judge, s_plan, stated_plan

_HERE = Path(__file__).parent
_EXAMPLES: dict[str, dict[str, Any]] = json.loads((_HERE / "measured_examples.json").read_text())

# What the edition of 1999 says (to the left) where the earlier one, which the table is from, says what is to the right.
_CHANGED = {"1/3 4/5": "1/4 4/5", "3/6 9/10": "3/7 8/9", "4/7 10/11": "3/7 11/12"}


def _table(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((_HERE / f"{name}.csv").read_text().splitlines()))


def test_every_code_letter() -> None:
    compared, smallest = 0, 2
    for row in _table("code_letters"):
        largest = int(row["largest"] or 10**9)
        for size, level in product((smallest, largest), InspectionLevel):
            assert code_letter(size, level) == row[level.value], (size, level)
            compared += 1
        smallest = largest + 1
    assert compared == 2 * 15 * 7


def test_the_printed_numbers_and_arrows_of_single_plans() -> None:
    numbers = arrows = 0
    for row in _table("printed_numbers"):
        for aql in list(row)[2:]:
            plan = single_plan(row["letter"], Decimal(aql), Severity(row["severity"]))
            went = LETTERS.index(plan.letter) - LETTERS.index(row["letter"])
            if (row["severity"], row["letter"], aql) == ("normal", "A", "10"):
                continue  # the source's arrow points up, where the table has no row
            if (cell := row[aql]) in "v^":
                arrows += 1
                assert went > 0 if cell == "v" else went < 0, (row["severity"], row["letter"], aql)
            else:
                numbers += 1
                assert (went, plan.reject) == (0, int(cell)), (row["severity"], row["letter"], aql)
    assert numbers + arrows == 25 * 8 - 1


def test_reduced_plans_lie_in_the_gap_of_the_earlier_edition() -> None:
    inside, without = 0, set()
    for row in _table("reduced_plans"):
        for aql in list(row)[1:]:
            sample, accept, reject = map(int, row[aql].split("/"))
            plan = single_plan(row["letter"], Decimal(aql), Severity.REDUCED)
            if (accept, reject) == (0, 2):  # a plan that the edition of 1999 has no more: an arrow leads elsewhere
                without.add((row["letter"], aql))
                continue
            assert plan.sample == sample, (row["letter"], aql)
            assert accept <= plan.accept < reject, (row["letter"], aql)
            assert reject - accept > 1 or plan.accept == accept
            inside += 1
    assert (inside, len(without)) == (227, 29)


@pytest.mark.parametrize("severity", [Severity.NORMAL, Severity.TIGHTENED])
def test_every_cell_of_the_double_plans(severity: Severity) -> None:
    same, changed = 0, 0
    for row in _table("double_plans"):
        for aql in list(row)[2:] if row["severity"] == severity else ():
            plan, cell = double_plan(row["letter"], Decimal(aql), severity), row[aql]
            if (severity, row["letter"], aql) == (Severity.NORMAL, "A", "10"):
                continue  # the source gives its numbers with a sample of none
            assert (plan is None) == (cell == "-"), (row["letter"], aql)
            if plan is None:
                same += 1
                continue
            sample, numbers = cell.split(" ", 1)
            assert plan.first == plan.second == int(sample), (row["letter"], aql)
            said = f"{plan.first_accept}/{plan.first_reject} {plan.accept}/{plan.reject}"
            assert numbers == _CHANGED.get(said, said), (row["letter"], aql)
            same, changed = same + (said == numbers), changed + (said != numbers)
    assert same + changed == 16 * 16 - (severity is Severity.NORMAL)
    assert changed == {Severity.NORMAL: 22, Severity.TIGHTENED: 20}[severity]


def test_every_cell_of_the_reduced_plans_of_the_later_edition() -> None:
    for row in _table("reduced_1999"):
        for aql in list(row)[1:]:
            plan = single_plan(row["letter"], Decimal(aql), Severity.REDUCED)
            assert f"{plan.letter} {plan.sample}/{plan.accept}" == row[aql], (row["letter"], aql)


@pytest.mark.parametrize("severity", [Severity.NORMAL, Severity.TIGHTENED])
def test_every_cell_of_the_double_plans_of_the_later_edition(severity: Severity) -> None:
    rows = [row for row in _table("double_1999") if row["severity"] == severity]
    compared, left = Counter[str](), []
    for start, aql in product(range(len(rows)), list(rows[0])[3:]):
        at = start
        while at < len(rows) and rows[at][aql] in {"v", "^"}:
            at += 1 if rows[at][aql] == "v" else -1
        if at == len(rows):  # leads to the letter S, which the source leaves out
            left.append((rows[start]["letter"], aql))
            continue
        plan, cell = double_plan(rows[start]["letter"], Decimal(aql), severity), rows[at][aql]
        assert (plan is None) == (cell == "*"), (start, aql)
        if plan is not None:
            said = f"{plan.first_accept}/{plan.first_reject} {plan.accept}/{plan.reject}"
            assert (plan.letter, str(plan.first), said) == (rows[at]["letter"], rows[at]["sample"], cell), (start, aql)
            compared[said] += 1
    assert sum(compared[said] for said in _CHANGED) == {Severity.NORMAL: 22, Severity.TIGHTENED: 20}[severity]
    assert left == ([] if severity is Severity.NORMAL else [("Q", "0.025"), ("R", "0.025")])


def test_what_the_later_edition_changed_needs_fewer_items() -> None:
    """Its foreword says so: the second sample is drawn after fewer of the first sample's results."""
    for later, earlier in _CHANGED.items():
        first, before = (_undecided(said.split(" ")[0]) for said in (later, earlier))
        assert first < before


def _undecided(numbers: str) -> set[int]:
    accept, reject = map(int, numbers.split("/"))
    return set(range(accept + 1, reject))


def test_a_double_plan_is_a_record_of_the_five_numbers() -> None:
    plan = DoublePlan(letter="J", first=50, first_accept=1, first_reject=3, second=50, accept=4)
    assert plan.reject == 5


@pytest.mark.parametrize("name", _EXAMPLES)
def test_the_worked_examples_of_measured_lots(name: str) -> None:
    example = _EXAMPLES[name]
    derived = s_plan(example["letter"], Decimal(example["aql"]))
    plan = stated_plan(example["sample"], example.get("k", derived.k))
    found = judge(plan, example["values"], lower=example.get("lower"), upper=example.get("upper"))
    assert found.accepted is example["accepted"]
    assert found.mean == pytest.approx(example["mean"], abs=5e-4)
    assert found.spread == pytest.approx(example["spread"], abs=5e-4)


@pytest.mark.parametrize("name", _EXAMPLES)
def test_derived_constants_are_near_the_published_ones(name: str) -> None:
    example = _EXAMPLES[name]
    plan = s_plan(example["letter"], Decimal(example["aql"]))
    if "k" in example:
        assert plan.k == pytest.approx(example["k"], abs=0.025)
    else:  # of two limits the share is published
        assert judge(plan, example["values"], upper=10.0).allowed == pytest.approx(example["allowed"], abs=0.005)
    # The standard's sample of letter K at 0.10 is smaller than that of its letter here.
    assert (plan.sample == example["sample"]) == (example["letter"] != "K")
