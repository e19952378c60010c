"""Units and lots by any identity, and what stopped a line.

``/api/v1/items/{identity}`` takes the whole identity as the rest of the path, percent-encoded: for private ones, which
have no GTIN, but also for Digital Links and EPC URNs.
"""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Response

from hub.api.access import UsesHub
from hub.api.answer import JSON_TYPE, documented, json_answer
from hub.proof.routes import Withhold, evidence_answer
from hub.trace.badge import evidence_summary
from hub.trace.day import UnitDay, unit_day
from hub.trace.evidence import assemble_evidence
from hub.trace.known import Known
from hub.trace.line import MOST_HOLDS, plant_holds
from hub.trace.line_views import OpenHolds
from hub.trace.moment_query import AskedMoment
from hub.trace.pages import view_of_lot, view_of_unit
from hub.trace.views import LotView, UnitView
from traceability.identifier.item import item_uri, read_identity

router = APIRouter(prefix="/api/v1", tags=["trace"])
_EVIDENCE: dict[int | str, dict[str, Any]] = {
    200: {"description": "An evidence file for zhuoyue-verify", "content": {JSON_TYPE: {}}}
}


@router.get("/items/{item:path}/evidence", response_class=Response, responses=_EVIDENCE)
def get_evidence(item: str, hub: UsesHub, withhold: Withhold = ()) -> Response:
    """The evidence file of a unit and of everything in it, for the offline check."""
    name = item_uri(read_identity(item))
    with hub.store.reading() as connection:
        evidence = assemble_evidence(connection, hub, name, withhold=frozenset(withhold))
    return evidence_answer(evidence, name.rpartition("/")[2].rpartition(":")[2])


@router.get("/items/{item:path}/day", response_class=Response, responses=documented(UnitDay))
def get_day(item: str, hub: UsesHub) -> Response:
    """A unit's values among everything measured there on their day."""
    name = item_uri(read_identity(item))
    with hub.store.reading() as connection:
        return json_answer(unit_day(connection, view_of_unit(connection, name)))


@router.get("/items/{item:path}/uses", response_class=Response, responses=documented(LotView))
def get_uses(
    item: str,
    hub: UsesHub,
    asked: AskedMoment,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """A lot and the units that took from it, latest first."""
    name = item_uri(read_identity(item))
    with hub.store.reading() as connection:
        known = Known(connection, asked.on(connection))
        return json_answer(view_of_lot(connection, name, offset=offset, limit=limit, known=known))


@router.get("/items/{item:path}", response_class=Response, responses=documented(UnitView))
def get_item(item: str, hub: UsesHub, asked: AskedMoment, *, check: bool = True) -> Response:
    """Everything known of a unit; ``check=false`` leaves out the check of its evidence, which is of today."""
    name = item_uri(read_identity(item))
    with hub.store.reading() as connection:
        known = Known(connection, asked.on(connection))
        summary = evidence_summary(connection, hub, name, item_evidence_path(name)) if check else None
        return json_answer(view_of_unit(connection, name, summary, known))


@router.get("/plants/{plant}/holds", response_class=Response, responses=documented(OpenHolds))
def get_holds(plant: str, hub: UsesHub, limit: Annotated[int, Query(ge=1, le=1000)] = MOST_HOLDS) -> Response:
    """The holds that a plant's lines placed and nobody has released, latest first."""
    with hub.store.reading() as connection:
        return json_answer(plant_holds(connection, plant, limit))


def item_evidence_path(item: str) -> str:
    """Where the evidence file of a unit with a private identity is downloaded."""
    return f"/api/v1/items/{quote(item, safe='')}/evidence"
