"""Answers only to the hub's own names, so that a foreign page whose name leads here (DNS rebinding) reads nothing."""

from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.api.problems import problem_response
from traceability.sync import PROBLEM_PREFIX, Problem

MISDIRECTED = PROBLEM_PREFIX + "misdirected"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class OwnNames:
    """Wraps the whole application; ``names`` without port and brackets, whatever their case."""

    def __init__(self, app: ASGIApp, names: Iterable[str]) -> None:
        self._app = app
        self._names = LOOPBACK | {name.lower() for name in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http" and _name(Headers(scope=scope).get("host", "")) not in self._names:
            await _REFUSAL(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _name(host: str) -> str:
    """The name in a Host header (RFC 9110, 7.2), which may have a port behind it."""
    name, colon, port = host.rpartition(":")
    if not colon or not port.isdigit():
        name = host
    return name.removeprefix("[").removesuffix("]").lower()


_REFUSAL = problem_response(
    Problem(
        type=MISDIRECTED,
        title="Not a name of this hub",
        status=421,
        detail="the Host header names another server",
        advice="use the hub's address, or start it with --allow-host NAME for each name it is reached by",
    )
)
