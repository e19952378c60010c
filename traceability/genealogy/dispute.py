"""Statements that can't all be true. All of them are kept, and the dispute says which they are; none wins.

- A serialised component that stands in several parents at once.
- Items that are, each through the next, inside themselves.
- One position of a parent that holds several serialised components, by different records.
- One author, one record id, one parent, several contents.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

import msgspec

from traceability.genealogy.cycles import cycles
from traceability.genealogy.force import links_in_force
from traceability.genealogy.link import Link, LinkSource

K = TypeVar("K")


class DisputeKind(StrEnum):
    """What can't be."""

    SEVERAL_PARENTS = "several-parents"
    CYCLE = "cycle"
    SEVERAL_IN_POSITION = "several-in-position"
    SEVERAL_CONTENTS = "several-contents"


class Dispute(msgspec.Struct, frozen=True, kw_only=True):
    """``items`` are in doubt because of ``statements``; both are sorted."""

    kind: DisputeKind
    items: tuple[str, ...]
    statements: tuple[Link, ...]


def disputes(
    source: LinkSource, in_force: Sequence[Link], stated: Iterable[Link], as_of: datetime | None
) -> tuple[Dispute, ...]:
    """What is in doubt among the links ``in_force`` that a trace followed; ``stated`` is all that it was told."""
    found = [
        *_several_parents(source, in_force, as_of),
        *_cycles(in_force),
        *_several_in_position(in_force),
        *_several_contents(stated),
    ]
    return tuple(sorted(found, key=lambda dispute: (dispute.items, dispute.kind)))


def _several_parents(source: LinkSource, links: Sequence[Link], as_of: datetime | None) -> list[Dispute]:
    units = {link.child for link in links if link.certain}
    above = [link for link in links_in_force(source.above(units), as_of) if link.certain] if units else []
    return [
        _dispute(DisputeKind.SEVERAL_PARENTS, [child], several)
        for child, several in _grouped((link.child, link) for link in above).items()
        if len({link.parent for link in several}) > 1
    ]


def _cycles(links: Sequence[Link]) -> list[Dispute]:
    found = cycles(links)
    cycle_of = {item: number for number, members in enumerate(found) for item in members}
    on_one = _grouped(
        (cycle_of[link.parent], link)
        for link in links
        if link.parent in cycle_of and cycle_of[link.parent] == cycle_of.get(link.child)
    )
    return [_dispute(DisputeKind.CYCLE, found[number], several) for number, several in on_one.items()]


def _several_in_position(links: Sequence[Link]) -> list[Dispute]:
    at = _grouped(((link.parent, link.position), link) for link in links if link.certain and link.position is not None)
    return [
        _dispute(DisputeKind.SEVERAL_IN_POSITION, {link.child for link in several}, several)
        for several in at.values()
        if len({(link.author, link.chain, link.seq) for link in several}) > 1
    ]


def _several_contents(stated: Iterable[Link]) -> list[Dispute]:
    named = _grouped(
        ((link.author, link.record, link.parent, link.action), link)
        for link in stated
        if link.record and not link.erroneous
    )
    found = []
    for several in named.values():
        records = _grouped(((link.chain, link.seq), link) for link in several)
        contents = {frozenset(map(_content, links)) for links in records.values()}
        if len(contents) > 1:
            found.append(_dispute(DisputeKind.SEVERAL_CONTENTS, {link.child for link in several}, several))
    return found


def _content(link: Link) -> tuple[object, ...]:
    return link.parent, link.child, link.position, link.action, link.quantity, link.uom, link.operation


def _dispute(kind: DisputeKind, items: Iterable[str], statements: Iterable[Link]) -> Dispute:
    return Dispute(kind=kind, items=tuple(sorted(items)), statements=tuple(sorted(statements, key=_told_order)))


def _told_order(link: Link) -> tuple[object, ...]:
    return link.event_time, link.author, link.chain, link.seq, link.item, link.parent, link.child


def _grouped(pairs: Iterable[tuple[K, Link]]) -> Mapping[K, list[Link]]:
    groups: defaultdict[K, list[Link]] = defaultdict(list)
    for key, link in pairs:
        groups[key].append(link)
    return groups
