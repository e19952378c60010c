"""The values of some batches that enter capability, by the stream that they enter; see ``entering`` for which do."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

import msgspec
import numpy as np

from hub.rollup.entering import BatchResults, Entering, Pair, batch_results, entering, places
from hub.rollup.hours import hour_of
from hub.store.core.database import Reading
from hub.store.core.value_body import Mask, Numbers
from hub.store.packed.columns import ResultColumns
from hub.store.production.measured import Column, columns_of_batches
from hub.store.rollup.queries import StreamRow
from hub.store.rollup.sources import Chain, PlacedResult
from traceability.encoding import sha256

_Named = tuple[str, str, str, str]
"""Plant, part, operation and work cell."""
_Known = dict[tuple[Chain, _Named, str, str, int], StreamRow]


class SampledColumn(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Values of one stream in the order of their chain: arrays of one length.

    ``usable`` values take a place in the stream; those that are ``wrong`` leave it empty. ``lots`` are those inside the
    unit of each value, () where no unit has any. ``batch_id`` is the batch with which they entered. Where ``hour`` is
    told, all are usable, none is wrong, and all are of that hour.
    """

    stream: StreamRow
    batch_id: int
    hours: Numbers
    values: Numbers
    usable: Mask
    wrong: Mask
    lots: tuple[tuple[str, ...], ...] = ()
    hour: int | None = None


