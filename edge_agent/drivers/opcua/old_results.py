"""Results that a server still has, asked for by the methods of its ResultManagement (OPC 40001-101, 7.1).

Events that were raised while there was no connection never come again. A server with GetResultIdListFiltered names the
results it keeps, and each is asked for by GetResultById; one with GetLatestResult only gives the last one, and what
lies between that and the last known one stays unknown. Which methods there are is the server's choice.
"""

import logging
from collections.abc import Collection
from typing import Any

import msgspec
from asyncua import ua
from asyncua.ua.object_ids import ObjectIds

from edge_agent.drivers.interface import Gap
from edge_agent.drivers.opcua.browse import references
from edge_agent.drivers.opcua.session import OpcUaSession
from edge_agent.drivers.opcua.structures import StructureReader
from edge_agent.errors import DeviceRefused
from traceability.errors import Malformed

_LOG = logging.getLogger(__name__)
_LIST, _BY_ID, _LATEST = "GetResultIdListFiltered", "GetResultById", "GetLatestResult"
_MOST = 1000
_NEEDED_NO_LONGER = 0
"""Milliseconds: nothing beside what the method returns is wanted of the server."""


class OldResult(msgspec.Struct, frozen=True, kw_only=True):
    """One result: as a structure of plain values, and its bytes as they came."""

    content: dict[str, Any]
    received: bytes


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """``results`` oldest first; ``lost`` is what is known or must be feared to be missing."""

    results: tuple[OldResult, ...] = ()
    lost: tuple[Gap, ...] = ()


class OldResults:
    """The ResultManagement ``node`` of one connection."""

    def __init__(self, session: OpcUaSession, structures: StructureReader, node: str) -> None:
        self._session = session
        self._structures = structures
        self._node = node

    async def unknown(self, known: Collection[str]) -> Found:
        """What the server has beyond the results ``known`` by id; errors as the session raises them."""
        methods = await self._methods()
        if _LIST in methods and _BY_ID in methods:
            return await self._listed(methods, known)
        if _LATEST in methods:
            return await self._latest(methods[_LATEST], known)
        what = f"its {self._node} has neither {_LIST} with {_BY_ID} nor {_LATEST}"
        raise DeviceRefused(*self._session.where, what, "correct results, or leave it out: then gaps are loss entries")

    async def _methods(self) -> dict[str, ua.NodeId]:
        node = self._session.node(self._node)
        (children,) = await references(self._session, [node], ObjectIds.HasComponent)
        return {
            str(child.BrowseName.Name): ua.NodeId(child.NodeId.Identifier, child.NodeId.NamespaceIndex)
            for child in children
            if child.NodeClass is ua.NodeClass.Method
        }

    async def _listed(self, methods: dict[str, ua.NodeId], known: Collection[str]) -> Found:
        everything = ua.Variant(ua.ContentFilter(), ua.VariantType.ExtensionObject)
        unordered = ua.Variant([], ua.VariantType.ExtensionObject, is_array=True)
        no_limit = ua.Variant(0, ua.VariantType.UInt32)
        _, names, error = await self._call(methods[_LIST], [everything, unordered, no_limit, _hint()], 3)
        if error:
            return Found(lost=(_unsure(f"{_LIST} ended with error {error}"),))
        missing = [name for name in names or () if isinstance(name, str) and name not in known]
        results: list[OldResult] = []
        lost: list[Gap] = []
        if len(missing) > _MOST:
            reason = f"more than {_MOST} results were missed at once; the others are not asked for"
            lost.append(Gap(count=len(missing) - _MOST, reason=reason))
        for name in missing[-_MOST:]:
            wanted = [ua.Variant(name, ua.VariantType.String), _hint()]
            result, problem = await self._result(methods[_BY_ID], wanted)
            if result is None:
                lost.append(Gap(count=1, reason=f"the server names its result {name[:100]!r}, but {problem}"))
            else:
                results.append(result)
        return Found(results=tuple(sorted(results, key=_made)), lost=tuple(lost))

    async def _latest(self, method: ua.NodeId, known: Collection[str]) -> Found:
        result, problem = await self._result(method, [_hint()])
        if result is None:
            return Found(lost=(_unsure(problem),) if known else ())
        if result_id(result.content) in known:
            return Found()
        reason = "the server gives out its latest result only"
        return Found(results=(result,), lost=(_unsure(reason),) if known else ())

    async def _result(self, method: ua.NodeId, arguments: list[ua.Variant]) -> tuple[OldResult | None, str]:
        """The result that a method returns, or why there is none."""
        try:
            _, value, error = await self._call(method, arguments, 3)
            if error or not isinstance(value, ua.ExtensionObject):
                return None, f"does not give it (error {error})"
            content = await self._structures.plain(value)
        except Malformed as fault:
            return None, f"it cannot be read: {fault}"
        except DeviceRefused as refused:
            return None, f"does not give it ({refused.what})"
        return OldResult(content=content, received=value.Body or b""), ""

    async def _call(self, method: ua.NodeId, arguments: list[ua.Variant], count: int) -> list[Any]:
        request = ua.CallMethodRequest(
            ObjectId=self._session.node(self._node), MethodId=method, InputArguments=arguments
        )
        (answer,) = await self._session.call(self._session.client.uaclient.call([request]))
        if not answer.StatusCode.is_good():
            what = f"method {method.to_string()} ended with {answer.StatusCode.name}"
            raise DeviceRefused(*self._session.where, what, "look at the server, and at this user's rights")
        values = [variant.Value for variant in answer.OutputArguments or ()]
        if len(values) != count:
            what = f"method {method.to_string()} returned {len(values)} values where the specification names {count}"
            raise DeviceRefused(*self._session.where, what, "look at the server")
        return values


def result_id(content: dict[str, Any]) -> str | None:
    """The id in a result's metadata."""
    found = _meta(content).get("ResultId")
    return found if isinstance(found, str) else None


def _made(result: OldResult) -> tuple[str, str]:
    time = _meta(result.content).get("CreationTime")
    return ("" if time is None else time.isoformat(), result_id(result.content) or "")


def _meta(content: dict[str, Any]) -> dict[str, Any]:
    meta = content.get("ResultMetaData")
    return meta if isinstance(meta, dict) else {}


def _hint() -> ua.Variant:
    return ua.Variant(_NEEDED_NO_LONGER, ua.VariantType.Int32)


def _unsure(why: str) -> Gap:
    return Gap(count=0, reason=f"after an interruption: {why}; how many results are missing cannot be known")
