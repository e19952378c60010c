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

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI

import hub.accounts.routes
import hub.alarm.routes
import hub.analysis.field_routes
import hub.analysis.routes
import hub.api.health
import hub.audit.routes
import hub.catenax.routes
import hub.comparison.routes
import hub.cost.routes
import hub.declaration.routes
import hub.design.routes
import hub.downlink.admin
import hub.downlink.routes
import hub.enrol.admin
import hub.enrol.routes
import hub.entry.field_routes
import hub.entry.inspection_routes
import hub.entry.loss_routes
import hub.entry.quality_routes
import hub.entry.routes
import hub.entry.trace_routes
import hub.epcis.routes
import hub.fleet.routes
import hub.formats.routes
import hub.formats.study_routes
import hub.gauge.routes
import hub.history.routes
import hub.improvement.file_routes
import hub.improvement.routes
import hub.incoming.file_routes
import hub.incoming.routes
import hub.indicator.routes
import hub.ingest.routes
import hub.intake.routes
import hub.knowledge.routes
import hub.ledger.proof_routes
import hub.ledger.routes
import hub.live.routes
import hub.master.routes
import hub.metric.routes
import hub.notify.exchange_routes
import hub.notify.routes
import hub.operations.routes
import hub.picture.routes
import hub.planned.routes
import hub.proof.routes
import hub.recall.routes
import hub.requirement.routes
import hub.review.routes
import hub.rollout.routes
import hub.scorecard.routes
import hub.search.routes
import hub.sharing.routes
import hub.spc.routes
import hub.subscription.routes
import hub.summary.routes
import hub.suppliers.routes
import hub.target.organisation_routes
import hub.target.routes
import hub.trace.item_routes
import hub.trace.passes
import hub.trace.routes
import hub.witness.routes
from hub.accounts.desk import SignInDesk
from hub.adjacency.desk import AdjacencyDesk
from hub.analysis.desk import CommonDesk
from hub.api.body import BodyLimit
from hub.api.examples import add_examples
from hub.api.joining import join
from hub.api.problems import PROBLEMS, add_problem_handlers
from hub.audit.desk import CheckDesk
from hub.epcis.desk import CaptureDesk
from hub.fleet.activity import ActivityDesk
from hub.ingest.desk import Desk
from hub.ingest.door import BatchDoor
from hub.intake.desk import IntakeDesk
from hub.kept import KeptAnswers
from hub.live.desk import LiveDesk
from hub.live.feed import Feeds
from hub.operations.counting import CountRequests
from hub.operations.meters import Meters
from hub.parts import Hub
from hub.picture.room import PictureRoom
from hub.picture.small import SmallDesk
from hub.recall.desk import RecallDesk
from hub.scorecard.desk import CardDesk
from hub.search.photo import PhotoDesk
from hub.sharing.audit import AuditDesk
from hub.summary.desk import SummaryDesk
from hub.suppliers.desk import SupplierDesk
from traceability import __version__
from traceability.unit import Environment

