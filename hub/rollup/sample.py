"""Which values of a batch enter capability, and in which stream: each chain's first submission of a unit.

A unit measured again would otherwise stand twice in the sample, and selected values would flatter. The rule looks at
one author's chain alone: a valid verdict, purpose *first*, and no earlier submission of the unit at the operation in
that chain. So what has entered never moves again, whatever other authors send later. Values of status Good enter;
others are counted as left out. What was declared wrong leaves its place empty (see ``revise``).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
import numpy as np

from hub.rollup.hours import hour_of
from hub.store.correction_queries import Place, any_correction, erroneous
from hub.store.database import Reading
from hub.store.measured_queries import Column, columns_of_batches
from hub.store.rollup_queries import StreamRow
from hub.store.rollup_sources import (
    Chain,
    LotLink,
    PlacedResult,
    StatedAt,
    lots_of_units,
    results_named,
    results_of_batch,
    results_of_units,
    stated_in_batch,
    stated_of_units,
)
from hub.store.score_queries import NO_UNIT
from hub.store.value_body import Mask, Numbers
from traceability.encoding import sha256
from traceability.quality.first_pass import Attempt
from traceability.unit import Purpose, is_submission

ResultId = str
_Named = tuple[str, str, str, str]
"""Plant, part, operation and work cell."""


class SampledColumn(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Values of one stream in the order of their chain: arrays of one length.

    ``usable`` values take a place in the stream; those that are ``wrong`` leave it empty. ``lots`` are those inside the
    unit of each value, () where no unit has any.
    """

    stream: StreamRow
    hours: Numbers
    values: Numbers
    usable: Mask
    wrong: Mask
    lots: tuple[tuple[str, ...], ...] = ()


