"""Grade and figures from a declaration's inputs: by hub when it declares, by anyone who checks."""

from collections.abc import Mapping
from typing import Any

import msgspec

from traceability.declaration.document import Declaration, Family, Inputs
from traceability.quality.acceptance import pooled_acceptance
from traceability.quality.capability import CapabilityResult, plant_capability
from traceability.quality.field_return import returned_units
from traceability.quality.first_pass import FirstPass
from traceability.quality.grade import PlantGrade, grade_plant
from traceability.quality.grade_text import exact_words
from traceability.quality.loss import LossRates, ParetoLine, loss_rates, pareto
from traceability.quality.rolled import FamilyYield, PlantRolledYield, plant_rolled_yield, rolled_yield
from traceability.quality.rollup_figures import rollup_capability
from traceability.quality.sampling import SampledYield, yields_of_lots
from traceability.quality.sigma import SigmaResult, assess_acceptance, assess_sigma, with_field_returns, worse
from traceability.quality.window import Window


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the report prints beside the grade."""

    sigma: SigmaResult
    rolled: PlantRolledYield
    capability: tuple[CapabilityResult, ...]
    losses: LossRates | None
    pareto: tuple[ParetoLine, ...]
    sigma_with_returns: SigmaResult | None = None
    """With the units that came back from the field; it is graded where there is one."""
    lots: dict[str, SampledYield] | None = None
    """By part and operation, with a blank between; None where no lot was judged on a sample."""


class Recomputed(msgspec.Struct, frozen=True, kw_only=True):
    """What follows from the inputs."""

    grade: PlantGrade
    figures: Figures


def recompute(inputs: Inputs, window: Window) -> Recomputed:
    """The same functions in the same order as where the declaration was made."""
    lots = yields_of_lots(inputs.lots, inputs.policy.sampling)
    sigma = _sigma(inputs, lots)
    returned = returned_units(inputs.returns, inputs.failed)
    figures = Figures(
        sigma=sigma,
        sigma_with_returns=None if returned is None else with_field_returns(sigma, returned),
        lots={f"{part} {operation}": found for (part, operation), found in lots.items()} or None,
        rolled=plant_rolled_yield([_family(one, lots) for one in inputs.families]),
        capability=tuple(
            rollup_capability(
                one.rollup,
                one.characteristic,
                gauge_share=one.gauge.share,
                calibrated=one.gauge.calibrated or not one.gauge.gauges,
            )
            for one in inputs.measured
        ),
        losses=_losses(inputs, window),
        pareto=_pareto(_losses(inputs, window)),
    )
    grade = grade_plant(
        sigma=worse(figures.sigma, figures.sigma_with_returns),
        capability=plant_capability(figures.capability),
        rolled=figures.rolled,
        losses=figures.losses,
        answers=inputs.answers,
        covered=inputs.coverage.share,
        policy=inputs.policy,
    )
    return Recomputed(grade=grade, figures=figures)


def spelt(found: Recomputed) -> tuple[dict[str, Any], dict[str, Any]]:
    """Grade and figures as the document spells them."""
    return exact_words(found.grade), exact_words(found.figures)


def recomputed_words(document: Declaration) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a document's grade and figures must be, by its inputs."""
    return spelt(recompute(document.inputs, document.window))


def _sigma(inputs: Inputs, lots: Mapping[tuple[str, str], SampledYield]) -> SigmaResult:
    if not lots:
        return assess_sigma(inputs.submitted, inputs.submitted - inputs.first_ok)
    final = ((one, operation) for one in inputs.families for operation in one.final)
    parts = ((one.operations.get(name, FirstPass()), lots.get((one.part, name))) for one, name in final)
    return assess_acceptance(pooled_acceptance(parts))


def _family(one: Family, lots: Mapping[tuple[str, str], SampledYield]) -> FamilyYield:
    of_part = {operation: found for (part, operation), found in lots.items() if part == one.part}
    return FamilyYield(one.part, rolled_yield(one.route, one.operations, of_part), one.output)


def _losses(inputs: Inputs, window: Window) -> LossRates | None:
    if inputs.losses is None:
        return None
    entries = [one.entry for one in inputs.losses]
    return loss_rates(entries, inputs.output_value, inputs.currency, window, net=inputs.policy.net_losses)


def _pareto(losses: LossRates | None) -> tuple[ParetoLine, ...]:
    return pareto({str(item): amount for item, amount in losses.by_item.items()}) if losses else ()
