"""``/api/v1/…/evidence``: evidence files of lots, declarations, single records; of units see the trace."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from hub.api.access import UsesHub
from hub.api.answer import JSON_TYPE
from hub.proof.subjects import declaration_evidence, lot_evidence, record_evidence
from traceability.evidence import Evidence, encode_evidence
from traceability.identifier.item import lot_uri

router = APIRouter(prefix="/api/v1", tags=["evidence"])
_EVIDENCE: dict[int | str, dict[str, Any]] = {
    200: {"description": "An evidence file for zhuoyue-verify", "content": {JSON_TYPE: {}}}
}
Withhold = Annotated[tuple[str, ...], Query(description="kinds of record to be shown by their hash only")]


@router.get("/lots/{gtin}/{lot:path}/evidence", response_class=Response, responses=_EVIDENCE)
def get_lot_evidence(gtin: str, lot: str, hub: UsesHub, withhold: Withhold = ()) -> Response:
    """The evidence file of a lot: what was said about it and who took from it."""
    with hub.store.reading() as connection:
        evidence = lot_evidence(connection, hub, lot_uri(gtin, lot), frozenset(withhold))
    return evidence_answer(evidence, f"{gtin}-{lot}")


@router.get("/declarations/{declaration:path}/evidence", response_class=Response, responses=_EVIDENCE)
def get_declaration_evidence(declaration: str, hub: UsesHub, withhold: Withhold = ()) -> Response:
    """The evidence file of what was declared under one id: an assessment, an output value, a quality loss."""
    with hub.store.reading() as connection:
        evidence = declaration_evidence(connection, hub, declaration, frozenset(withhold))
    return evidence_answer(evidence, declaration)


@router.get("/records/{log_index}/{line}/evidence", response_class=Response, responses=_EVIDENCE)
def get_record_evidence(
    log_index: Annotated[int, Path(ge=0, le=2**53)], line: Annotated[int, Path(ge=0, le=2**31 - 1)], hub: UsesHub
) -> Response:
    """The evidence file of one record by its place: log position of its batch and line in it (from 2 on)."""
    with hub.store.reading() as connection:
        evidence = record_evidence(connection, hub, log_index, line)
    return evidence_answer(evidence, f"{log_index}-{line}")


def evidence_answer(evidence: Evidence, name: str) -> Response:
    """The file, to be saved under a name made of ``name``."""
    file = f"evidence-{re.sub(r'[^A-Za-z0-9._-]', '_', name)}.json"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return Response(encode_evidence(evidence), media_type=JSON_TYPE, headers=headers)
