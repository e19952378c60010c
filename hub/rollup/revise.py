"""Revise the hours in which corrections took values away (or gave them back).

A value declared wrong leaves its position empty, and positions never move: so only its own hour is made again from the
raw values, and the longer spans that hold it. What comes out is the same as if the correction had come first.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from hub.rollup.keep import Placed, close, hour_rollup, of_lots, placed_behind
from hub.rollup.sample import SampledColumn, of_lot, sampled_of_batch
from hub.store.core.database import Writing
from hub.store.rollup.queries import SpanRow, StreamRow, hour_at, hours_with_batch, put_spans, stream_by_id
from hub.store.rollup.sources import Chain, Corrected, batches_of_chain


def revise(connection: Writing, corrected: Iterable[Corrected]) -> None:
    """Make every hour again that holds a value of these records."""
    hours: dict[tuple[str, int], tuple[Chain, SpanRow]] = {}
    for one in corrected:
        for identity in {value.stream.id for value in sampled_of_batch(connection, one.chain, one.batch_id)}:
            for row in hours_with_batch(connection, identity, one.batch_id):
                hours[identity, row.start] = (one.chain, row)
    for _, (chain, row) in sorted(hours.items()):
        stream = stream_by_id(connection, row.stream)
        if stream is not None:
            _revise_hour(connection, chain, stream, row)


def _revise_hour(connection: Writing, chain: Chain, stream: StreamRow, row: SpanRow) -> None:
    columns = _columns_around(connection, chain, row)
    whole = placed_behind(columns, 0, 0)
    own = whole.hours == row.start
    placed = replace(whole, positions=whole.positions + row.first_position - int(whole.positions[own][0])).only(own)
    _rewrite(connection, stream, row, placed)
    for lot, inside in of_lots(columns):
        narrower = stream_by_id(connection, of_lot(stream, lot).id)
        known = None if narrower is None else hour_at(connection, narrower.id, row.start)
        if narrower is not None and known is not None and inside[own].any():
            _rewrite(connection, narrower, known, placed.only(inside[own]))


def _columns_around(connection: Writing, chain: Chain, row: SpanRow) -> list[SampledColumn]:
    """What entered the stream with the batches that added to this hour."""
    return [
        column
        for batch_id in batches_of_chain(connection, chain, row.first_batch, row.last_batch)
        for column in sampled_of_batch(connection, chain, batch_id)
        if column.stream.id == row.stream
    ]


def _rewrite(connection: Writing, stream: StreamRow, row: SpanRow, placed: Placed) -> None:
    made = hour_rollup(stream.decimals, placed)
    put_spans(connection, [replace(row, n=int(placed.present.sum()), rollup=made)])
    close(connection, stream.id, {row.start}, stream.last_hour)
