"""Mergeable summaries of one stream of measured values: any window answered without the raw values.

A stream is the values of one characteristic at one station in the order of one author's chain; each value has its
``position`` there, counted from 0. A roll-up of some positions holds exact integers only (steps of the resolution):
n, Σx, Σx², extremes, how often each value occurs, a tally of the complete subgroups of five, and what neighbours need:
the first and last value of every unbroken run of positions, and the values of incomplete subgroups. Merging is a union,
so it gives bit for bit the same whatever the order, and what was split between two hours (a moving range, a subgroup)
is made whole again. Subgroup k is positions 5k to 5k + 4.

Size grows with the number of distinct values, not with time. A gap that will never be filled leaves its loose values
and runs behind; :func:`settled` drops them once they cannot matter any more.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import chain

import msgspec

from traceability.quality.errors import OutOfDomain
from traceability.quality.moments import Moments
from traceability.quality.stability import SUBGROUP, SubgroupTally, TallyBuilder, scaled


class Run(msgspec.Struct, frozen=True, order=True):
    """Values at positions ``start`` to before ``end``, all there."""

    start: int
    end: int
    first: int
    last: int


class Rollup(msgspec.Struct, frozen=True, kw_only=True):
    """The summary; tuples are sorted, so that equal summaries have equal bytes. Values are x 10^-``decimals``."""

    decimals: int
    sums: Moments = Moments()
    least: int | None = None
    greatest: int | None = None
    histogram: tuple[tuple[int, int], ...] = ()
    """Each value and how often it occurs, rising."""
    subgroups: SubgroupTally = SubgroupTally()
    loose: tuple[tuple[int, int], ...] = ()
    """Position and value wherever the subgroup is not complete."""
    runs: tuple[Run, ...] = ()
    ranges: int = 0
    """Sum of the moving ranges |x(i) - x(i-1)| of neighbouring positions."""
    range_count: int = 0


class RollupBuilder:
    """Takes a stream's values one by one, in rising positions, in constant time each."""

    def __init__(self, decimals: int) -> None:
        self._decimals = decimals
        self._histogram: Counter[int] = Counter()
        self._subgroups = TallyBuilder()
        self._loose: dict[int, int] = {}
        self._open: list[int] = []
        self._runs: list[Run] = []
        self._start = self._end = self._first = self._last = 0
        self._ranges = 0
        self._range_count = 0

    def add(self, position: int, value: int) -> None:
        """One more value; OutOfDomain when its position does not lie behind all before."""
        if position == self._end and self._end > self._start:
            self._ranges += abs(value - self._last)
            self._range_count += 1
        elif position < self._end or position < 0:
            message = f"position {position} comes after position {self._end - 1}: a roll-up is built in order"
            raise OutOfDomain(message)
        else:
            self._close_run()
            self._start, self._first = position, value
        self._end, self._last = position + 1, value
        self._histogram[value] += 1
        self._open.append(value)
        if self._end % SUBGROUP == 0:
            self._close_subgroup()

    def rollup(self) -> Rollup:
        """The summary so far; the builder can go on."""
        runs = list(self._runs)
        if self._end > self._start:
            runs.append(Run(self._start, self._end, self._first, self._last))
        loose = self._loose | {self._end - len(self._open) + i: value for i, value in enumerate(self._open)}
        return _rollup(
            self._decimals, self._histogram, self._subgroups, loose, runs, ranges=(self._ranges, self._range_count)
        )

    def _close_run(self) -> None:
        if self._end > self._start:
            self._runs.append(Run(self._start, self._end, self._first, self._last))
            self._keep_loose()

    def _close_subgroup(self) -> None:
        if len(self._open) == SUBGROUP:
            self._subgroups.add(self._open)
            self._open.clear()
        else:
            self._keep_loose()

    def _keep_loose(self) -> None:
        for i, value in enumerate(self._open):
            self._loose[self._end - len(self._open) + i] = value
        self._open.clear()


def rollup_of(values: Iterable[int], decimals: int, first: int = 0) -> Rollup:
    """The roll-up of consecutive values from the position ``first`` on."""
    builder = RollupBuilder(decimals)
    for position, value in enumerate(values, first):
        builder.add(position, value)
    return builder.rollup()


