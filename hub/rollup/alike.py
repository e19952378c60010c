"""Results of units that passed once, as nearly all do, counted by what they have in common.

What such a result adds to counts and tallies follows from where, when and how it ended, not from which unit it was; so
the hundreds of a batch are a few groups. Units with more than one result, and everything once something was declared
wrong, is looked at unit by unit.
"""

from collections import Counter
from typing import NamedTuple

from msgspec.structs import replace

from hub.rollup.changed import Changed
from hub.rollup.hours import hour_of
from hub.store.rollup.scores import NO_UNIT
from traceability.unit import Flag, Purpose, Verdict


class Alike(NamedTuple):
    """What results have in common."""

    plant: str
    part: str
    operation: str
    work_cell: str
    author: str
    chain: str
    batch_id: int
    hour: int
    verdict: Verdict
    flags: tuple[Flag, ...]
    purpose: Purpose
    nameless: bool


Groups = Counter[Alike]


def sorted_out(changed: Changed) -> tuple[Groups, Changed]:
    """The new results of units that have no other, in groups, and the rest of what changed."""
    groups: Groups = Counter()
    if changed.wrong or changed.wrong_before:
        return groups, changed
    times = Counter([placed.scored.attempt.unit for placed in changed.every])
    rest = []
    for placed in changed.every:
        one = placed.scored
        attempt = one.attempt
        if times[attempt.unit] > 1 or placed.batch_id < changed.first:
            rest.append(placed)
            continue
        groups[
            Alike(
                one.plant,
                one.part,
                attempt.operation,
                placed.work_cell,
                attempt.author,
                attempt.chain,
                placed.batch_id,
                hour_of(attempt.event_time),
                attempt.verdict,
                attempt.flags,
                attempt.purpose,
                attempt.unit.startswith(NO_UNIT),
            )
        ] += 1
    return groups, replace(changed, every=rest)
