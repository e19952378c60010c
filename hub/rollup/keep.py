"""Add values to the end of their streams.

A chain's records arrive in the chain's order, and a clock that was set back does not
move a value before those that precede it (its hour is then the stream's last one). So what is kept is the same in
every order of arrival between chains, and after a rebuild.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from hub.rollup.hours import LONGER
from hub.rollup.sample import Sampled, of_lot
from hub.store.database import Writing
from hub.store.rollup_queries import (
    HOUR,
    SpanRow,
    StreamRow,
    hours_at,
    put_spans,
    put_streams,
    spans_between,
    streams_by_id,
)
from traceability.quality.rollup import Rollup, RollupBuilder, merge, settled


class Placed(NamedTuple):
    """Position in the stream, hour, value (None: its place is empty); what is left out has no place of its own."""

    position: int
    hour: int
    value: int | None
    left_out: bool


class _Addition(NamedTuple):
    """What comes to the end of one stream."""

    stream: StreamRow
    placed: Sequence[Placed]


def keep_values(connection: Writing, sampled: Iterable[Sampled], batch_id: int) -> None:
    """Add values to their streams, in the order given."""
    by_stream: defaultdict[str, list[Sampled]] = defaultdict(list)
    for value in sampled:
        by_stream[value.stream.id].append(value)
    known = streams_by_id(connection, by_stream.keys())
    additions: list[_Addition] = []
    narrower: list[_Addition] = []
    for identity, values in sorted(by_stream.items()):
        stream = known.get(identity, values[0].stream)
        placed = _placed(stream, values)
        additions.append(_Addition(stream, placed))
        narrower += _by_lot(stream, values, placed)
    lots = streams_by_id(connection, [each.stream.id for each in narrower])
    additions += [each._replace(stream=lots.get(each.stream.id, each.stream)) for each in narrower]
    _append(connection, additions, batch_id)


def _by_lot(stream: StreamRow, values: Sequence[Sampled], placed: Sequence[Placed]) -> list[_Addition]:
    by_lot: defaultdict[str, list[Placed]] = defaultdict(list)
    for value, place in zip(values, placed, strict=True):
        for lot in value.lots:
            by_lot[lot].append(place)
    return [_Addition(of_lot(stream, lot), some) for lot, some in sorted(by_lot.items())]


def _placed(stream: StreamRow, values: Sequence[Sampled]) -> list[Placed]:
    position, hour = stream.next_position, stream.last_hour
    placed = []
    for value in values:
        hour = max(hour, value.hour)
        placed.append(Placed(position, hour, value.value, not value.usable))
        position += value.usable
    return placed


def _append(connection: Writing, additions: Sequence[_Addition], batch_id: int) -> None:
    by_hour = [(each.stream, hour, some) for each in additions for hour, some in sorted(_by_hour(each.placed).items())]
    known = hours_at(connection, [(stream.id, hour) for stream, hour, _ in by_hour])
    put_spans(
        connection,
        [_hour_with(stream, hour, some, batch_id, known.get((stream.id, hour))) for stream, hour, some in by_hour],
    )
    last = {stream.id: hour for stream, hour, _ in by_hour}
    grown = []
    for stream, placed in additions:
        after = max((place.position + 1 for place in placed if not place.left_out), default=stream.next_position)
        grown.append(replace(stream, next_position=after, last_hour=last[stream.id]))
    put_streams(connection, grown)
    for stream, placed in additions:
        begun = {stream.last_hour} if stream.next_position or stream.last_hour else set()
        close(connection, stream.id, begun | {place.hour for place in placed}, last[stream.id])


def close(connection: Writing, stream: str, touched: Iterable[int], last_hour: int) -> None:
    """Make the roll-ups of the days, dekads and months of ``touched`` hours that the stream has gone beyond."""
    hours, parts = set(touched), HOUR
    for span, first_of, next_of in LONGER:
        begun = sorted({first_of(hour) for hour in hours if first_of(hour) < first_of(last_hour)})
        put_spans(connection, [_whole(connection, stream, span, parts, (begin, next_of(begin))) for begin in begun])
        parts = span


def _whole(connection: Writing, stream: str, span: str, parts: str, period: tuple[int, int]) -> SpanRow:
    rows = spans_between(connection, stream, {parts: [period]})
    return SpanRow(
        stream=stream,
        span=span,
        start=period[0],
        first_position=rows[0].first_position,
        left_out=sum(row.left_out for row in rows),
        first_batch=min(row.first_batch for row in rows),
        last_batch=max(row.last_batch for row in rows),
        rollup=settled(merge(row.rollup for row in rows)),
    )


def _hour_with(stream: StreamRow, hour: int, placed: Sequence[Placed], batch_id: int, known: SpanRow | None) -> SpanRow:
    added = hour_rollup(stream.decimals, placed)
    left_out = sum(place.left_out for place in placed)
    if known is None:
        return SpanRow(
            stream=stream.id,
            span=HOUR,
            start=hour,
            first_position=placed[0].position,
            left_out=left_out,
            first_batch=batch_id,
            last_batch=batch_id,
            rollup=added,
        )
    return replace(
        known,
        left_out=known.left_out + left_out,
        last_batch=batch_id,
        rollup=merge([known.rollup, added]),
    )


def hour_rollup(decimals: int, placed: Sequence[Placed]) -> Rollup:
    """The roll-up of some values of one hour, in rising positions."""
    builder = RollupBuilder(decimals)
    for place in placed:
        if place.value is not None:
            builder.add(place.position, place.value)
    return builder.rollup()


def _by_hour(placed: Sequence[Placed]) -> Mapping[int, list[Placed]]:
    by_hour: defaultdict[int, list[Placed]] = defaultdict(list)
    for place in placed:
        by_hour[place.hour].append(place)
    return by_hour
