"""Routers as parts of applications.

FastAPI works out what a route of an included router takes and answers when the first request comes, anew for every
application; for several hundred routes that is half a second. All of ours keep what they need in ``app.state``, so that
what was worked out for one application holds for every other of this process.

And it tries one route after the other for every request. So a router is asked only for paths that begin as one of its
routes does; the order in which routers are asked stays.
"""

from collections.abc import Iterable, Sequence

from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Scope

from hub.api.problems import PROBLEMS

_joined: dict[tuple[int, ...], APIRouter] = {}  # by the identities of its parts, which it keeps alive


def join(app: FastAPI, routers: Sequence[APIRouter]) -> None:
    """Add the routes of ``routers`` to ``app``, in that order; each may answer with a problem."""
    key = tuple(id(router) for router in routers)
    if key not in _joined:
        whole = APIRouter(responses=PROBLEMS)
        for router in routers:
            whole.include_router(_Begun(router))
        _joined[key] = whole
    app.router.routes.extend(_joined[key].routes)


class _Begun(APIRouter):
    """The routes of one router, behind how their paths begin."""

    def __init__(self, router: APIRouter) -> None:
        super().__init__()
        self.include_router(router)
        self._begins = tuple(_begins(router.routes))

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As the router's own; of a path that begins like none of its routes none fits."""
        path = str(scope["path"]).removeprefix(scope.get("root_path", ""))
        return super().matches(scope) if path.startswith(self._begins) else (Match.NONE, {})


def _begins(routes: Iterable[BaseRoute]) -> set[str]:
    """What stands before the first parameter of each path; nothing of what is no plain route."""
    return {route.path.partition("{")[0] if isinstance(route, Route) else "" for route in routes}
