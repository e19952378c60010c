"""The hub in figures."""

from collections.abc import Iterable, Mapping

from hub.fleet.activity import activity_seen
from hub.scorecard.gather import Gathered, PlantRecords, gather
from hub.scorecard.operations import planned_first
from hub.scorecard.views import ClaimCheck, ClaimedCounts
from hub.store.core.database import Reading
from hub.store.fleet.queries import author_activity
from hub.store.ledger.batches import log_size
from hub.store.master.queries import operation_named, part_name, read_master
from hub.store.quality.summary import missing_in_chains, repeated_results
from hub.store.rollup.arrived import Arrivals, arrivals, is_kept
from hub.store.rollup.tallies import marked_plants
from hub.summary.finished import Assembled, PlantPart, assembled, finals_of_plants
from hub.summary.made import AllMade, RawAll, TalliedAll
from hub.summary.views import FinishedPart, OperationSummary, Summary
from traceability.quality.first_pass import FirstPass


def summary(connection: Reading) -> Summary:
    """Everything in one read transaction, so that the figures fit each other."""
    seen = arrivals(connection) if is_kept(connection) else None
    gathered = gather(connection, tallied=_tallied(connection, seen))
    finals = finals_of_plants(entry for records in gathered.plants.values() for entry in records.plans)
    made = {plant: _made_of(connection, records, seen, finals) for plant, records in gathered.plants.items()}
    built = assembled(connection, finals)
    operations = tuple(
        operation for plant, records in gathered.plants.items() for operation in _operations(records, made[plant])
    )
    activity = activity_seen(connection)
    authors = author_activity(connection, activity.last_events).values()
    return Summary(
        finished_units=built.finished,
        finished=tuple(_finished(gathered, key, made[key[0]], built) for key in finals),
        unit_results=activity.results,
        units=activity.units,
        batches=sum(author.batches for author in authors),
        records=sum(author.records for author in authors),
        quarantined=sum(author.quarantined for author in authors),
        gaps=missing_in_chains(connection),
        duplicates=repeated_results(connection),
        forks=sum(author.forks for author in authors),
        data_losses=sum(author.data_losses for author in authors),
        operations=operations,
        claims_agree=all(operation.agrees for operation in operations),
        log_size=log_size(connection),
    )


def _tallied(connection: Reading, seen: Arrivals | None) -> set[str]:
    """The plants for which tallies answer: what is seen of them is everything."""
    if seen is None:
        return set()
    return marked_plants(connection, seen.whole & read_master(connection).plants.keys())


def _made_of(
    connection: Reading, records: PlantRecords, seen: Arrivals | None, finals: Mapping[PlantPart, Iterable[str]]
) -> AllMade:
    own = {part: frozenset(operations) for (plant, part), operations in finals.items() if plant == records.plant}
    if seen is None or records.passes is None or any(len(operations) > 1 for operations in own.values()):
        return RawAll(connection, records, own)
    return TalliedAll(connection, records, seen, own)


def _finished(gathered: Gathered, key: PlantPart, made: AllMade, built: Assembled) -> FinishedPart:
    plant, part = key
    named = gathered.master.plant_named(plant)
    assert named is not None  # a plant has an id
    accepted = made.accepted(part)
    return FinishedPart(
        part=part_name(gathered.parts, part),
        plant=named,
        accepted=accepted.units + accepted.nameless,
        assembled=key in built.parts,
        traceable=built.traceable[key] if key in built.parts else accepted.units,
    )


def _operations(records: PlantRecords, made: AllMade) -> Iterable[OperationSummary]:
    counts, results = made.counts(), made.results()
    plans = {entry.plan.part: entry.plan for entry in records.plans}
    claimed = {(claim.part, claim.operation) for claim in records.claims}
    for subject in planned_first(plans, {*results, *claimed}):
        part, operation = subject
        claims = [claim for claim in records.claims if (claim.part, claim.operation) == subject]
        checks = [made.check(claim) for claim in claims]
        pooled, by_author = counts.get(subject, FirstPass()), results.get(subject, {})
        yield OperationSummary(
            plant=records.plant,
            part=part,
            operation=operation_named(plans.get(part), operation),
            results=sum(by_author.values()),
            submitted=pooled.submitted,
            first_ok=pooled.first_ok,
            claimed=_sum([check.claimed for check in checks]),
            recomputed=_sum([check.recomputed for check in checks]),
            agrees=_all_agree(checks),
            unclaimed=tuple(sorted(by_author.keys() - {claim.author for claim in claims})),
        )


def _all_agree(checks: list[ClaimCheck]) -> bool:
    return all(check.agrees for check in checks)


def _sum(counts: list[ClaimedCounts]) -> ClaimedCounts:
    return ClaimedCounts(
        submitted=sum(each.submitted for each in counts),
        first_ok=sum(each.first_ok for each in counts),
        attempts=sum(each.attempts for each in counts),
        invalid=sum(each.invalid for each in counts),
    )
