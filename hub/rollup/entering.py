"""Which records of some batches enter capability: those of each chain's first submission of a unit.

A unit measured again would otherwise stand twice in the sample, and selected values would flatter. The rule looks at
one author's chain alone: a valid verdict, purpose *first*, and no earlier submission of the unit at the operation in
that chain. So what has entered never moves again, whatever other authors send later. Values of status Good enter;
others are counted as left out. What was declared wrong leaves its place empty (see ``revise``).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from hub.store.core.database import Reading
from hub.store.production.corrections import Place, any_correction, erroneous
from hub.store.production.measured import Column, column_new
from hub.store.rollup.scores import NO_UNIT
from hub.store.rollup.sources import (
    Chain,
    LotLink,
    PlacedResult,
    StatedAt,
    lots_of_units,
    placed_new,
    results_named,
    results_of_batches,
    results_of_units,
    stated_in_batches,
    stated_new,
    stated_of_units,
)
from hub.store.tables.every import unit_result
from hub.store.tables.measured import measured, value_column
from hub.store.writing.rows import Row
from traceability.quality.first_pass import Attempt
from traceability.unit import Purpose, is_submission

ResultId = str
Pair = tuple[PlacedResult, StatedAt]


class BatchResults(msgspec.Struct, frozen=True):
    """The results and records of measured values of some batches, in the order of the log.

    ``histories`` are every result up to them of the units they name (of all authors); ``columns`` their values where
    these need not be read.
    """

    results: list[PlacedResult]
    stated: list[StatedAt]
    histories: list[PlacedResult]
    columns: tuple[Column, ...] = ()


class Entering(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What enters of one chain, in its order; ``batch_id`` is the last of its batches, the one that brings it in.

    ``lots`` are those inside each unit.
    """

    chain: Chain
    batch_id: int
    several: bool
    """Whether more than one batch of the chain is taken here; each record then enters with its own."""
    pairs: list[Pair]
    lots: Mapping[str, tuple[str, ...]]
    wrong: set[Place]


