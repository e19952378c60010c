"""Each part at each operation of a plant: counts, yields over time, and what its authors claimed."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from hub.scorecard.figures import yield_view
from hub.scorecard.gather import PlantRecords
from hub.scorecard.made import Made
from hub.scorecard.submissions import Subject
from hub.scorecard.views import BucketWidth, ClaimCheck, OperationScore, YieldBucket
from hub.store.master.queries import PartEntry, operation_named, part_name, planned_operation
from hub.store.rollup.scores import ClaimRow
from traceability.quality.first_pass import FirstPass
from traceability.quality.window import Window
from traceability.record.master import ControlPlan


def operation_scores(
    records: PlantRecords, made: Made, window: Window, parts: Mapping[str, PartEntry], width: BucketWidth | None
) -> tuple[OperationScore, ...]:
    """Of what was ``made`` in the window; planned operations stand first, in the order of routing."""
    plans = {entry.plan.part: entry.plan for entry in records.plans}
    claims: defaultdict[Subject, list[ClaimRow]] = defaultdict(list)
    for claim in records.claims:
        claims[claim.part, claim.operation].append(claim)
    counts, authors = made.counts([window])[0], made.authors()
    buckets = made.over_time(window, width) if width else {}
    return tuple(
        _score(
            subject,
            plans.get(subject[0]),
            parts,
            counts.get(subject, FirstPass()),
            over_time=buckets.get(subject, ()),
            claims=tuple(made.check(claim) for claim in claims[subject]),
            authors=authors.get(subject, set()),
        )
        for subject in planned_first(plans, {*authors, *claims})
    )


def planned_first(plans: Mapping[str, ControlPlan], told: Collection[Subject]) -> list[Subject]:
    """Planned operations part by part in the order of routing, then what else was ``told`` of."""
    planned = [(part, operation.id) for part in sorted(plans) for operation in plans[part].operations]
    return list(dict.fromkeys([*planned, *sorted(told)]))


def _score(
    subject: Subject,
    plan: ControlPlan | None,
    parts: Mapping[str, PartEntry],
    counts: FirstPass,
    *,
    over_time: tuple[YieldBucket, ...],
    claims: tuple[ClaimCheck, ...],
    authors: Collection[str],
) -> OperationScore:
    part, operation = subject
    planned = planned_operation(plan, operation)
    return OperationScore(
        part=part_name(parts, part),
        operation=operation_named(plan, operation),
        final=planned is not None and planned.final,
        planned=planned is not None,
        results=results_in(counts),
        counts=counts,
        fpy=yield_view(counts.first_ok, counts.submitted),
        over_time=over_time,
        claims=claims,
        unclaimed=tuple(sorted(set(authors) - {claim.author for claim in claims})),
    )


def results_in(counts: FirstPass) -> int:
    """Results of every kind that were counted."""
    return counts.attempts + counts.invalid + counts.not_decidable
