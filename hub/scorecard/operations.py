"""Each part at each operation of a plant: counts, yields over time, and what its authors claimed."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import tzinfo

import msgspec

from hub.scorecard.claims import check_claim
from hub.scorecard.figures import yield_view
from hub.scorecard.gather import PlantRecords
from hub.scorecard.over_time import over_time
from hub.scorecard.submissions import History
from hub.scorecard.views import BucketWidth, OperationScore
from hub.store.master_queries import PartEntry, operation_named, part_name, planned_operation
from hub.store.score_queries import ClaimRow, ScoredResult
from traceability.quality.first_pass import FirstPass, first_pass
from traceability.record.master import ControlPlan

Subject = tuple[str, str]
"""Part and operation."""


def counts_of(found: list[History]) -> dict[Subject, FirstPass]:
    """First-pass counts over all authors, by part and operation."""
    by_part: defaultdict[str, list[History]] = defaultdict(list)
    for history in found:
        by_part[history.part].append(history)
    return {
        (part, operation): counts
        for part, histories in by_part.items()
        for operation, counts in first_pass(a for history in histories for a in history.attempts).items()
    }


def operation_scores(
    records: PlantRecords,
    found: list[History],
    parts: Mapping[str, PartEntry],
    width: BucketWidth | None,
    zone: tzinfo,
) -> tuple[OperationScore, ...]:
    """``found`` are the plant's histories in the window; planned operations stand first, in the order of routing."""
    counts = counts_of(found)
    plans = {entry.plan.part: entry.plan for entry in records.plans}
    told = _told(records, found)
    return tuple(
        _score(
            subject,
            plans.get(subject[0]),
            told[subject],
            parts,
            counts.get(subject, FirstPass()),
            width=width,
            zone=zone,
        )
        for subject in planned_first(plans, told)
    )


class _Told(msgspec.Struct):
    """What was told of one part at one operation: over all time, and the histories in the window."""

    results: list[ScoredResult] = []
    claims: list[ClaimRow] = []
    histories: list[History] = []


def _told(records: PlantRecords, found: list[History]) -> defaultdict[Subject, _Told]:
    told: defaultdict[Subject, _Told] = defaultdict(_Told)
    for result in records.results:
        told[result.part, result.attempt.operation].results.append(result)
    for claim in records.claims:
        told[claim.part, claim.operation].claims.append(claim)
    for history in found:
        told[history.part, history.operation].histories.append(history)
    return told


def planned_first(plans: Mapping[str, ControlPlan], told: Collection[Subject]) -> list[Subject]:
    """Planned operations part by part in the order of routing, then what else was ``told`` of."""
    planned = [(part, operation.id) for part in sorted(plans) for operation in plans[part].operations]
    return list(dict.fromkeys([*planned, *sorted(told)]))


def _score(
    subject: Subject,
    plan: ControlPlan | None,
    told: _Told,
    parts: Mapping[str, PartEntry],
    counts: FirstPass,
    *,
    width: BucketWidth | None,
    zone: tzinfo,
) -> OperationScore:
    part, operation = subject
    planned = planned_operation(plan, operation)
    claimed = {claim.author for claim in told.claims}
    return OperationScore(
        part=part_name(parts, part),
        operation=operation_named(plan, operation),
        final=planned is not None and planned.final,
        planned=planned is not None,
        results=sum(len(history.attempts) for history in told.histories),
        counts=counts,
        fpy=yield_view(counts.first_ok, counts.submitted),
        over_time=over_time(told.histories, width, zone) if width else (),
        claims=tuple(check_claim(claim, told.results) for claim in told.claims),
        unclaimed=tuple(sorted({result.attempt.author for result in told.results} - claimed)),
    )
