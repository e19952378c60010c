"""``/api/v1/units``, ``/lots`` and ``/trace``: one unit, what is in it, where it went, and the proof.

Serials and lots may hold a slash, so they are the rest of the path; send it percent-encoded or plain.
"""

from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Response

from hub.api.access import UsesHub
from hub.api.answer import JSON_TYPE, documented, json_answer
from hub.epcis.export import document_about
from hub.errors import NotFound
from hub.proof.routes import Withhold, evidence_answer
from hub.trace.badge import evidence_summary
from hub.trace.day import UnitDay, unit_day
from hub.trace.evidence import assemble_evidence
from hub.trace.graph import graph, with_results
from hub.trace.known import Known
from hub.trace.moment_query import AskedMoment
from hub.trace.pages import lot_view, unit_view
from hub.trace.views import GraphView, LotView, UnitView
from traceability.genealogy import Direction, TraceLimits
from traceability.identifier.item import unit_uri

router = APIRouter(prefix="/api/v1", tags=["trace"])
_EVIDENCE: dict[int | str, dict[str, Any]] = {
    200: {"description": "An evidence file for zhuoyue-verify", "content": {JSON_TYPE: {}}}
}


@router.get("/units/{gtin}/{serial:path}/evidence", response_class=Response, responses=_EVIDENCE)
def get_evidence(gtin: str, serial: str, hub: UsesHub, withhold: Withhold = ()) -> Response:
    """The evidence file of a unit and of everything in it, for the offline check."""
    with hub.store.reading() as connection:
        evidence = assemble_evidence(connection, hub, unit_uri(gtin, serial), withhold=frozenset(withhold))
    return evidence_answer(evidence, f"{gtin}-{serial}")


@router.get("/units/{gtin}/{serial:path}/day", response_class=Response, responses=documented(UnitDay))
def get_day(gtin: str, serial: str, hub: UsesHub) -> Response:
    """Its values among everything measured there on their day: counts, spread and bins, as far as it is shared."""
    with hub.store.reading() as connection:
        return json_answer(unit_day(connection, unit_view(connection, gtin, serial)))


@router.get("/units/{gtin}/{serial:path}", response_class=Response, responses=documented(UnitView))
def get_unit(gtin: str, serial: str, hub: UsesHub, asked: AskedMoment, *, check: bool = True) -> Response:
    """Everything known of a unit; ``check=false`` leaves out the check of its evidence, which is of today."""
    with hub.store.reading() as connection:
        known = Known(connection, asked.on(connection))
        summary = None
        if check:
            summary = evidence_summary(connection, hub, unit_uri(gtin, serial), evidence_path(gtin, serial))
        return json_answer(unit_view(connection, gtin, serial, summary, known))


@router.get("/lots/{gtin}/{lot:path}", response_class=Response, responses=documented(LotView))
def get_lot(  # noqa: PLR0917 - the parameters are those of the address
    gtin: str,
    lot: str,
    hub: UsesHub,
    asked: AskedMoment,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """A lot and the units that took from it, latest first."""
    with hub.store.reading() as connection:
        known = Known(connection, asked.on(connection))
        return json_answer(lot_view(connection, gtin, lot, offset=offset, limit=limit, known=known))


class Form(StrEnum):
    """As what a trace is answered."""

    JSON = "json"
    EPCIS = "epcis"


_GRAPH = documented(GraphView)[200]["content"][JSON_TYPE]["schema"]
_TRACE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The graph, or an EPCISDocument",
        "content": {JSON_TYPE: {"schema": {"anyOf": [_GRAPH, {"type": "object"}]}}},
    }
}


@router.get("/trace/{gtin}/{serial:path}", response_class=Response, responses=_TRACE)
def get_trace(
    gtin: str,
    serial: str,
    hub: UsesHub,
    asked: AskedMoment,
    *,
    direction: Direction = Direction.BACK,
    depth: Annotated[int, Query(ge=1, le=20)] = 20,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    results: bool = False,
    form: Annotated[Form, Query(alias="format")] = Form.JSON,
) -> Response:
    """What went into a unit (back) or where it went (forward), at most ``limit`` items; says when it was cut.

    ``results=true`` adds what happened to each of them. ``format=epcis`` gives all events about them as one document.
    """
    item = unit_uri(gtin, serial)
    with hub.store.reading() as connection:
        known = Known(connection, asked.on(connection))
        found = graph(connection, item, [direction], TraceLimits(depth=depth, items=limit), known)
        if results:
            found = with_results(connection, found, known)
        if not found.links and not found.nodes[0].has_records:
            raise NotFound(f"no record names the unit {serial} of part {gtin}", advice="check serial and GTIN")
        if form is Form.EPCIS:
            return Response(document_about(hub, connection, {node.item for node in found.nodes}), media_type=JSON_TYPE)
    return json_answer(found)


def evidence_path(gtin: str, serial: str) -> str:
    """Where the evidence file of a unit is downloaded."""
    return f"/api/v1/units/{gtin}/{quote(serial, safe='')}/evidence"