def merge(parts: Iterable[Rollup]) -> Rollup:
    """One roll-up of all parts of one stream, in whatever order they come.

    OutOfDomain when two parts hold the same position or differ in resolution: that would count values twice.
    """
    every = list(parts)
    resolutions = {part.decimals for part in every}
    if len(resolutions) != 1:
        message = f"roll-ups of one resolution can be merged, not of decimals {sorted(resolutions)}"
        raise OutOfDomain(message)
    histogram: Counter[int] = Counter()
    subgroups = TallyBuilder()
    for part in every:
        for value, count in part.histogram:
            histogram[value] += count
        subgroups.add_all(part.subgroups)
    return joined(
        resolutions.pop(),
        histogram,
        subgroups.tally(),
        loose=chain.from_iterable(part.loose for part in every),
        runs=(run for part in every for run in part.runs),
        ranges=(sum(part.ranges for part in every), sum(part.range_count for part in every)),
    )


def joined(
    decimals: int,
    histogram: Mapping[int, int],
    subgroups: SubgroupTally,
    *,
    loose: Iterable[tuple[int, int]],
    runs: Iterable[Run],
    ranges: tuple[int, int],
) -> Rollup:
    """The roll-up of parts whose histograms and tallies are added up already: what they split is made whole.

    ``loose`` and ``runs`` are those of all parts, ``ranges`` the sum and the number of their moving ranges.
    """
    tally = TallyBuilder()
    tally.add_all(subgroups)
    left = dict(loose)
    _complete(left, tally)
    whole, between = _joined(sorted(runs))
    met = ranges[0] + sum(between), ranges[1] + len(between)
    return _rollup(decimals, histogram, tally, left, whole, ranges=met)


def settled(rollup: Rollup) -> Rollup:
    """Without what lies between its first and last position and can't join a neighbour outside.

    For a roll-up of positions that no other one will fill: what is dropped would never be counted.
    """
    if not rollup.runs:
        return rollup
    ends = {rollup.runs[0].start // SUBGROUP, (rollup.runs[-1].end - 1) // SUBGROUP}
    return msgspec.structs.replace(
        rollup,
        loose=tuple(pair for pair in rollup.loose if pair[0] // SUBGROUP in ends),
        runs=rollup.runs if len(rollup.runs) < 3 else (rollup.runs[0], rollup.runs[-1]),
    )


def pooled(streams: Iterable[Rollup]) -> Rollup:
    """One roll-up of different streams (stations, authors), each merged before: neighbours stay within their stream.

    Streams of a coarser resolution are brought to the finest one; nothing at all gives an empty roll-up.
    """
    every = list(streams)
    finest = max((stream.decimals for stream in every), default=0)
    histogram: Counter[int] = Counter()
    subgroups = TallyBuilder()
    ranges = range_count = 0
    for stream in every:
        scale = 10 ** (finest - stream.decimals)
        for value, count in stream.histogram:
            histogram[value * scale] += count
        subgroups.add_all(stream.subgroups if scale == 1 else scaled(stream.subgroups, scale))
        ranges += stream.ranges * scale
        range_count += stream.range_count
    return _rollup(finest, histogram, subgroups, {}, (), ranges=(ranges, range_count))


def _complete(loose: dict[int, int], subgroups: TallyBuilder) -> None:
    """Move every subgroup that has all its values now."""
    for number in {position // SUBGROUP for position in loose}:
        positions = range(number * SUBGROUP, (number + 1) * SUBGROUP)
        if all(position in loose for position in positions):
            subgroups.add([loose.pop(position) for position in positions])


def _joined(runs: Iterable[Run]) -> tuple[list[Run], list[int]]:
    """Neighbouring runs made one, and the moving ranges where they met."""
    found: list[Run] = []
    between: list[int] = []
    for run in runs:
        before = found[-1] if found else None
        if before is None or run.start > before.end:
            found.append(run)
            continue
        if run.start < before.end:
            message = f"positions {run.start} to {min(run.end, before.end) - 1} are in two roll-ups: counted twice"
            raise OutOfDomain(message)
        between.append(abs(run.first - before.last))
        found[-1] = Run(before.start, run.end, before.first, run.last)
    return found, between


def _rollup(
    decimals: int,
    histogram: Mapping[int, int],
    subgroups: TallyBuilder,
    loose: Mapping[int, int],
    runs: Iterable[Run],
    *,
    ranges: tuple[int, int],
) -> Rollup:
    ordered = tuple(sorted(histogram.items()))
    total = sum(value * count for value, count in ordered)
    squares = sum(value * value * count for value, count in ordered)
    return Rollup(
        decimals=decimals,
        sums=Moments(sum(count for _, count in ordered), total, squares),
        least=ordered[0][0] if ordered else None,
        greatest=ordered[-1][0] if ordered else None,
        histogram=ordered,
        subgroups=subgroups.tally(),
        loose=tuple(sorted(loose.items())),
        runs=tuple(runs),
        ranges=ranges[0],
        range_count=ranges[1],
    )