class _Records(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The records of one batch that enter, by line; ``named`` are their results' names by number.

    ``hour`` is told where all are of it and none is wrong.
    """

    chain: Chain
    entered: int
    lines: Numbers
    hours: Numbers
    hour: int | None
    wrong: Mask
    groups: Numbers
    named: tuple[_Named, ...]
    lots: tuple[tuple[str, ...], ...]


def sampled_of_batch(connection: Reading, chain: Chain, batch_id: int) -> list[SampledColumn]:
    """The sample that a batch adds, in the chain's order; rows of the batch are in the store already."""
    sampled = sampled_of_batches(connection, {batch_id: chain}, batch_results(connection, batch_id, batch_id))
    assert sampled is not None  # there is but one
    return sampled


def sampled_of_batches(
    connection: Reading, chains: Mapping[int, Chain], read: BatchResults
) -> list[SampledColumn] | None:
    """The same of batches that follow one another in the log; None where each has to be taken by itself."""
    found = entering(connection, chains, read)
    if found is None:
        return None
    by_batch = {batch_id: records for one in found for batch_id, records in _by_batch(one)}
    streams: _Known = {}
    return [
        sampled
        for column in _columns(connection, by_batch.keys(), read)
        for sampled in _sampled(by_batch[column.batch_id], column, streams)
    ]


def _columns(connection: Reading, batches: AbstractSet[int], read: BatchResults) -> Iterator[Column]:
    """The columns of batches in the order of the log, those at hand unread: they are of the last batches."""
    at_hand = {column.batch_id for column in read.columns}
    yield from columns_of_batches(connection, batches - at_hand)
    yield from (column for column in read.columns if column.batch_id in batches)


def _by_batch(one: Entering) -> Iterator[tuple[int, _Records]]:
    grouped: defaultdict[int, list[Pair]] = defaultdict(list)
    for pair in one.pairs:
        grouped[pair[1].batch_id].append(pair)
    for batch_id, pairs in grouped.items():
        yield batch_id, _records(one, batch_id if one.several else one.batch_id, pairs)


def _records(one: Entering, entered: int, pairs: Sequence[Pair]) -> _Records:
    named: dict[_Named, int] = {}
    groups = [named.setdefault(_named(result), len(named)) for result, _ in pairs]
    inside = [one.lots.get(result.scored.attempt.unit, ()) for result, _ in pairs] if one.lots else []
    hours = [hour_of(result.scored.attempt.event_time) for result, _ in pairs]
    is_wrong = [bool(one.wrong & places(one.chain, *pair)) for pair in pairs] if one.wrong else None
    return _Records(
        chain=one.chain,
        entered=entered,
        lines=np.array([stated.line for _, stated in pairs], np.int64),
        hours=np.array(hours, np.int64),
        hour=hours[0] if is_wrong is None and len(set(hours)) == 1 else None,
        wrong=np.zeros(len(pairs), np.bool_) if is_wrong is None else np.array(is_wrong, np.bool_),
        groups=np.array(groups, np.int64),
        named=tuple(named),
        lots=tuple(inside),
    )


def _named(result: PlacedResult) -> _Named:
    scored = result.scored
    return scored.plant, scored.part, scored.attempt.operation, result.work_cell


def _sampled(records: _Records, column: Column, streams: _Known) -> Iterator[SampledColumn]:
    """What enters of a column, for each of the streams that it holds values of."""
    values = column.values
    if len(records.named) == 1 and np.array_equal(records.lines, values.lines):
        yield SampledColumn(
            stream=_stream(records.chain, records.named[0], column, streams),
            batch_id=records.entered,
            hours=records.hours,
            values=values.values,
            usable=values.usable,
            wrong=records.wrong,
            lots=records.lots,
            hour=None if values.doubts else records.hour,
        )
        return
    at = np.minimum(np.searchsorted(records.lines, values.lines), len(records.lines) - 1)
    enters = records.lines[at] == values.lines
    for group in np.unique(records.groups[at[enters]]).tolist():
        own = enters & (records.groups[at] == group)
        record = at[own]
        yield SampledColumn(
            stream=_stream(records.chain, records.named[group], column, streams),
            batch_id=records.entered,
            hours=records.hours[record],
            values=values.values[own],
            usable=values.usable[own],
            wrong=records.wrong[record],
            lots=tuple(records.lots[one] for one in record.tolist()) if records.lots else (),
        )


def sampled_of_usual(
    results: ResultColumns,
    which: Sequence[int],
    hours: Sequence[int],
    columns: Iterable[Column],
    lots: Mapping[str, tuple[str, ...]],
) -> list[SampledColumn]:
    """What a batch adds of whose results those at ``which`` enter, each with its measurements.

    ``hours`` are those of all results, ``columns`` their values, ``lots`` what is inside units.
    """
    if not which:
        return []
    named: dict[_Named, int] = {}
    of_shape = [
        named.setdefault((results.plant or "", shape.part, shape.operation, shape.work_cell), len(named))
        for shape in map(results.shapes.__getitem__, dict.fromkeys(results.shape[at] for at in which))
    ]
    number = dict(zip(dict.fromkeys(results.shape[at] for at in which), of_shape, strict=True))
    own = [hours[at] for at in which]
    records = _Records(
        chain=(results.author, results.chain),
        entered=results.batch_id,
        lines=np.array([results.line[at] + 1 for at in which], np.int64),
        hours=np.array(own, np.int64),
        hour=own[0] if len(set(own)) == 1 else None,
        wrong=np.zeros(len(which), np.bool_),
        groups=np.array([number[results.shape[at]] for at in which], np.int64),
        named=tuple(named),
        lots=tuple(lots.get(results.unit[at], ()) for at in which) if lots else (),
    )
    streams: _Known = {}
    return [sampled for column in columns for sampled in _sampled(records, column, streams)]


def stream_id(stream: StreamRow) -> str:
    """The hash of what names a stream."""
    names = [stream.plant, stream.part, stream.operation, stream.work_cell, stream.characteristic, stream.uom]
    return sha256(msgspec.json.encode([*names, stream.decimals, stream.author, stream.chain, stream.lot])).hex()


def of_lot(stream: StreamRow, lot: str) -> StreamRow:
    """The stream of the values whose units contain ``lot``; same positions."""
    narrower = msgspec.structs.replace(stream, lot=lot, next_position=0, last_hour=0)
    return msgspec.structs.replace(narrower, id=stream_id(narrower))


def _stream(chain: Chain, named: _Named, column: Column, known: _Known) -> StreamRow:
    """The stream of a column's values; ``known`` remembers those met already, for a name is a hash."""
    key = (chain, named, column.characteristic, column.uom, column.decimals)
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
