"""Seeking a displayed value: read once while it shows, and again while it shows another one."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

import msgspec

from edge_agent.drivers.interface import Driver
from edge_agent.probe.candidate import Candidate, candidates, narrowed
from edge_agent.probe.scan import Manners, Range, Scan
from edge_agent.probe.shown import Shown
from firmware_profiles.format import Table, span

_LOOK_AGAIN = 1.0


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """What fits all values shown so far, likeliest first; ``registers`` could be read."""

    candidates: list[Candidate]
    registers: int
    requests: int
    complete: bool


async def seek(driver: Driver, ranges: Sequence[Range], shown: Shown, manners: Manners) -> Sought:
    """Read the ranges and find the value."""
    scan = Scan(driver, manners)
    words = await scan.words(ranges)
    count = sum(len(cells) for cells in words.values())
    return Sought(
        candidates=candidates(words, shown), registers=count, requests=scan.spent, complete=not scan.cut_short
    )


async def seek_again(
    driver: Driver, before: Sought, shown: Shown, manners: Manners, *, wait: float, monotonic: Callable[[], float]
) -> Sought:
    """Read the candidates' registers until one of them shows the new value, for at most ``wait`` seconds."""
    ranges = list(_ranges(before.candidates))
    last = monotonic() + wait
    while True:
        scan = Scan(driver, manners)
        kept = narrowed(before.candidates, await scan.words(ranges), shown)
        spent = before.requests + scan.spent
        if kept or monotonic() >= last:
            return msgspec.structs.replace(before, candidates=kept, requests=spent)
        await asyncio.sleep(_LOOK_AGAIN)


def _ranges(found: Iterable[Candidate]) -> Iterable[Range]:
    """The fewest ranges that hold every candidate, and nothing else."""
    cells = sorted({cell for candidate in found for cell in _cells(candidate)})
    for (table, _), run in groupby(enumerate(cells), key=lambda at: (at[1][0], at[1][1] - at[0])):
        addresses = [address for _, (_, address) in run]
        yield Range(table=table, first=addresses[0], last=addresses[-1])


def _cells(candidate: Candidate) -> Iterable[tuple[Table, int]]:
    return ((candidate.table, candidate.address + at) for at in range(span(candidate.point())))
