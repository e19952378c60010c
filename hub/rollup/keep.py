"""Add values to the end of their streams.

A chain's records arrive in the chain's order, and a clock that was set back does not
move a value before those that precede it (its hour is then the stream's last one). So what is kept is the same in
every order of arrival between chains, and after a rebuild.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from msgspec.structs import replace

from hub.rollup.add_up import Positions, add_up, kept_of, with_values
from hub.rollup.hours import LONGER, day_of
from hub.rollup.sample import SampledColumn, of_lot
from hub.store.core.database import Writing
from hub.store.core.value_body import Mask, Numbers
from hub.store.rollup.body import Kept, pack
from hub.store.rollup.queries import (
    HOUR,
    SpanRow,
    StreamRow,
    hours_at,
    put_spans,
    put_streams,
    spans_between,
    streams_by_id,
)
from traceability.quality.rollup import settled


class Placed(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Values with their positions in the stream, the batches with which they entered and hours: arrays of one length.

    What is not ``usable`` is left out and has no place of its own; what is not ``present`` leaves its place empty.
    """

    positions: Numbers
    batches: Numbers
    hours: Numbers
    values: Numbers
    present: Mask
    usable: Mask

    def only(self, which: Mask | slice) -> "Placed":
        """Some of them."""
        return Placed(**{name: getattr(self, name)[which] for name in self.__struct_fields__})


class _OfHour(NamedTuple):
    """What comes to an hour: ``values`` at ``positions``, and how many are left out."""

    hour: int
    positions: Positions
    values: Numbers
    first_position: int
    left_out: int
    first_batch: int
    last_batch: int


class _Addition(NamedTuple):
    """What comes to the end of one stream, hour by hour; ``after`` it the stream is at this position."""

    stream: StreamRow
    hours: list[_OfHour]
    after: int


def keep_values(connection: Writing, sampled: Iterable[SampledColumn]) -> None:
    """Add values to their streams, in the order given."""
    by_stream: defaultdict[str, list[SampledColumn]] = defaultdict(list)
    for column in sampled:
        by_stream[column.stream.id].append(column)
    known = streams_by_id(connection, by_stream.keys())
    additions: list[_Addition] = []
    narrower: list[_Addition] = []
    for identity, columns in sorted(by_stream.items()):
        stream = known.get(identity, columns[0].stream)
        hour = _one_hour(columns, stream)
        if hour is not None:
            additions.append(_plain(columns, stream, hour))
            continue
        placed = placed_behind(columns, stream.next_position, stream.last_hour)
        additions.append(_added(stream, placed))
        narrower += [_added(of_lot(stream, lot), placed.only(own)) for lot, own in of_lots(columns)]
    lots = streams_by_id(connection, [each.stream.id for each in narrower]) if narrower else {}
    additions += [each._replace(stream=lots.get(each.stream.id, each.stream)) for each in narrower]
    _append(connection, additions)


def _one_hour(columns: Sequence[SampledColumn], stream: StreamRow) -> int | None:
    """The hour of all values, where none of them is special and the stream has not gone beyond it."""
    hour = columns[0].hour
    if hour is None or hour < stream.last_hour:
        return None
    plain = all(column.hour == hour and not column.lots and len(column.values) for column in columns)
    return hour if plain else None


def _plain(columns: Sequence[SampledColumn], stream: StreamRow, hour: int) -> _Addition:
    """What ``placed_behind`` makes of such."""
    values = columns[0].values if len(columns) == 1 else np.concatenate([column.values for column in columns])
    first, after = stream.next_position, stream.next_position + len(values)
    batches = columns[0].batch_id, columns[-1].batch_id
    return _Addition(stream, [_OfHour(hour, range(first, after), values, first, 0, *batches)], after)


def placed_behind(columns: Sequence[SampledColumn], position: int, hour: int) -> Placed:
    """Columns of one stream one after another, from ``position`` on; no value is of an earlier hour than ``hour``."""
    usable = np.concatenate([column.usable for column in columns])
    hours = np.concatenate([column.hours for column in columns])
    return Placed(
        positions=position + np.cumsum(usable) - usable,
        batches=np.concatenate([np.full(len(column.values), column.batch_id) for column in columns]),
        hours=np.maximum.accumulate(np.maximum(hours, hour)),
        values=np.concatenate([column.values for column in columns]),
        present=usable & ~np.concatenate([column.wrong for column in columns]),
        usable=usable,
    )


