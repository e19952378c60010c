"""Who is counted with whom. Pure: it knows names and places of plants, and no figure of any of them.

Every plant is counted in one group of a measure at most, so that no group is part of another one and no difference of
groups is smaller than a group. Whether a group is published follows from who is in it alone: that it is not, tells
nothing about the figures.

A group is a *pair* of industry and region, or the *rest*: all regions of an industry that do not stand by themselves.
A pair leaves the rest once both are large enough, and stays by itself for ever.

Between two releases a group gains nobody or many, and loses nobody or many: who compares two years never compares
groups that differ by a few. Few newcomers wait; when few leave, others pause with them.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from hashlib import sha256

import msgspec

REST = "*"
"""In the place of a region: those that do not stand by themselves."""
Pair = tuple[str, str]
"""Industry (empty where it is not told apart) and region, or :data:`REST`."""


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What a group needs to be published, and a change of it to be shown."""

    plants: int = 10
    organisations: int = 5
    largest: Fraction = Fraction(1, 3)
    """Share of a group's plants that one organisation has at most."""
    changed_plants: int = 5
    changed_organisations: int = 3


class Member(msgspec.Struct, frozen=True, order=True):
    """A plant that takes part, of which organisation, and where it belongs."""

    plant: str
    organisation: str
    pair: Pair


Groups = Mapping[Pair, Collection[Member]]


def is_publishable(members: Collection[Member], rules: Rules) -> bool:
    """Whether the group is large and mixed enough."""
    by_organisation = Counter(member.organisation for member in members)
    return (
        len(members) >= rules.plants
        and len(by_organisation) >= rules.organisations
        and max(by_organisation.values()) <= rules.largest * len(members)
    )


def standing_apart(members: Iterable[Member], before: Collection[Pair], rules: Rules) -> frozenset[Pair]:
    """The pairs that are groups by themselves: those that were ``before``, and what became large enough."""
    by_pair: dict[Pair, list[Member]] = {}
    for member in members:
        by_pair.setdefault(member.pair, []).append(member)
    apart = set(before)
    large = [pair for pair, inside in by_pair.items() if pair not in apart and is_publishable(inside, rules)]
    for pair in sorted(large, key=lambda pair: (-len(by_pair[pair]), pair)):
        left = [one for other, inside in by_pair.items() for one in inside
                if other[0] == pair[0] and other not in apart and other != pair]  # fmt: skip
        if not left or is_publishable(left, rules):
            apart.add(pair)
    return frozenset(apart)


def group_of(pair: Pair, apart: Collection[Pair]) -> Pair:
    """The group in which a plant of ``pair`` is counted."""
    return pair if pair in apart else (pair[0], REST)


def grouped(members: Iterable[Member], apart: Collection[Pair]) -> dict[Pair, list[Member]]:
    """Everybody by group, in order."""
    found: dict[Pair, list[Member]] = {}
    for member in sorted(members):
        found.setdefault(group_of(member.pair, apart), []).append(member)
    return found


def admitted(now: Collection[Member], before: Collection[Member], rules: Rules, salt: str) -> list[Member]:
    """Who of a group is counted in this release, when ``before`` were when it was last published (empty: never was).

    ``salt`` changes with the release, so that it is not always the same plants that pause.
    """
    if not before:
        return sorted(now)
    known = {member.plant: member for member in before}
    here = {member.plant for member in now}
    new = [member for member in now if member.plant not in known]
    gone = [member for member in before if member.plant not in here]
    if not _many(new, rules):
        new = []
    staying = [member for member in now if member.plant in known]
    staying.sort(key=lambda member: sha256(f"{salt} {member.plant}".encode()).digest())
    while gone and staying and not _many(gone, rules):
        gone.append(known[staying.pop().plant])
    return sorted([*staying, *new])


def published(now: Groups, before: Groups, rules: Rules, salt: str) -> dict[Pair, list[Member]]:
    """The groups of a release, each with whom it counts."""
    found = {group: admitted(members, before.get(group, ()), rules, salt) for group, members in now.items()}
    return {group: members for group, members in sorted(found.items()) if is_publishable(members, rules)}


def _many(members: Collection[Member], rules: Rules) -> bool:
    return (
        len(members) >= rules.changed_plants
        and len({member.organisation for member in members}) >= rules.changed_organisations
    )
