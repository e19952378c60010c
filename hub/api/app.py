"""The web application of one hub.

To add routes: make an ``APIRouter`` in ``routes.py`` of the capability's own folder, take the hub as a parameter, and
add the router to ``ROUTERS`` below::

    from hub.api.access import AdminOnly, UsesHub

    router = APIRouter(prefix="/api/v1", tags=["trace"])

    @router.get("/trace/{gtin}/{serial}")
    def get_trace(gtin: str, serial: str, hub: UsesHub) -> TraceView:
        with hub.store.reading() as connection:
            ...

``hub`` is a ``hub.parts.Hub`` (settings, store, signers, clock). Write routes with ``def``, not ``async def``: they run
in worker threads, because the store blocks. Raise errors of ``hub.errors``; they become problem details. Protect what
changes something with ``dependencies=[AdminOnly]``. Tests make an application with ``create_app(hub)``.
"""

from fastapi import APIRouter, FastAPI

import hub.api.health
import hub.entry.routes
import hub.fleet.routes
import hub.ingest.routes
import hub.ledger.routes
import hub.scorecard.routes
import hub.search.routes
import hub.summary.routes
import hub.trace.routes
from hub.api.body import BodyLimit
from hub.api.problems import PROBLEMS, add_problem_handlers
from hub.parts import Hub
from traceability import __version__

ROUTERS: tuple[APIRouter, ...] = (
    hub.api.health.router,
    hub.ingest.routes.router,
    hub.entry.routes.router,
    hub.ledger.routes.router,
    hub.fleet.routes.router,
    hub.scorecard.routes.router,
    hub.trace.routes.router,
    hub.search.routes.router,
    hub.summary.routes.router,
)


def create_app(parts: Hub) -> FastAPI:
    """An application that serves ``parts``; making one starts nothing."""
    app = FastAPI(title="Zhuoyue hub", version=__version__, docs_url=None, redoc_url=None, responses=PROBLEMS)
    app.state.hub = parts
    add_problem_handlers(app)
    app.add_middleware(BodyLimit, settings=parts.settings)
    for router in ROUTERS:
        app.include_router(router)
    return app
