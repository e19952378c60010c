"""Batches go straight to the desk.

They are most of what a hub is asked. To find their route among hundreds, and to work out that it takes nothing but the
request, costs as much as their verification; so they are told apart before. The route stays: it is what the description
of the API knows of, and what answers other methods.
"""

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.api.problems import expected_answer
from hub.ingest.routes import post_batch, router
from traceability.errors import ZhuoyueError
from traceability.sync import BATCHES_PATH

_ROUTE: BaseRoute = next(route for route in router.routes if getattr(route, "endpoint", None) is post_batch)


class BatchDoor:
    """ASGI, around the routes and within everything that bounds, counts and protects requests."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["path"] != BATCHES_PATH or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        scope["route"] = _ROUTE
        request = Request(scope, receive, send)
        try:
            response = await post_batch(request)
        except (ZhuoyueError, HTTPException, ClientDisconnect) as error:
            response = expected_answer(request, error)
        await response(scope, receive, send)
