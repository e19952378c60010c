"""Routers as parts of applications.

FastAPI works out what a route of an included router takes and answers when the first request comes, anew for every
application; for several hundred routes that is half a second. All of ours keep what they need in ``app.state``, so that
what was worked out for one application holds for every other of this process.
"""

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI

from hub.api.problems import PROBLEMS

_joined: dict[tuple[int, ...], APIRouter] = {}  # by the identities of its parts, which it keeps alive


def join(app: FastAPI, routers: Sequence[APIRouter]) -> None:
    """Add the routes of ``routers`` to ``app``, in that order; each may answer with a problem."""
    key = tuple(id(router) for router in routers)
    if key not in _joined:
        whole = APIRouter(responses=PROBLEMS)
        for router in routers:
            whole.include_router(router)
        _joined[key] = whole
    app.router.routes.extend(_joined[key].routes)
