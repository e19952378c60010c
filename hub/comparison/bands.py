"""What is told of a group: for each band, between how many and how many of its plants lie in it. Pure.

The limits are those of a fixed division of 0 … n that depends on how many plants are in the group and on how many of
them one organisation has, on nothing else. Each step of it spans more than an organisation can know by itself. Two
things follow, whatever the figures are:

- a plant's value counts by its band alone: any other value in the same band gives the same answers, in every release
  and every difference of releases. Nothing finer than a band can be found out, whatever else somebody knows;
- who knows everybody in the group and all figures of one organisation still can't tell the band of any other plant.
  Where two of the others lie in different bands, they may be exchanged. Where all others lie in one band, one of them
  may lie in another: the last step reaches down to n - w and the first one up to w, and w is more than the
  organisation has plants.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from traceability.record.comparison import BandCount


class Span(msgspec.Struct, frozen=True):
    """From ``low`` to ``high`` of ``n``, both included."""

    low: int
    high: int
    n: int


def steps(n: int, largest: int) -> tuple[BandCount, ...]:
    """The division of 0 … ``n``: as many steps as fit, each ``largest`` + 1 from end to end or more."""
    values = n + 1
    count = max(1, values // (largest + 2))
    edges = [place * values // count for place in range(count + 1)]
    return tuple(BandCount(low=begin, high=end - 1) for begin, end in pairwise(edges))


def is_telling(n: int, largest: int) -> bool:
    """Whether the division has more than the one step that says nothing."""
    return len(steps(n, largest)) > 1


def told(bands: Iterable[int], count: int, largest: int) -> tuple[BandCount, ...]:
    """For each of ``count`` bands the step that holds the number of plants in it; ``bands`` one a plant."""
    found = [0] * count
    for band in bands:
        found[band] += 1
    division = steps(sum(found), largest)
    return tuple(next(step for step in division if step.low <= each <= step.high) for each in found)


def added(groups: Sequence[tuple[int, Sequence[BandCount]]]) -> tuple[int, tuple[BandCount, ...]]:
    """Several groups as one: sums of what was told of each, so that nothing new is told. Each: plants and bands."""
    plants = sum(n for n, _ in groups)
    columns = zip(*(bands for _, bands in groups), strict=True)
    return plants, tuple(
        BandCount(low=sum(one.low for one in column), high=sum(one.high for one in column)) for column in columns
    )


def below(plants: int, bands: Sequence[BandCount], place: int) -> Span:
    """How many lie in the bands before ``place``."""
    before, after = bands[:place], bands[place:]
    low = max(sum(one.low for one in before), plants - sum(one.high for one in after))
    high = min(sum(one.high for one in before), plants - sum(one.low for one in after))
    return Span(low, high, plants)


def quantile(plants: int, bands: Sequence[BandCount], numerator: int, denominator: int) -> tuple[int, int]:
    """Between which bands the quantile lies: of the plants in order, the one at ⌈n·numerator/denominator⌉."""
    rank = -(-plants * numerator // denominator)
    reach = [below(plants, bands, place + 1) for place in range(len(bands))]
    first = next(place for place, span in enumerate(reach) if span.high >= rank)
    last = next(place for place, span in enumerate(reach) if span.low >= rank)
    return first, last


def outward(span: Span, percent: int = 10) -> tuple[int, int]:
    """The span as percent of all, rounded outward to whole steps of ``percent``."""
    low = span.low * 100 // span.n // percent * percent
    high = -(-span.high * 100 // span.n)
    return low, min(100, -(-high // percent) * percent)
