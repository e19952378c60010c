"""The default story makes plants differ for reasons one can read, computed by the product's own grading."""

from decimal import Decimal
from fractions import Fraction

import pytest

from demo.story.companies import COMPANIES
from demo.story.decide import jobs_of
from demo.story.lines import DEFAULT_SEED, LINES
from demo.story.shape import Job, Line, Reading, Step
from traceability.quality.capability import CapabilityResult, IndexKind, assess_capability, plant_capability
from traceability.quality.level import Level
from traceability.quality.metric_grade import MetricGrade, grade_cpk
from traceability.quality.threshold import Metric, level_of
from traceability.unit import Verdict

UNITS = 200


def jobs(line: Line) -> tuple[Job, ...]:
    return jobs_of(line, DEFAULT_SEED, UNITS)


def capability(line: Line) -> list[CapabilityResult]:
    keys = [(step, each) for step in line.steps for each in step.readings if each.characteristic.key]
    return [_capability(line, step, reading) for step, reading in keys]


def _capability(line: Line, step: Step, reading: Reading) -> CapabilityResult:
    plan = reading.characteristic
    passes = [job.passes[step.operation.id] for job in jobs(line)]
    values = [int(turns[0].values[reading.point].scaleb(plan.decimals)) for turns in passes if turns]
    return assess_capability(values, plan.decimals, plan)


def rolled(line: Line) -> Fraction:
    product = Fraction(1)
    for step in line.steps:
        first = [job.passes[step.operation.id][0].verdict for job in jobs(line) if job.passes[step.operation.id]]
        product *= Fraction(first.count(Verdict.OK), len(first))
    return product


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_every_key_characteristic_is_in_control(line: Line) -> None:
    results = capability(line)
    assert results
    assert all(result.kind is IndexKind.CPK and result.rated for result in results)


@pytest.mark.parametrize(
    ("name", "cpk", "rty"),
    [
        ("supplier-a", (Decimal("1.1"), Decimal("1.3")), ("0.90", "0.93")),
        ("supplier-b", (Decimal("1.4"), Decimal("1.6")), ("0.96", "0.99")),
        ("oem", (Decimal("1.0"), Decimal("1.7")), ("0.95", "0.97")),
    ],
)
def test_figures_are_those_of_the_story(name: str, cpk: tuple[Decimal, Decimal], rty: tuple[str, str]) -> None:
    line = LINES[name]
    worst = min(result.value for result in capability(line))
    assert float(cpk[0]) <= worst <= float(cpk[1])
    assert Fraction(rty[0]) <= rolled(line) <= Fraction(rty[1])


def test_a_is_bound_by_its_process_and_b_is_a_level_better() -> None:
    def grade(name: str) -> MetricGrade:
        return grade_cpk(plant_capability(capability(LINES[name])))

    assert grade("supplier-a").level is Level.L1
    assert level_of(Metric.RTY, rolled(LINES["supplier-a"])) is Level.L1
    assert grade("supplier-b").level is Level.L2
    assert level_of(Metric.RTY, rolled(LINES["supplier-b"])) >= Level.L2


def test_what_the_plants_state_does_not_bind_the_suppliers_and_leaves_the_oem_unrated() -> None:
    by_id = {company.id: company for company in COMPANIES}
    wanted = {"supplier-a": Level.L2, "supplier-b": Level.L2}
    for name, level in wanted.items():
        company = by_id[name]
        assert min(company.answers.values()) >= level
        for internal, metric in ((True, Metric.INTERNAL_LOSS), (False, Metric.EXTERNAL_LOSS)):
            losses = sum(amount for item, amount in company.losses.items() if item.internal is internal)
            assert level_of(metric, Fraction(losses) / Fraction(company.output_value)) >= level
    assert all(item.internal for item in by_id["oem"].losses)
