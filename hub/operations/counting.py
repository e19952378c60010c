"""Counts every request by its route, around everything else."""

import time
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.api.route_policy import STATIC, path_of
from hub.operations.meters import OTHER, Meters

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class CountRequests:
    """ASGI; what no route answers is counted under one name, whatever was asked."""

    def __init__(self, app: ASGIApp, meters: Meters, clock: Callable[[], float] = time.perf_counter) -> None:
        self._app = app
        self._meters = meters
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = self._clock(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            method = scope["method"] if scope["method"] in METHODS else OTHER
            self._meters.answered(method, route_of(scope), status, self._clock() - began)


def route_of(scope: Scope) -> str:
    """The path of the route that answered, as the program wrote it."""
    if scope["path"].startswith(STATIC):
        return STATIC
    route = scope.get("route")
    return (path_of(route) if route is not None else "") or OTHER
