"""What a server has, breadth first, bounded in depth and number, each node once."""

import msgspec
from asyncua import ua
from asyncua.ua.object_ids import ObjectIds

from edge_agent.drivers.opcua.session import OpcUaSession, batches
from edge_agent.drivers.opcua.values import standard

_PER_NODE = 200


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A node below the start: ``path`` of browse names from there, ``kind`` Object, Variable or Method."""

    node: str
    path: str
    kind: str


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What was found; ``complete`` is False when a bound cut the search short."""

    nodes: tuple[Node, ...]
    complete: bool


async def browse(session: OpcUaSession, start: str, *, depth: int, most: int) -> Found:
    """At most ``most`` nodes, at most ``depth`` steps below ``start``; errors as the session raises them."""
    level = [(session.node(start), "")]
    seen = {level[0][0]}
    found: list[Node] = []
    for _ in range(depth):
        below: list[tuple[ua.NodeId, str]] = []
        for some in batches(level, session.limits.browse):
            results = await references(session, [node for node, _ in some])
            for (_, path), children in zip(some, results, strict=True):
                for child in children:
                    if child.NodeId in seen:
                        continue
                    if len(found) == most:
                        return Found(nodes=tuple(found), complete=False)
                    seen.add(child.NodeId)
                    place = f"{path}/{child.BrowseName.Name}".lstrip("/")
                    found.append(Node(node=child.NodeId.to_string(), path=place, kind=child.NodeClass.name))
                    below.append((child.NodeId, place))
        level = below
    return Found(nodes=tuple(found), complete=not level)


async def references(
    session: OpcUaSession,
    nodes: list[ua.NodeId],
    reference: int = ObjectIds.HierarchicalReferences,
    *,
    inverse: bool = False,
) -> list[list[ua.ReferenceDescription]]:
    """The references of each node; what a server gives in parts is fetched to its end."""
    direction = ua.BrowseDirection.Inverse if inverse else ua.BrowseDirection.Forward
    wanted = [
        ua.BrowseDescription(
            NodeId=node,
            BrowseDirection=direction,
            ReferenceTypeId=standard(reference),
            IncludeSubtypes=True,
            NodeClassMask=ua.NodeClass.Unspecified,
            ResultMask=ua.BrowseResultMask.All,
        )
        for node in nodes
    ]
    parameters = ua.BrowseParameters(RequestedMaxReferencesPerNode=_PER_NODE, NodesToBrowse=wanted)
    results = await session.call(session.client.uaclient.browse(parameters))
    return [await _whole(session, result) for result in results]


async def _whole(session: OpcUaSession, result: ua.BrowseResult) -> list[ua.ReferenceDescription]:
    found = list(result.References or ())
    while result.ContinuationPoint:
        parameters = ua.BrowseNextParameters(
            ReleaseContinuationPoints=False, ContinuationPoints=[result.ContinuationPoint]
        )
        (result,) = await session.call(session.client.uaclient.browse_next(parameters))
        found += result.References or ()
    return found