class _Entering(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The records of one batch that enter, by line; ``named`` are their results' names by number."""

    lines: Numbers
    hours: Numbers
    wrong: Mask
    groups: Numbers
    named: tuple[_Named, ...]
    lots: tuple[tuple[str, ...], ...]


class BatchResults(msgspec.Struct, frozen=True):
    """The results of a batch, and every result up to it of the units they name (of all authors)."""

    results: list[PlacedResult]
    histories: list[PlacedResult]


def batch_results(connection: Reading, batch_id: int) -> BatchResults:
    """Read them; both questions about a batch, its sample and its yields, begin here."""
    results = results_of_batch(connection, batch_id)
    named = [placed for placed in results if not placed.scored.attempt.unit.startswith(NO_UNIT)]
    before = results_of_units(connection, {placed.scored.attempt.unit for placed in named}, batch_id - 1)
    return BatchResults(results, [*before, *named])


def sampled_of_batch(
    connection: Reading, chain: Chain, batch_id: int, read: BatchResults | None = None
) -> list[SampledColumn]:
    """The sample that a batch adds, in the chain's order; rows of the batch are in the store already."""
    stated = stated_in_batch(connection, batch_id)
    read = batch_results(connection, batch_id) if read is None else read
    known = {placed.scored.attempt.result_id: placed for placed in reversed(read.results)}
    measured = {one.result_id for one in stated}
    earlier = {
        placed.scored.attempt.result_id: placed
        for placed in results_named(connection, chain, measured - known.keys(), batch_id)
    }
    bare = {name: placed for name, placed in known.items() if name not in measured}
    units = {placed.scored.attempt.unit for placed in bare.values()}
    stated = [*stated_of_units(connection, chain, units, bare.keys(), batch_id), *stated]
    others = {placed.scored.attempt.unit for placed in earlier.values()}
    histories = [*read.histories, *results_of_units(connection, others, batch_id)]
    first = _first_submissions(chain, [*known.values(), *earlier.values()], histories)
    lots = _lots(lots_of_units(connection, chain, {p.scored.attempt.unit for p in first.values()}, batch_id))
    entering = [(first[one.result_id], one) for one in stated if one.result_id in first]
    by_batch = _by_batch(chain, entering, lots, _wrong(connection, chain, entering))
    streams: dict[tuple[_Named, str, str, int], StreamRow] = {}
    return [
        sampled
        for column in columns_of_batches(connection, by_batch)
        for sampled in _sampled(chain, by_batch[column.batch_id], column, streams)
    ]


_Pair = tuple[PlacedResult, StatedAt]


def _wrong(connection: Reading, chain: Chain, entering: Sequence[_Pair]) -> set[Place]:
    if not any_correction(connection):
        return set()
    return erroneous(connection, {place for pair in entering for place in _places(chain, *pair)})


def _by_batch(
    chain: Chain, entering: Iterable[_Pair], lots: Mapping[str, tuple[str, ...]], wrong: set[Place]
) -> dict[int, _Entering]:
    grouped: defaultdict[int, list[_Pair]] = defaultdict(list)
    for pair in entering:
        grouped[pair[1].batch_id].append(pair)
    return {batch_id: _entering(chain, pairs, lots, wrong) for batch_id, pairs in grouped.items()}


def _entering(
    chain: Chain, pairs: Sequence[_Pair], lots: Mapping[str, tuple[str, ...]], wrong: set[Place]
) -> _Entering:
    named: dict[_Named, int] = {}
    groups = [named.setdefault(_named(result), len(named)) for result, _ in pairs]
    inside = [lots.get(result.scored.attempt.unit, ()) for result, _ in pairs] if lots else []
    return _Entering(
        lines=np.array([stated.line for _, stated in pairs], np.int64),
        hours=np.array([hour_of(result.scored.attempt.event_time) for result, _ in pairs], np.int64),
        wrong=np.array([bool(wrong) and bool(wrong & _places(chain, *pair)) for pair in pairs], np.bool_),
        groups=np.array(groups, np.int64),
        named=tuple(named),
        lots=tuple(inside),
    )


def _named(result: PlacedResult) -> _Named:
    scored = result.scored
    return scored.plant, scored.part, scored.attempt.operation, result.work_cell


def _sampled(
    chain: Chain, entering: _Entering, column: Column, streams: dict[tuple[_Named, str, str, int], StreamRow]
) -> Iterator[SampledColumn]:
    """What enters of a column, for each of the streams that it holds values of."""
    values = column.values
    at = np.minimum(np.searchsorted(entering.lines, values.lines), len(entering.lines) - 1)
    enters = entering.lines[at] == values.lines
    for group in np.unique(entering.groups[at[enters]]).tolist():
        own = enters & (entering.groups[at] == group)
        record = at[own]
        yield SampledColumn(
            stream=_stream(chain, entering.named[group], column, streams),
            hours=entering.hours[record],
            values=values.values[own],
            usable=values.usable[own],
            wrong=entering.wrong[record],
            lots=tuple(entering.lots[one] for one in record.tolist()) if entering.lots else (),
        )


def stream_id(stream: StreamRow) -> str:
    """The hash of what names a stream."""
    names = [stream.plant, stream.part, stream.operation, stream.work_cell, stream.characteristic, stream.uom]
    return sha256(msgspec.json.encode([*names, stream.decimals, stream.author, stream.chain, stream.lot])).hex()


def of_lot(stream: StreamRow, lot: str) -> StreamRow:
    """The stream of the values whose units contain ``lot``; same positions."""
    narrower = msgspec.structs.replace(stream, lot=lot, next_position=0, last_hour=0)
    return msgspec.structs.replace(narrower, id=stream_id(narrower))


def _places(chain: Chain, result: PlacedResult, stated: StatedAt) -> set[Place]:
    """How corrections would name the records of a value."""
    plant = result.scored.plant
    seqs = (result.scored.attempt.record_seq, stated.seq)
    return {Place(*chain, seq, stated.result_id, plant) for seq in seqs}


def _stream(
    chain: Chain, named: _Named, column: Column, known: dict[tuple[_Named, str, str, int], StreamRow]
) -> StreamRow:
    """The stream of a column's values; ``known`` remembers those of this batch, for a name is a hash."""
    key = (named, column.characteristic, column.uom, column.decimals)
    found = known.get(key)
    if found is not None:
        return found
    plant, part, operation, work_cell = named
    stream = StreamRow(
        id="",
        plant=plant,
        part=part,
        operation=operation,
        work_cell=work_cell,
        characteristic=column.characteristic,
        uom=column.uom,
        decimals=column.decimals,
        author=chain[0],
        chain=chain[1],
    )
    known[key] = msgspec.structs.replace(stream, id=stream_id(stream))
    return known[key]


def _first_submissions(
    chain: Chain, results: Sequence[PlacedResult], histories: Iterable[PlacedResult]
) -> dict[ResultId, PlacedResult]:
    candidates = [placed for placed in results if _counts(placed.scored.attempt)]
    first: dict[tuple[str, str, str], int] = {}
    for placed in histories:
        attempt = placed.scored.attempt
        if (attempt.author, attempt.chain) == chain and is_submission(attempt.verdict, attempt.flags):
            subject = (placed.scored.part, attempt.operation, attempt.unit)
            first[subject] = min(attempt.record_seq, first.get(subject, attempt.record_seq))
    return {
        placed.scored.attempt.result_id: placed
        for placed in candidates
        if first.get((placed.scored.part, placed.scored.attempt.operation, placed.scored.attempt.unit))
        == placed.scored.attempt.record_seq
    }


def _counts(attempt: Attempt) -> bool:
    return (
        is_submission(attempt.verdict, attempt.flags)
        and attempt.purpose is Purpose.FIRST
        and not attempt.unit.startswith(NO_UNIT)
    )


def _lots(links: Iterable[LotLink]) -> dict[str, tuple[str, ...]]:
    inside: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for joined in links:
        if joined.added:
            inside[joined.unit][joined.lot] = None
        else:
            inside[joined.unit].pop(joined.lot, None)
    return {unit: tuple(sorted(lots)) for unit, lots in inside.items()}
