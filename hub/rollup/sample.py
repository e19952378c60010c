"""Which values of a batch enter capability, and in which stream: each chain's first submission of a unit.

A unit measured again would otherwise stand twice in the sample, and selected values would flatter. The rule looks at
one author's chain alone: a valid verdict, purpose *first*, and no earlier submission of the unit at the operation in
that chain. So what has entered never moves again, whatever other authors send later. Values of status Good enter;
others are counted as left out. What was declared wrong leaves its place empty (see ``revise``).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from hub.rollup.hours import hour_of
from hub.store.correction_queries import Place, any_correction, erroneous
from hub.store.database import Reading
from hub.store.rollup_queries import StreamRow
from hub.store.rollup_sources import (
    Chain,
    LotLink,
    PlacedResult,
    PlacedValue,
    lots_of_units,
    results_named,
    results_of_batch,
    results_of_units,
    values_of_batch,
    values_of_units,
)
from hub.store.score_queries import NO_UNIT
from traceability.encoding import sha256
from traceability.measurement import Status
from traceability.quality.first_pass import Attempt
from traceability.unit import Purpose, is_submission

ResultId = str


class Sampled(msgspec.Struct, frozen=True, kw_only=True):
    """One value of one stream; ``value`` None where it is not ``usable``, or was declared wrong."""

    stream: StreamRow
    hour: int
    value: int | None
    usable: bool
    lots: tuple[str, ...]


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
) -> list[Sampled]:
    """The sample that a batch adds, in the chain's order; rows of the batch are in the store already."""
    values = values_of_batch(connection, batch_id)
    read = batch_results(connection, batch_id) if read is None else read
    results = read.results
    known = {placed.scored.attempt.result_id: placed for placed in reversed(results)}
    orphans = {value.result_id for value in values} - known.keys()
    earlier = {
        placed.scored.attempt.result_id: placed for placed in results_named(connection, chain, orphans, batch_id)
    }
    measured = {value.result_id for value in values}
    bare = {name: placed for name, placed in known.items() if name not in measured}
    units = {placed.scored.attempt.unit for placed in bare.values()}
    values = [*values_of_units(connection, chain, units, bare.keys(), batch_id), *values]
    others = {placed.scored.attempt.unit for placed in earlier.values()}
    histories = [*read.histories, *results_of_units(connection, others, batch_id)]
    first = _first_submissions(chain, [*known.values(), *earlier.values()], histories)
    lots = _lots(lots_of_units(connection, chain, {p.scored.attempt.unit for p in first.values()}, batch_id))
    entering = [(first[value.result_id], value) for value in values if value.result_id in first]
    wrong = _wrong(connection, chain, entering)
    streams: dict[_Named, StreamRow] = {}
    return [
        _sampled(
            _stream(result, value, streams),
            result,
            value,
            lots.get(result.scored.attempt.unit, ()),
            wrong=bool(wrong) and bool(wrong & _places(chain, result, value)),
        )
        for result, value in entering
    ]


_Named = tuple[str | int, ...]


def _wrong(connection: Reading, chain: Chain, entering: Sequence[tuple[PlacedResult, PlacedValue]]) -> set[Place]:
    if not any_correction(connection):
        return set()
    return erroneous(connection, {place for pair in entering for place in _places(chain, *pair)})


def stream_id(stream: StreamRow) -> str:
    """The hash of what names a stream."""
    names = [stream.plant, stream.part, stream.operation, stream.work_cell, stream.characteristic, stream.uom]
    return sha256(msgspec.json.encode([*names, stream.decimals, stream.author, stream.chain, stream.lot])).hex()


def of_lot(stream: StreamRow, lot: str) -> StreamRow:
    """The stream of the values whose units contain ``lot``; same positions."""
    narrower = msgspec.structs.replace(stream, lot=lot, next_position=0, last_hour=0)
    return msgspec.structs.replace(narrower, id=stream_id(narrower))


def _places(chain: Chain, result: PlacedResult, value: PlacedValue) -> set[Place]:
    """How corrections would name the value's records."""
    plant = result.scored.plant
    seqs = (result.scored.attempt.record_seq, value.seq)
    return {Place(*chain, seq, value.result_id, plant) for seq in seqs}


def _stream(result: PlacedResult, value: PlacedValue, known: dict[_Named, StreamRow]) -> StreamRow:
    """The stream of a value; ``known`` remembers those of this batch, for a name is a hash."""
    scored, attempt = result.scored, result.scored.attempt
    named = (scored.plant, scored.part, attempt.operation, result.work_cell, value.characteristic, value.uom)
    key = (*named, value.decimals, attempt.author, attempt.chain)
    found = known.get(key)
    if found is not None:
        return found
    stream = StreamRow(
        id="",
        plant=scored.plant,
        part=scored.part,
        operation=attempt.operation,
        work_cell=result.work_cell,
        characteristic=value.characteristic,
        uom=value.uom,
        decimals=value.decimals,
        author=attempt.author,
        chain=attempt.chain,
    )
    known[key] = msgspec.structs.replace(stream, id=stream_id(stream))
    return known[key]


def _sampled(
    stream: StreamRow, result: PlacedResult, value: PlacedValue, lots: tuple[str, ...], *, wrong: bool
) -> Sampled:
    usable = value.status == Status.GOOD and value.value is not None
    return Sampled(
        stream=stream,
        hour=hour_of(result.scored.attempt.event_time),
        value=value.value if usable and not wrong else None,
        usable=usable,
        lots=lots,
    )


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
