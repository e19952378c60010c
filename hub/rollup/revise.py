"""Revise the hours in which corrections took values away (or gave them back).

A value declared wrong leaves its position empty, and positions never move: so only its own hour is made again from the
raw values, and the longer spans that hold it. What comes out is the same as if the correction had come first.
"""

from collections import defaultdict
from collections.abc import Iterable

from msgspec.structs import replace

from hub.rollup.keep import Placed, close, hour_rollup
from hub.rollup.sample import Sampled, of_lot, sampled_of_batch
from hub.store.database import Writing
from hub.store.rollup_queries import SpanRow, StreamRow, hour_at, hours_with_batch, put_spans, stream_by_id
from hub.store.rollup_sources import Chain, Corrected, batches_of_chain


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
    placed: list[Placed] = []
    by_lot: defaultdict[str, list[Placed]] = defaultdict(list)
    position = row.first_position
    for value in _values_of_hour(connection, chain, row):
        place = Placed(position, row.start, value.value, left_out=not value.usable)
        placed.append(place)
        for lot in value.lots:
            by_lot[lot].append(place)
        position += value.usable
    _rewrite(connection, stream, row, placed)
    for lot, some in sorted(by_lot.items()):
        narrower = stream_by_id(connection, of_lot(stream, lot).id)
        known = None if narrower is None else hour_at(connection, narrower.id, row.start)
        if narrower is not None and known is not None:
            _rewrite(connection, narrower, known, some)


def _values_of_hour(connection: Writing, chain: Chain, row: SpanRow) -> list[Sampled]:
    """The values that entered this hour; a time never runs backwards in a stream."""
    found: list[Sampled] = []
    latest = None
    for batch_id in batches_of_chain(connection, chain, row.first_batch, row.last_batch):
        for value in sampled_of_batch(connection, chain, batch_id):
            if value.stream.id == row.stream:
                latest = value.hour if latest is None else max(latest, value.hour)
                if latest == row.start:
                    found.append(value)
    return found


def _rewrite(connection: Writing, stream: StreamRow, row: SpanRow, placed: list[Placed]) -> None:
    put_spans(connection, [replace(row, rollup=hour_rollup(stream.decimals, placed))])
    close(connection, stream.id, {row.start}, stream.last_hour)
