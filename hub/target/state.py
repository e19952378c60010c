"""Targets as they stand: the last statement of each, what it stood before, and the tree that they make."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

import msgspec

from hub.errors import NotFound
from hub.store.core.database import Reading
from hub.store.quality.queries import standing_statements
from traceability.record.indicator import TargetRecord, TargetStatusRecord
from traceability.record.metric import MetricName

MOST_DEEP = 8
"""Levels of a tree: plant, lines, operations, and some in between."""


_METRICS = tuple(MetricName)


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A target with every statement of it and every status it was given; both in the order of the log."""

    statements: tuple[TargetRecord, ...]
    batch_id: int
    line: int
    statuses: tuple[TargetStatusRecord, ...] = ()

    @property
    def now(self) -> TargetRecord:
        """As it was stated last."""
        return self.statements[-1]

    @property
    def standing(self) -> TargetStatusRecord | None:
        """The last status of what is stated now."""
        own = [one for one in self.statuses if one.statement == self.now.seq]
        return own[-1] if own else None


def targets_of(connection: Reading, plants: Collection[str]) -> dict[tuple[str, str], Target]:
    """Every target that was ever stated, by plant and id."""
    stated: defaultdict[tuple[str, str], list[tuple[TargetRecord, int, int]]] = defaultdict(list)
    for record, at in standing_statements(connection, TargetRecord, plants):
        stated[record.plant, record.id].append((record, at.batch_id, at.line))
    if not stated:
        return {}
    statuses: defaultdict[tuple[str, str], list[TargetStatusRecord]] = defaultdict(list)
    for status, _ in standing_statements(connection, TargetStatusRecord, plants):
        statuses[status.plant, status.target].append(status)
    return {
        key: Target(
            statements=tuple(record for record, _, _ in several),
            batch_id=several[-1][1],
            line=several[-1][2],
            statuses=tuple(statuses[key]),
        )
        for key, several in sorted(stated.items())
    }


def in_force(targets: Mapping[tuple[str, str], Target], plant: str) -> dict[str, Target]:
    """Those of a plant that were not withdrawn, by id."""
    return {name: one for (of, name), one in targets.items() if of == plant and not one.now.withdrawn}


def target_of(connection: Reading, plant: str, name: str) -> Target:
    """``NotFound`` where nobody stated it."""
    found = targets_of(connection, [plant]).get((plant, name))
    if found is None:
        raise NotFound(
            f"plant {plant[:100]!r} has no target {name[:100]!r}",
            advice=f"see GET /api/v1/plants/{plant[:100]}/targets",
        )
    return found


def tree(targets: Mapping[str, Target]) -> list[tuple[int, Target]]:
    """Depth first with the depth of each; one whose parent is gone stands as if it had none."""
    children = children_of(targets.values())
    roots = [one for one in targets.values() if one.now.parent not in targets]
    return [pair for root in sorted(roots, key=_order) for pair in _below(root, children, 0)]


def children_of(targets: Iterable[Target]) -> dict[str, list[Target]]:
    """By the id of the parent."""
    found: defaultdict[str, list[Target]] = defaultdict(list)
    for one in targets:
        if one.now.parent:
            found[one.now.parent].append(one)
    return {parent: sorted(several, key=_order) for parent, several in found.items()}


def _below(one: Target, children: Mapping[str, list[Target]], depth: int) -> Iterator[tuple[int, Target]]:
    yield depth, one
    if depth < MOST_DEEP:
        for child in children.get(one.now.id, ()):
            yield from _below(child, children, depth + 1)


def _order(one: Target) -> tuple[int, str, str, str, str]:
    where = one.now.reference
    return _METRICS.index(where.metric), where.line, where.part, where.operation, one.now.id