class _Part(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One chain's part of some batches: results by id, and records of measured values."""

    chain: Chain
    batches: list[int]
    known: dict[ResultId, PlacedResult]
    earlier: dict[ResultId, PlacedResult]
    stated: list[StatedAt]

    @property
    def bare(self) -> dict[ResultId, PlacedResult]:
        """Results of which nothing is measured here."""
        measured = {one.result_id for one in self.stated}
        return {name: placed for name, placed in self.known.items() if name not in measured}


def batch_results(connection: Reading, first: int, last: int) -> BatchResults:
    """Read them; both questions about batches, their sample and their yields, begin here."""
    stated = stated_in_batches(connection, first, last)
    return _with_histories(connection, first, results_of_batches(connection, first, last), stated)


def results_among(connection: Reading, first: int, rows: Iterable[Row]) -> BatchResults:
    """The same, of batches from ``first`` on that were just made into ``rows``: what is known need not be read."""
    results, stated, columns = [], [], []
    for name, row in rows:
        if name == unit_result.name and row["plant"] is not None:
            results.append(placed_new(row))
        elif name == measured.name:
            stated.append(stated_new(row))
        elif name == value_column.name:
            columns.append(column_new(row))
    return msgspec.structs.replace(_with_histories(connection, first, results, stated), columns=tuple(columns))


def _with_histories(
    connection: Reading, first: int, results: list[PlacedResult], stated: list[StatedAt]
) -> BatchResults:
    named = [placed for placed in results if not placed.scored.attempt.unit.startswith(NO_UNIT)]
    before = results_of_units(connection, {placed.scored.attempt.unit for placed in named}, first - 1)
    return BatchResults(results, stated, [*before, *named])


def entering(connection: Reading, chains: Mapping[int, Chain], read: BatchResults) -> list[Entering] | None:
    """What enters with ``chains``, batches that follow one another in the log and whose rows are in the store already.

    None where batches of one chain speak of each other's results: then each has to be taken by itself.
    """
    first, last = min(chains), max(chains)
    parts = _parts(connection, chains, read)
    bare = {name: placed for part in parts for name, placed in part.bare.items()}
    units = {placed.scored.attempt.unit for placed in bare.values()}
    before = stated_of_units(connection, units, bare.keys(), first)
    others = {placed.scored.attempt.unit for part in parts for placed in part.earlier.values()}
    histories = _by_chain([*read.histories, *results_of_units(connection, others, last)])
    firsts = [_first_submissions(part, histories.get(part.chain, ())) for part in parts]
    inside = {placed.scored.attempt.unit for found in firsts for placed in found.values()}
    links = lots_of_units(connection, inside, last)
    wrongs = any_correction(connection)
    told = []
    for part, found in zip(parts, firsts, strict=True):
        old = before.get(part.chain, ())
        stated = [*(one for one in old if one.result_id in part.bare), *part.stated] if old else part.stated
        pairs = [(found[one.result_id], one) for one in stated if one.result_id in found]
        own = links.get(part.chain, ())
        if len(part.batches) > 1 and _of_each_other(pairs, own):
            return None
        told.append(
            Entering(
                chain=part.chain,
                batch_id=part.batches[-1],
                several=len(part.batches) > 1,
                pairs=pairs,
                lots=lots_inside(own),
                wrong=_wrong(connection, part.chain, pairs) if wrongs else set(),
            )
        )
    return told


def _of_each_other(pairs: Iterable[Pair], links: Iterable[LotLink]) -> bool:
    """Whether a batch states values of another's result, or what is inside a unit that an earlier one measured."""
    told: defaultdict[str, int] = defaultdict(int)
    for joined in links:
        told[joined.unit] = max(told[joined.unit], joined.batch_id)
    return any(
        result.batch_id != one.batch_id or told.get(result.scored.attempt.unit, 0) > one.batch_id
        for result, one in pairs
    )


def places(chain: Chain, result: PlacedResult, stated: StatedAt) -> set[Place]:
    """How corrections would name the records of a value."""
    plant = result.scored.plant
    seqs = (result.scored.attempt.record_seq, stated.seq)
    return {Place(*chain, seq, stated.result_id, plant) for seq in seqs}


def _parts(connection: Reading, chains: Mapping[int, Chain], read: BatchResults) -> list[_Part]:
    batches: defaultdict[Chain, list[int]] = defaultdict(list)
    for batch_id in sorted(chains):
        batches[chains[batch_id]].append(batch_id)
    known: defaultdict[Chain, dict[ResultId, PlacedResult]] = defaultdict(dict)
    for placed in reversed(read.results):
        known[chains[placed.batch_id]][placed.scored.attempt.result_id] = placed
    stated: defaultdict[Chain, list[StatedAt]] = defaultdict(list)
    for one in read.stated:
        stated[chains[one.batch_id]].append(one)
    return [
        _Part(
            chain=chain,
            batches=own,
            known=known[chain],
            earlier=_earlier(connection, chain, {one.result_id for one in stated[chain]} - known[chain].keys(), own[0]),
            stated=stated[chain],
        )
        for chain, own in batches.items()
    ]


def _earlier(connection: Reading, chain: Chain, names: set[ResultId], before: int) -> dict[ResultId, PlacedResult]:
    found = results_named(connection, chain, names, before) if names else []
    return {placed.scored.attempt.result_id: placed for placed in found}


def _by_chain(histories: Iterable[PlacedResult]) -> dict[Chain, list[PlacedResult]]:
    found: defaultdict[Chain, list[PlacedResult]] = defaultdict(list)
    for placed in histories:
        attempt = placed.scored.attempt
        found[attempt.author, attempt.chain].append(placed)
    return found


def _wrong(connection: Reading, chain: Chain, pairs: Sequence[Pair]) -> set[Place]:
    return erroneous(connection, {place for pair in pairs for place in places(chain, *pair)})


def _first_submissions(part: _Part, histories: Iterable[PlacedResult]) -> dict[ResultId, PlacedResult]:
    first: dict[tuple[str, str, str], int] = {}
    for placed in histories:
        attempt = placed.scored.attempt
        if is_submission(attempt.verdict, attempt.flags):
            subject = (placed.scored.part, attempt.operation, attempt.unit)
            first[subject] = min(attempt.record_seq, first.get(subject, attempt.record_seq))
    return {
        placed.scored.attempt.result_id: placed
        for placed in [*part.known.values(), *part.earlier.values()]
        if _counts(placed.scored.attempt)
        and first.get((placed.scored.part, placed.scored.attempt.operation, placed.scored.attempt.unit))
        == placed.scored.attempt.record_seq
    }


def _counts(attempt: Attempt) -> bool:
    return (
        is_submission(attempt.verdict, attempt.flags)
        and attempt.purpose is Purpose.FIRST
        and not attempt.unit.startswith(NO_UNIT)
    )


def lots_inside(links: Iterable[LotLink]) -> dict[str, tuple[str, ...]]:
    """The lots that are inside each unit after all of these."""
    inside: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for joined in links:
        if joined.added:
            inside[joined.unit][joined.lot] = None
        else:
            inside[joined.unit].pop(joined.lot, None)
    return {unit: tuple(sorted(lots)) for unit, lots in inside.items()}
