"""Several names of one thing: statements that two names mean the same, and what follows from all of them.

The answer depends on the set of statements only, never on their order:

- Every GS1 identity stands for itself. Two of them are never merged, whatever is said: a statement that they are the
  same is a dispute.
- The other names (private identities, UUIDs, names of other systems) that statements join form a group. A group that
  touches one GS1 identity has that as its canonical identity; one that touches none has its smallest private identity,
  else its smallest name. A group that touches several GS1 identities is in dispute, and each of its names stands for
  itself: which of the statements is wrong can't be known.
- Names of different kinds (a unit and a lot) are never the same: their group is in dispute.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from traceability.errors import IdentifierRefused
from traceability.identifier.foreign_name import is_foreign_name, parse_foreign_name
from traceability.identifier.item import item_uri, read_identity
from traceability.identifier.kind import ItemKind
from traceability.identifier.private import is_uuid


class AliasStatement(msgspec.Struct, frozen=True):
    """Somebody states, in the record or event ``id``, that both names mean the same thing."""

    id: str
    one: str
    other: str


class Dispute(msgspec.Struct, frozen=True):
    """Statements that can't all be true; nothing is merged by them. All tuples are sorted."""

    names: tuple[str, ...]
    statements: tuple[str, ...]
    reason: str


class Resolution(msgspec.Struct, frozen=True):
    """``canonical`` has every name that was stated; a name that it does not have stands for itself."""

    canonical: Mapping[str, str]
    disputes: tuple[Dispute, ...]

    def canonical_of(self, name: str) -> str:
        """What ``name`` (in its one spelling) stands for."""
        return self.canonical.get(name, name)


class _Name(msgspec.Struct, frozen=True, order=True):
    """``rank`` puts GS1 identities before private ones before other names."""

    rank: int
    text: str
    kind: str = ""


_GS1, _PRIVATE, _FOREIGN = range(3)


def alias_name(text: str) -> str:
    """``text`` in the one spelling that aliases are compared in; ``IdentifierRefused`` when it names nothing."""
    return _named(text).text


def resolve(statements: Iterable[AliasStatement]) -> Resolution:
    """What each name stands for, by all of ``statements``; ``IdentifierRefused`` tells which one names nothing."""
    links = [_link(statement) for statement in statements]
    canonical = {name.text: name.text for link in links for name in (link.one, link.other)}
    disputes = _clashes(links)
    for group in _groups(links):
        reason = _contradiction(group.names)
        if reason:
            disputes.append(Dispute(tuple(sorted(name.text for name in group.names)), _ids(group.links), reason))
        else:
            head = min(group.names).text
            canonical |= {name.text: head for name in group.names if name.rank != _GS1}
    return Resolution(canonical, tuple(sorted(disputes, key=lambda dispute: (dispute.names, dispute.reason))))


class _Link(msgspec.Struct, frozen=True):
    id: str
    one: _Name
    other: _Name

    @property
    def between_gs1(self) -> bool:
        return self.one.rank == self.other.rank == _GS1


class _Group(msgspec.Struct):
    """Names that statements join without passing through a GS1 identity, with the GS1 identities that they touch."""

    names: set[_Name]
    links: list[_Link]


def _clashes(links: list[_Link]) -> list[Dispute]:
    pairs: dict[tuple[str, ...], list[_Link]] = defaultdict(list)
    for link in links:
        if link.between_gs1 and link.one != link.other:
            pairs[tuple(sorted((link.one.text, link.other.text)))].append(link)
    reason = "two GS1 identities are said to be the same thing"
    return [Dispute(names, _ids(told), reason) for names, told in pairs.items()]


def _groups(links: list[_Link]) -> Iterable[_Group]:
    sets = _DisjointSets()
    for link in links:
        if _GS1 not in (link.one.rank, link.other.rank):
            sets.join(link.one, link.other)
    found: dict[_Name, _Group] = {}
    for link in links:
        if not link.between_gs1:
            head = sets.head(max(link.one, link.other))
            group = found.setdefault(head, _Group(set(), []))
            group.names |= {link.one, link.other}
            group.links.append(link)
    return found.values()


def _ids(links: Iterable[_Link]) -> tuple[str, ...]:
    return tuple(sorted({link.id for link in links}))


def _contradiction(group: set[_Name]) -> str:
    if sum(name.rank == _GS1 for name in group) > 1:
        return "one name is said to be several GS1 identities"
    kinds = sorted({name.kind for name in group if name.kind})
    return f"a {' and a '.join(kinds)} are said to be the same thing" if len(kinds) > 1 else ""


def _link(statement: AliasStatement) -> _Link:
    try:
        return _Link(statement.id, _named(statement.one), _named(statement.other))
    except IdentifierRefused as error:
        raise error.at(f"alias statement {statement.id}") from None


def _named(text: str) -> _Name:
    if is_foreign_name(text):
        return _Name(_FOREIGN, parse_foreign_name(text).name)
    item = read_identity(text)
    if is_uuid(item):
        return _Name(_FOREIGN, item_uri(item))
    return _Name(_PRIVATE if item.is_private else _GS1, item_uri(item), ItemKind(item.kind).value)


class _DisjointSets:
    """Disjoint sets; which name is a set's head says nothing."""

    def __init__(self) -> None:
        self._above: dict[_Name, _Name] = {}

    def head(self, name: _Name) -> _Name:
        path = []
        while (above := self._above.get(name, name)) != name:
            path.append(name)
            name = above
        self._above |= dict.fromkeys(path, name)
        return name

    def join(self, one: _Name, other: _Name) -> None:
        first, second = sorted((self.head(one), self.head(other)))
        if first != second:
            self._above[second] = first
