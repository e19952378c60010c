"""Items that are, by what was stated, inside themselves."""

from collections.abc import Iterable, Mapping, Sequence

from traceability.genealogy.link import Link


def cycles(links: Sequence[Link]) -> list[frozenset[str]]:
    """The sets of items from which following links downward leads back to themselves, each set as large as it goes.

    Kosaraju: walk down and note the order in which items are finished, then collect components walking up.
    """
    below, above = _neighbours(links), _neighbours(links, upward=True)
    visited: set[str] = set()
    finished = [item for start in below for item in _finishing_order(start, below, visited)]
    inside_themselves = {link.parent for link in links if link.parent == link.child}
    visited = set()
    found = []
    for item in reversed(finished):
        component = _finishing_order(item, above, visited)
        if len(component) > 1 or (component and component[0] in inside_themselves):
            found.append(frozenset(component))
    return sorted(found, key=sorted)


def _neighbours(links: Iterable[Link], *, upward: bool = False) -> dict[str, list[str]]:
    neighbours: dict[str, list[str]] = {}
    for link in links:
        origin, target = (link.child, link.parent) if upward else (link.parent, link.child)
        neighbours.setdefault(origin, []).append(target)
    return neighbours


def _finishing_order(start: str, neighbours: Mapping[str, list[str]], visited: set[str]) -> list[str]:
    """Items reachable from ``start`` and not yet ``visited`` (they are then), each after everything behind it."""
    if start in visited:
        return []
    order: list[str] = []
    visited.add(start)
    stack = [(start, iter(neighbours.get(start, ())))]
    while stack:
        item, rest = stack[-1]
        reached = next((target for target in rest if target not in visited), None)
        if reached is None:
            order.append(item)
            stack.pop()
        else:
            visited.add(reached)
            stack.append((reached, iter(neighbours.get(reached, ()))))
    return order
