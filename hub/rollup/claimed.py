"""What each chain's own records say of its first passes, up to now and as far as its latest claim speaks.

A claim is checked against the records that it covers: those of its chain up to a place in it, declared wrong or not.
They never change afterwards, so what they say is written down when the claim comes.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from hub.rollup.alike import Groups
from hub.rollup.changed import Changed
from hub.rollup.first_pass import counts_of_unit
from hub.store.core.database import Writing
from hub.store.rollup.sources import PlacedResult
from hub.store.rollup.tallies import ChainCounts, ChainKey, ChainPass, passes_at, put_chain_passes
from hub.store.rollup.tally_sources import ClaimAt
from traceability.quality.first_pass import FirstPass, first_pass_of_one


class Counting(NamedTuple):
    """Results that count alike, by their record sequences, which rise; there is at least one."""

    key: ChainKey
    counts: FirstPass
    seqs: list[int]


def keep_claims(
    connection: Writing, groups: Groups, rest: Changed, changed: Changed, claims: Sequence[ClaimAt]
) -> None:
    """Add the results of the batches from ``changed.first`` on, and settle their ``claims``.

    ``groups`` and ``rest`` are the same results, sorted out; with claims it counts which came before them.
    """
    told = _by_key(changed.every if claims else rest.every)
    latest = {claim.key: claim for claim in sorted(claims, key=lambda claim: claim.seq)}
    last = _last_seqs(changed)
    keys = last.keys() | latest.keys()
    grouped: defaultdict[ChainKey, Counter[FirstPass]] = defaultdict(Counter)
    for alike, n in groups.items() if not claims else ():
        key = ChainKey(alike.plant, alike.author, alike.chain, alike.part, alike.operation)
        grouped[key][first_pass_of_one(alike.verdict, alike.flags)] += n
    known = passes_at(connection, keys)
    found = {}
    for key in keys:
        old = known.get(key, ChainPass())
        more = _add(_sums(grouped[key]), _more(told[key], changed.first))
        found[key] = replace(
            _settled(old, latest.get(key), told[key], changed.first),
            last_seq=max(old.last_seq, last.get(key, 0)),
            counts=_add(old.counts, more),
        )
    put_chain_passes(connection, found)


def keep_new_claims(connection: Writing, alike: Iterable[Counting], rest: Changed, claims: Sequence[ClaimAt]) -> None:
    """The same of one batch, of whose results those that are ``alike`` are the first of their units at an operation."""
    told: defaultdict[ChainKey, list[Counting]] = defaultdict(list)
    for some in alike:
        told[some.key].append(some)
    others, last = _by_key(rest.every), _last_seqs(rest)
    latest = {claim.key: claim for claim in sorted(claims, key=lambda claim: claim.seq)}
    keys = told.keys() | last.keys() | latest.keys()
    known = passes_at(connection, keys)
    found = {}
    for key in keys:
        old, own, other = known.get(key, ChainPass()), told[key], others[key]
        end = max([last.get(key, 0), *(some.seqs[-1] for some in own)])
        counts = _add(_add(old.counts, _up_to(end, own)), _more(other, rest.first))
        settled = _settled(old, latest.get(key), other, rest.first, own)
        found[key] = replace(settled, last_seq=max(old.last_seq, end), counts=counts)
    put_chain_passes(connection, found)


def _up_to(through: int, told: Iterable[Counting]) -> ChainCounts:
    sums: Counter[FirstPass] = Counter()
    for some in told:
        sums[some.counts] += bisect_right(some.seqs, through)
    return _sums(sums)


def _by_key(results: Iterable[PlacedResult]) -> defaultdict[ChainKey, list[PlacedResult]]:
    found: defaultdict[ChainKey, list[PlacedResult]] = defaultdict(list)
    for placed in results:
        one = placed.scored
        key = ChainKey(one.plant, one.attempt.author, one.attempt.chain, one.part, one.attempt.operation)
        found[key].append(placed)
    return found


def _last_seqs(changed: Changed) -> dict[ChainKey, int]:
    """The greatest record sequence among the new results."""
    last: dict[tuple[str, str, str, str, str], int] = {}
    for placed in changed.every:
        if placed.batch_id >= changed.first:
            one = placed.scored
            attempt = one.attempt
            key = (one.plant, attempt.author, attempt.chain, one.part, attempt.operation)
            if attempt.record_seq > last.get(key, 0):
                last[key] = attempt.record_seq
    return {ChainKey(*key): seq for key, seq in last.items()}


def _settled(
    old: ChainPass, claim: ClaimAt | None, told: Sequence[PlacedResult], first: int, alike: Sequence[Counting] = ()
) -> ChainPass:
    if claim is None:
        return old
    known = max(old.last_seq, _last_seq(one for one in told if one.batch_id < claim.batch_id))
    if claim.through < known or not claim.through:  # it speaks of less than was known before
        return replace(old, through=0, at_through=ChainCounts())
    covered = [one for one in told if one.scored.attempt.record_seq <= claim.through]
    more = _add(_more(covered, first), _up_to(claim.through, alike))
    return replace(old, through=claim.through, at_through=_add(old.counts, more))


def _last_seq(told: Iterable[PlacedResult]) -> int:
    return max((one.scored.attempt.record_seq for one in told), default=0)


def _more(told: Iterable[PlacedResult], first: int) -> ChainCounts:
    """What the results from batch ``first`` on add to those before."""
    after: defaultdict[str, list[PlacedResult]] = defaultdict(list)
    for placed in told:
        after[placed.scored.attempt.unit].append(placed)
    sums: Counter[FirstPass] = Counter()
    for own in after.values():
        sums[counts_of_unit(own)] += 1
        before = [placed for placed in own if placed.batch_id < first]
        if before:
            sums[counts_of_unit(before)] -= 1
    return _sums(sums)


def _sums(parts: Counter[FirstPass]) -> ChainCounts:
    names = ChainCounts.__struct_fields__
    return ChainCounts(*(sum(n * getattr(counts, name) for counts, n in parts.items()) for name in names))


def _add(one: ChainCounts, other: ChainCounts) -> ChainCounts:
    return ChainCounts(*(getattr(one, name) + getattr(other, name) for name in ChainCounts.__struct_fields__))