ROUTERS: tuple[APIRouter, ...] = (
    hub.api.health.router,
    hub.operations.routes.router,
    hub.planned.routes.router,
    hub.accounts.routes.router,
    hub.ingest.routes.router,
    hub.picture.routes.arriving,
    hub.picture.routes.router,
    hub.entry.routes.router,
    hub.entry.quality_routes.router,
    hub.entry.inspection_routes.router,
    hub.entry.loss_routes.router,
    hub.cost.routes.router,
    hub.entry.field_routes.router,
    hub.entry.trace_routes.router,
    hub.incoming.file_routes.router,
    hub.incoming.routes.router,
    hub.indicator.routes.router,
    hub.target.routes.router,
    hub.target.organisation_routes.router,
    hub.metric.routes.router,
    hub.requirement.routes.router,
    hub.requirement.routes.files,
    hub.improvement.file_routes.router,
    hub.improvement.routes.router,
    hub.knowledge.routes.router,
    hub.design.routes.router,
    hub.intake.routes.router,
    hub.intake.routes.of_hub,
    hub.master.routes.router,
    hub.history.routes.router,
    hub.ledger.routes.router,
    hub.ledger.proof_routes.router,
    hub.witness.routes.router,
    hub.proof.routes.router,  # before the trace, whose lots take every path
    hub.notify.routes.router,
    hub.notify.exchange_routes.router,
    hub.enrol.routes.router,
    hub.enrol.admin.router,
    hub.downlink.routes.router,
    hub.downlink.admin.router,
    *hub.epcis.routes.ROUTERS,
    hub.fleet.routes.router,
    hub.rollout.routes.router,
    hub.alarm.routes.router,
    hub.scorecard.routes.router,
    hub.live.routes.router,
    hub.gauge.routes.router,
    hub.spc.routes.router,
    hub.declaration.routes.router,
    hub.comparison.routes.router,
    hub.review.routes.router,
    hub.catenax.routes.router,
    hub.trace.passes.router,
    hub.trace.item_routes.router,
    hub.trace.routes.router,
    hub.recall.routes.router,
    hub.search.routes.router,
    hub.sharing.routes.router,
    hub.audit.routes.router,
    hub.analysis.routes.router,
    hub.analysis.field_routes.router,
    hub.formats.routes.router,
    hub.formats.study_routes.router,
    hub.summary.routes.router,
    hub.suppliers.routes.router,
    hub.subscription.routes.router,
)


AGENT_ROUTERS: tuple[APIRouter, ...] = (
    hub.api.health.router,
    hub.ingest.routes.router,
    hub.picture.routes.arriving,
    hub.ledger.routes.router,
    hub.ledger.proof_routes.router,
    hub.witness.routes.router,
    hub.enrol.routes.router,
    hub.downlink.routes.router,
)
"""What a line PC needs, and nobody can read anything of value by: every answer is signed for its asker or public."""


@asynccontextmanager
async def _until_closed(app: FastAPI) -> AsyncIterator[None]:
    """End what the application started."""
    yield
    app.state.photos.close()
    app.state.small_pictures.close()


class HubApplication(FastAPI):
    """Its description holds examples."""

    def openapi(self) -> dict[str, Any]:
        """OpenAPI, made once."""
        if self.openapi_schema is None:
            add_examples(super().openapi())
        return super().openapi()


def create_app(
    parts: Hub, routers: Sequence[APIRouter] = ROUTERS, *, open_pages: bool | None = None, proxied: bool = False
) -> FastAPI:
    """An application that serves ``parts``; making one starts nothing.

    ``open_pages``: whoever connects reads everything without signing in; None does so unless the data are of
    production. ``proxied``: a reverse proxy on this machine says from where requests come.
    """
    app = HubApplication(
        title="Zhuoyue hub",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        responses=PROBLEMS,
        lifespan=_until_closed,
    )
    app.state.hub = parts
    meters = app.state.meters = Meters()
    app.state.desk = Desk(parts, watch=meters)
    app.state.audit = AuditDesk(parts)
    app.state.accounts = SignInDesk(parts)
    app.state.open_pages = (
        parts.settings.environment is not Environment.PRODUCTION if open_pages is None else open_pages
    )
    app.state.proxied = proxied
    _add_desks(app, parts)
    add_problem_handlers(app)
    if hub.ingest.routes.router in routers:
        app.add_middleware(BatchDoor)
    app.add_middleware(BodyLimit, settings=parts.settings)
    app.add_middleware(CountRequests, meters=meters)
    join(app, routers)
    return app


def _add_desks(app: FastAPI, parts: Hub) -> None:
    """What works for several requests, and outlives each."""
    app.state.recalls = RecallDesk(parts, AdjacencyDesk(parts), app.state.audit)
    app.state.epcis = CaptureDesk(parts)
    app.state.intake = IntakeDesk(parts)
    app.state.suppliers = SupplierDesk()
    app.state.cards = CardDesk()
    app.state.kept = KeptAnswers()
    app.state.summaries = SummaryDesk()
    app.state.live = LiveDesk()
    app.state.activity = ActivityDesk()
    app.state.feeds = Feeds()
    app.state.photos = PhotoDesk()
    app.state.picture_room = PictureRoom()
    app.state.small_pictures = SmallDesk()
    app.state.comparisons = CommonDesk(parts, app.state.audit)
    app.state.checks = CheckDesk(parts)