def of_lots(columns: Sequence[SampledColumn]) -> list[tuple[str, Mask]]:
    """Every lot inside a unit of these values, and which values those are."""
    if not any(column.lots for column in columns):
        return []
    inside = [lots for column in columns for lots in (column.lots or ((),) * len(column.values))]
    named = sorted({lot for lots in inside for lot in lots})
    return [(lot, np.array([lot in lots for lots in inside], np.bool_)) for lot in named]


def _added(stream: StreamRow, placed: Placed) -> _Addition:
    kept = placed.positions[placed.usable]
    after = int(kept[-1]) + 1 if len(kept) else stream.next_position
    return _Addition(stream, [_of_hour(hour, some) for hour, some in by_hours(placed)], after)


def _of_hour(hour: int, placed: Placed) -> _OfHour:
    return _OfHour(
        hour,
        *_entered(placed),
        first_position=int(placed.positions[0]),
        left_out=int((~placed.usable).sum()),
        first_batch=int(placed.batches[0]),
        last_batch=int(placed.batches[-1]),
    )


def _append(connection: Writing, additions: Sequence[_Addition]) -> None:
    known = hours_at(connection, [(each.stream.id, one.hour) for each in additions for one in each.hours])
    put_spans(
        connection,
        [
            _hour_with(each.stream, one, known.get((each.stream.id, one.hour)))
            for each in additions
            for one in each.hours
        ],
    )
    put_streams(
        connection,
        [replace(each.stream, next_position=each.after, last_hour=each.hours[-1].hour) for each in additions],
    )
    for stream, hours, _ in additions:
        begun = {stream.last_hour} if stream.next_position or stream.last_hour else set()
        close(connection, stream.id, begun | {one.hour for one in hours}, hours[-1].hour)


def by_hours(placed: Placed) -> list[tuple[int, Placed]]:
    """The values of each hour; hours never run backwards."""
    if not len(placed.hours) or placed.hours[0] == placed.hours[-1]:
        return [(int(placed.hours[0]), placed)] if len(placed.hours) else []
    hours, begins = np.unique(placed.hours, return_index=True)
    ends = [*begins[1:].tolist(), len(placed.hours)]
    return [
        (hour, placed.only(slice(begin, end)))
        for hour, begin, end in zip(hours.tolist(), begins.tolist(), ends, strict=True)
    ]


def close(connection: Writing, stream: str, touched: Iterable[int], last_hour: int) -> None:
    """Make the roll-ups of the days, dekads and months of ``touched`` hours that the stream has gone beyond."""
    hours = {hour for hour in touched if day_of(hour) < day_of(last_hour)}
    parts = HOUR
    for span, first_of, next_of in LONGER if hours else ():
        begun = sorted({first_of(hour) for hour in hours if first_of(hour) < first_of(last_hour)})
        put_spans(connection, [_whole(connection, stream, span, parts, (begin, next_of(begin))) for begin in begun])
        parts = span


def _whole(connection: Writing, stream: str, span: str, parts: str, period: tuple[int, int]) -> SpanRow:
    rows = spans_between(connection, stream, {parts: [period]})
    rollup = settled(add_up([row.rollup for row in rows]))
    return SpanRow(
        stream=stream,
        span=span,
        start=period[0],
        n=rollup.sums.n,
        first_position=rows[0].first_position,
        left_out=sum(row.left_out for row in rows),
        first_batch=min(row.first_batch for row in rows),
        last_batch=max(row.last_batch for row in rows),
        rollup=pack(rollup),
    )


def _hour_with(stream: StreamRow, one: _OfHour, known: SpanRow | None) -> SpanRow:
    if known is None:
        return SpanRow(
            stream=stream.id,
            span=HOUR,
            start=one.hour,
            n=len(one.values),
            first_position=one.first_position,
            left_out=one.left_out,
            first_batch=one.first_batch,
            last_batch=one.last_batch,
            rollup=kept_of(stream.decimals, one.positions, one.values),
        )
    return replace(
        known,
        n=known.n + len(one.values),
        left_out=known.left_out + one.left_out,
        last_batch=one.last_batch,
        rollup=with_values(known.rollup, one.positions, one.values),
    )


def hour_rollup(decimals: int, placed: Placed) -> Kept:
    """What is kept of all values of one hour, in rising positions."""
    return kept_of(decimals, *_entered(placed))


def _entered(placed: Placed) -> tuple[Numbers, Numbers]:
    if placed.present.all():
        return placed.positions, placed.values
    return placed.positions[placed.present], placed.values[placed.present]
