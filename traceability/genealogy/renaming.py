"""Things that got another name: the one that they carry now stands for all before it.

The answer depends on the set of statements only, never on their order. A thing that is said to have become two others,
two things that are said to have become one, and names that lead back to themselves are disputes: then each of these
names stands for itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec


class Renaming(msgspec.Struct, frozen=True):
    """Record ``id`` says that what was called ``before`` is called ``after`` now."""

    id: str
    before: str
    after: str


class RenamingDispute(msgspec.Struct, frozen=True):
    """Renamings that can't all be true; nothing is merged by them. All tuples are sorted."""

    names: tuple[str, ...]
    statements: tuple[str, ...]
    reason: str


class Renamed(msgspec.Struct, frozen=True):
    """``newest`` has every name that got another one, and is not in dispute."""

    newest: Mapping[str, str]
    disputes: tuple[RenamingDispute, ...]

    def newest_of(self, name: str) -> str:
        """What the thing called ``name`` is called now."""
        return self.newest.get(name, name)


def renamed(statements: Iterable[Renaming]) -> Renamed:
    """What follows from all of ``statements``."""
    told = [statement for statement in statements if statement.before != statement.after]
    after: defaultdict[str, set[str]] = defaultdict(set)
    before: defaultdict[str, set[str]] = defaultdict(set)
    for statement in told:
        after[statement.before].add(statement.after)
        before[statement.after].add(statement.before)
    newest: dict[str, str] = {}
    disputes = []
    for names in _groups(after, before):
        reason = _contradiction(names, after, before)
        if reason:
            ids = {statement.id for statement in told if statement.before in names}
            disputes.append(RenamingDispute(tuple(sorted(names)), tuple(sorted(ids)), reason))
        else:
            last = next(name for name in names if name not in after)
            newest |= {name: last for name in names if name != last}
    return Renamed(newest, tuple(sorted(disputes, key=lambda dispute: dispute.names)))


def _contradiction(names: set[str], after: Mapping[str, set[str]], before: Mapping[str, set[str]]) -> str:
    if any(len(after.get(name, ())) > 1 for name in names):
        return "one thing is said to have become several"
    if any(len(before.get(name, ())) > 1 for name in names):
        return "several things are said to have become one"
    return "" if any(name not in after for name in names) else "a thing is said to have become itself again"


def _groups(after: Mapping[str, set[str]], before: Mapping[str, set[str]]) -> Iterable[set[str]]:
    seen: set[str] = set()
    for start in sorted({*after, *before}):
        if start in seen:
            continue
        group, waiting = {start}, [start]
        while waiting:
            name = waiting.pop()
            fresh = (after.get(name, set()) | before.get(name, set())) - group
            group |= fresh
            waiting.extend(fresh)
        seen |= group
        yield group
