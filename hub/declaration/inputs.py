"""Everything that a declaration's figures follow from, gathered from the plant's records."""

from zoneinfo import ZoneInfo

from hub.rollup.hours import hours_of
from hub.rollup.window import Narrowing, period
from hub.scorecard.economics import DEFAULT_CURRENCY, answers_of, loss_entries, output_for
from hub.scorecard.gather import Gathered, PlantRecords
from hub.scorecard.lots import lots_within
from hub.scorecard.plant import Scored
from hub.scorecard.rolled import acceptance
from hub.store.core.database import Reading
from hub.store.master.queries import part_name
from traceability.declaration.document import Family, Inputs, LossInput, Measured


def inputs_of(connection: Reading, gathered: Gathered, scored: Scored) -> Inputs:
    """The inputs of the grade that ``scored`` holds."""
    records = gathered.plants[scored.entry.named.id]
    singly = acceptance(records.plans, scored.counts, {})
    output = output_for(records.outputs, scored.window)
    losses = _losses(records)
    return Inputs(
        submitted=singly.submitted,
        first_ok=singly.submitted - int(singly.nonconforming),
        families=_families(gathered, records, scored),
        measured=_measured(connection, records, scored),
        losses=losses if losses or records.outputs else None,
        output_value=output.amount if output else None,
        currency=output.currency if output else next((one.entry.currency for one in losses), DEFAULT_CURRENCY),
        answers=answers_of(records.answers),
        coverage=scored.coverage,
        digital=scored.digital,
        policy=records.management.policy,
        lots=lots_within(records.judged.lots, scored.window),
        returns=scored.field.cohorts if scored.field else (),
        failed=scored.field.failed if scored.field else {},
    )


def _losses(records: PlantRecords) -> tuple[LossInput, ...]:
    return tuple(LossInput(record=line.id, entry=entry) for line in records.losses for entry in loss_entries([line]))


def _families(gathered: Gathered, records: PlantRecords, scored: Scored) -> tuple[Family, ...]:
    plans = {entry.plan.part: entry.plan for entry in records.plans}
    counts = scored.counts
    found = []
    for one in scored.rolled.families:
        named = part_name(gathered.parts, one.family)
        found.append(
            Family(
                part=one.family,
                name=named.name,
                name_zh=named.name_zh,
                route=tuple(step.operation for step in one.rolled.operations),
                output=one.output,
                operations={operation: each for (part, operation), each in counts.items() if part == one.family},
                final=tuple(dict.fromkeys(each.id for each in plans[one.family].operations if each.final))
                if one.family in plans
                else (),
            )
        )
    return tuple(found)


def _measured(connection: Reading, records: PlantRecords, scored: Scored) -> tuple[Measured, ...]:
    hours = hours_of(scored.window, ZoneInfo(scored.entry.time_zone))
    found = []
    for view in scored.capability:
        narrowing = Narrowing(part=view.part.id, operation=view.characteristic.operation)
        values = period(connection, records.plant, view.characteristic, hours, narrowing)
        found.append(
            Measured(
                part=view.part.id,
                characteristic=view.characteristic,
                rollup=values.rollup,
                left_out=values.left_out,
                gauge=view.gauge,
            )
        )
    return tuple(found)
