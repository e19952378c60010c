"""The hub in figures."""

from collections import defaultdict
from collections.abc import Mapping

from hub.scorecard.claims import check_claim
from hub.scorecard.gather import Gathered, PlantRecords, gather
from hub.scorecard.operations import planned_first
from hub.scorecard.submissions import History, counts_of, histories, submits
from hub.scorecard.views import ClaimCheck, ClaimedCounts
from hub.store.batches import log_size
from hub.store.database import Reading
from hub.store.fleet_queries import author_activity, count_results, count_units
from hub.store.master_queries import operation_named, part_name
from hub.store.score_queries import ClaimRow, ScoredResult
from hub.store.summary_queries import missing_in_chains, repeated_results
from hub.summary.finished import AsBuilt, as_built, traceable
from hub.summary.views import FinishedPart, OperationSummary, Summary
from traceability.quality.first_pass import FirstPass
from traceability.unit import Verdict

Subject = tuple[str, str]


def summary(connection: Reading) -> Summary:
    """Everything in one read transaction, so that the figures fit each other."""
    gathered = gather(connection)
    found = {plant: histories(records.results) for plant, records in gathered.plants.items()}
    accepted = {plant: _accepted(records, found[plant]) for plant, records in gathered.plants.items()}
    units = {unit for by_part in accepted.values() for of_part in by_part.values() for unit in of_part}
    built = as_built(connection, units)
    finished = [
        _finished(gathered, plant, part, of_part, built)
        for plant, by_part in accepted.items()
        for part, of_part in by_part.items()
    ]
    operations = tuple(
        operation for plant in gathered.plants.values() for operation in _operations(plant, found[plant.plant])
    )
    activity = author_activity(connection).values()
    return Summary(
        finished_units=_finished_units(accepted, built),
        finished=tuple(finished),
        unit_results=count_results(connection),
        units=count_units(connection),
        batches=sum(author.batches for author in activity),
        records=sum(author.records for author in activity),
        quarantined=sum(author.quarantined for author in activity),
        gaps=missing_in_chains(connection),
        duplicates=repeated_results(connection),
        forks=sum(author.forks for author in activity),
        data_losses=sum(author.data_losses for author in activity),
        operations=operations,
        claims_agree=all(operation.agrees for operation in operations),
        log_size=log_size(connection),
    )


def _accepted(records: PlantRecords, found: list[History]) -> dict[str, list[str]]:
    """Units whose last submission at a final operation is OK, by part."""
    final = {(e.plan.part, operation.id) for e in records.plans for operation in e.plan.operations if operation.final}
    accepted: dict[str, list[str]] = {part: [] for part, _ in sorted(final)}
    for history in found:
        last = next((attempt for attempt in reversed(history.attempts) if submits(attempt)), None)
        if (history.part, history.operation) in final and last is not None and last.verdict is Verdict.OK:
            accepted[history.part].append(last.unit)
    return {part: sorted(set(units)) for part, units in accepted.items()}


def _finished(gathered: Gathered, plant: str, part: str, units: list[str], built: AsBuilt) -> FinishedPart:
    assembled = _is_assembled(units, built)
    named = gathered.master.plant_named(plant)
    assert named is not None  # a plant has an id
    return FinishedPart(
        part=part_name(gathered.parts, part),
        plant=named,
        accepted=len(units),
        assembled=assembled,
        traceable=len(traceable(units, built, assembled=assembled)),
    )


def _finished_units(accepted: Mapping[str, Mapping[str, list[str]]], built: AsBuilt) -> int:
    units: set[str] = set()
    for by_part in accepted.values():
        for of_part in by_part.values():
            if _is_assembled(of_part, built):
                units.update(traceable(of_part, built, assembled=True))
    return len(units - built.installed)


def _is_assembled(units: list[str], built: AsBuilt) -> bool:
    return any(built.components.get(unit) for unit in units)


def _operations(records: PlantRecords, found: list[History]) -> list[OperationSummary]:
    counts = counts_of(found)
    plans = {entry.plan.part: entry.plan for entry in records.plans}
    results: defaultdict[Subject, list[ScoredResult]] = defaultdict(list)
    claims: defaultdict[Subject, list[ClaimRow]] = defaultdict(list)
    for result in records.results:
        results[result.part, result.attempt.operation].append(result)
    for claim in records.claims:
        claims[claim.part, claim.operation].append(claim)
    summaries = []
    for subject in planned_first(plans, {*results, *claims}):
        part, operation = subject
        checks = [check_claim(claim, results[subject]) for claim in claims[subject]]
        pooled = counts.get(subject, FirstPass())
        claimed_by = {claim.author for claim in claims[subject]}
        summaries.append(
            OperationSummary(
                plant=records.plant,
                part=part,
                operation=operation_named(plans.get(part), operation),
                results=len(results[subject]),
                submitted=pooled.submitted,
                first_ok=pooled.first_ok,
                claimed=_sum([check.claimed for check in checks]),
                recomputed=_sum([check.recomputed for check in checks]),
                agrees=_all_agree(checks),
                unclaimed=tuple(sorted({result.attempt.author for result in results[subject]} - claimed_by)),
            )
        )
    return summaries


def _all_agree(checks: list[ClaimCheck]) -> bool:
    return all(check.agrees for check in checks)


def _sum(counts: list[ClaimedCounts]) -> ClaimedCounts:
    return ClaimedCounts(
        submitted=sum(each.submitted for each in counts),
        first_ok=sum(each.first_ok for each in counts),
        attempts=sum(each.attempts for each in counts),
        invalid=sum(each.invalid for each in counts),
    )
