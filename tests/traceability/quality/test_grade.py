"""Grading a plant: the minimum, what binds it, the evidence class, and the way to the next level."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.quality.capability import CapabilityResult, IndexKind, plant_capability
from traceability.quality.capability_index import Index, Indices
from traceability.quality.first_pass import FirstPass
from traceability.quality.grade import PlantGrade, grade_plant
from traceability.quality.intervals import cpk_lower_bound
from traceability.quality.level import Level
from traceability.quality.loss import CostItem, LossEntry, LossRates, loss_rates
from traceability.quality.metric_grade import ConfidenceClass, grade_cpk, grade_losses, grade_rty, grade_sigma
from traceability.quality.questionnaire import Answer, Dimension, Stance
from traceability.quality.questionnaire_items import ITEMS
from traceability.quality.reason import Reason
from traceability.quality.rolled import FamilyYield, PlantRolledYield, plant_rolled_yield, rolled_yield
from traceability.quality.sigma import assess_sigma
from traceability.quality.threshold import Comparison, Metric, level_of, next_threshold
from traceability.quality.window import year_to


def index(value: str, values: int = 1000, cautions: tuple[Reason, ...] = ()) -> CapabilityResult:
    exact = Index(Fraction(value) * abs(Fraction(value)))
    return CapabilityResult(
        characteristic=f"c-{value}",
        kind=IndexKind.CPK,
        n=values,
        overall=Indices(cp=None, cpl=exact, cpu=None, cpk=exact),
        lower_bound=cpk_lower_bound(exact.value, values),
        cautions=cautions,
    )


def rolled(ok: int, of: int) -> PlantRolledYield:
    route = rolled_yield(["OP10"], {"OP10": FirstPass(submitted=of, first_ok=ok)})
    return plant_rolled_yield([FamilyYield("pump", route, of)])


def losses(internal: str, external: str) -> LossRates:
    day = date(2026, 1, 15)
    entries = [
        LossEntry(item=CostItem.SCRAP, amount=Decimal(internal), currency="CNY", accrued=day),
        LossEntry(item=CostItem.CLAIM, amount=Decimal(external), currency="CNY", accrued=day),
    ]
    return loss_rates(entries, Decimal(100), "CNY", year_to(date(2026, 3, 31)))


def answers_up_to(level: Level, *, but: dict[Dimension, Level] | None = None) -> list[Answer]:
    reached = {dimension: (but or {}).get(dimension, level) for dimension in Dimension}
    return [
        Answer(
            item=item.id,
            stance=Stance.SATISFIED if item.level <= reached[item.dimension] else Stance.NOT_SATISFIED,
            evidence=("record:1",),
        )
        for item in ITEMS.values()
    ]


def excellent(**changed: object) -> PlantGrade:
    known = {
        "sigma": assess_sigma(1_000_000, 0),
        "capability": plant_capability([index("2.5")]),
        "rolled": rolled(1000, 1000),
        "losses": losses("0.1", "0.1"),
        "answers": answers_up_to(Level.L4),
        "covered": Fraction(1),
    }
    return grade_plant(**{**known, **changed})


def test_a_plant_that_meets_everything_is_l4_with_nothing_left_to_reach():
    grade = excellent()
    assert (grade.level, grade.rated, grade.at_most, grade.provisional, grade.to_next) == (
        Level.L4,
        True,
        Level.L4,
        False,
        (),
    )
    assert len(grade.binding) == 8
    assert {metric.confidence_class for metric in grade.metrics} == {ConfidenceClass.A, None}
    assert all(metric.to_next is None for metric in grade.metrics)


@pytest.mark.parametrize(
    ("changed", "level", "binding"),
    [
        ({"sigma": assess_sigma(1_000_000, 300)}, Level.L2, "sigma"),
        ({"capability": plant_capability([index("2.5"), index("1.2")])}, Level.L1, "cpk"),
        ({"rolled": rolled(970, 1000)}, Level.L3, "rty"),
        ({"losses": losses("3", "0.1")}, Level.L1, "internal-loss"),
        ({"losses": losses("0.1", "1")}, Level.L2, "external-loss"),
        ({"answers": answers_up_to(Level.L4, but={Dimension.DIGITAL: Level.L2})}, Level.L2, "D2"),
    ],
)
def test_the_weakest_binds_and_says_what_it_needs(changed, level, binding):
    grade = excellent(**changed)
    assert (grade.level, grade.binding) == (level, (binding,))
    (step,) = grade.to_next
    assert step.subject == binding
    assert step.reason is None
    if binding == "D2":
        assert set(step.items) == {f"D2-{area}-L3" for area in ("design", "production", "assurance", "supply-chain")}
    else:
        assert step.threshold == next_threshold(Metric(binding), level)


@pytest.mark.parametrize("missing", ["sigma", "capability", "rolled", "losses"])
def test_a_metric_not_measured_is_l0_and_the_rest_is_shown_beside(missing):
    grade = excellent(**{missing: None})
    assert (grade.level, grade.rated, grade.at_most) == (Level.L0, False, Level.L4)
    assert {step.reason for step in grade.to_next} == {Reason.NOT_MEASURED}


def test_nothing_known_is_l0_and_at_most_nothing():
    grade = grade_plant(sigma=None, capability=None, rolled=None, losses=None, answers=(), covered=None)
    assert (grade.level, grade.rated, grade.at_most, grade.provisional) == (Level.L0, False, None, True)
    assert len(grade.binding) == len(grade.to_next) == 8


def test_an_unstable_index_stays_visible_but_unrated():
    unstable = msgspec.structs.replace(index("2.2"), reasons=(Reason.UNSTABLE,), kind=IndexKind.PPK)
    grade = grade_cpk(plant_capability([unstable, index("1.5")]))
    assert (grade.level, grade.rated, grade.reason) == (Level.L0, False, Reason.UNSTABLE)
    assert float(grade.value) == pytest.approx(2.2)
    assert grade.to_next.level is Level.L1


def test_a_plant_without_key_characteristics_has_no_index():
    assert grade_cpk(plant_capability([])).reason is Reason.NO_KEY_CHARACTERISTIC


@pytest.mark.parametrize(
    ("threshold", "needed"), [("1", "1.128"), ("1.33", "1.494"), ("1.67", "1.872"), ("2", "2.239")]
)
def test_evidence_class_of_an_index_from_125_values(threshold, needed):
    level = level_of(Metric.CPK, Fraction(threshold))
    enough, short = (grade_cpk(plant_capability([index(value, 125)])) for value in (needed, f"{needed[:-1]}0"))
    assert (enough.level, enough.confidence_class) == (level, ConfidenceClass.A)
    assert (short.level, short.confidence_class) == (level, ConfidenceClass.B)


def test_a_precondition_not_shown_weakens_the_evidence():
    grade = grade_cpk(plant_capability([index("2.5", cautions=(Reason.GAUGE_NOT_STUDIED,)), index("2.4")]))
    assert (grade.level, grade.confidence_class, grade.cautions) == (
        Level.L4,
        ConfidenceClass.B,
        (Reason.GAUGE_NOT_STUDIED,),
    )


@pytest.mark.parametrize(("units", "evidence"), [(881_097, "A"), (881_096, "B")])
def test_evidence_class_of_six_sigma(units, evidence):
    grade = grade_sigma(assess_sigma(units, 0))
    assert (grade.level, grade.confidence_class) == (Level.L4, evidence)


@pytest.mark.parametrize(("units", "evidence"), [(149, "A"), (148, "B")])
def test_evidence_class_of_a_yield(units, evidence):
    grade = grade_rty(rolled(units, units))
    assert (grade.level, grade.confidence_class, grade.n) == (Level.L4, evidence, units)


def test_below_the_first_level_there_is_no_evidence_class():
    assert grade_rty(rolled(10, 100)).confidence_class is None


def test_loss_at_l1_is_any_computed_rate_and_is_no_sample():
    internal, external = grade_losses(losses("12", "0.49"))
    assert (internal.level, internal.to_next.comparison) == (Level.L1, Comparison.BELOW)
    assert (external.level, external.confidence_class, external.n) == (Level.L4, None, None)
    unknown, _ = grade_losses(None)
    assert unknown.to_next.comparison is Comparison.MEASURED


SHARES = st.fractions(0, 1)


@given(st.sampled_from(Metric), SHARES, SHARES)
def test_a_better_value_never_has_a_lower_level(metric, one, other):
    scale = {Metric.SIGMA: 100_000, Metric.CPK: 3}.get(metric, Fraction(1))
    low, high = sorted((one * scale, other * scale))
    rising = metric in (Metric.CPK, Metric.RTY)
    better, worse = (high, low) if rising else (low, high)
    assert level_of(metric, better) >= level_of(metric, worse)


@given(st.sampled_from(Metric), SHARES)
def test_meeting_the_next_threshold_is_reaching_the_next_level(metric, value):
    level = level_of(metric, value)
    step = next_threshold(metric, level)
    if step is None:
        assert level is Level.L4
    elif step.value is not None and step.comparison is not Comparison.BELOW:
        assert level_of(metric, step.value) is Level(level + 1)
    elif step.value is not None:
        assert level_of(metric, step.value) is level
        assert level_of(metric, step.value - Fraction(1, 10**9)) is Level(level + 1)
