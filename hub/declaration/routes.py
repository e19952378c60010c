"""``/api/v1/plants/{plant}/declarations``: declaring, and the signed files."""

from datetime import date, datetime

import msgspec
from fastapi import APIRouter, Response

from hub.api.access import AdminOnly, UsesHub
from hub.api.answer import documented, json_answer
from hub.declaration.declare import declarations_of, declare, signed_document
from hub.entry.forms import Form, Key
from traceability.declaration.document import DECLARATION_TYPE

router = APIRouter(prefix="/api/v1", tags=["declarations"])


class DeclareForm(Form):
    """Who declares."""

    declared_by: Key


class DeclarationLine(msgspec.Struct, frozen=True, kw_only=True):
    """One declaration: its signed file has the hash ``document`` and is fetched by its id."""

    id: str
    declared_at: datetime
    declared_by: str
    level: int
    rated: bool
    first: date
    last: date
    document: str


class DeclarationList(msgspec.Struct, frozen=True, kw_only=True):
    """Every declaration of a plant, the latest first."""

    plant: str
    declarations: tuple[DeclarationLine, ...]


@router.post("/plants/{plant}/declarations", status_code=201, dependencies=[AdminOnly])
def post_declaration(plant: str, form: DeclareForm, hub: UsesHub) -> dict[str, str | int]:
    """Declare the Level as it is now: the signed file is made, its hash sealed."""
    identity, stored = declare(hub, plant, declared_by=form.declared_by)
    return {"id": identity, "log_index": stored.id, "hash": stored.hash}


@router.get("/plants/{plant}/declarations", response_class=Response, responses=documented(DeclarationList))
def get_declarations(plant: str, hub: UsesHub) -> Response:
    """What a plant has declared."""
    with hub.store.reading() as connection:
        lines = tuple(
            DeclarationLine(
                id=record.id,
                declared_at=record.event_time,
                declared_by=record.declared_by,
                level=record.level,
                rated=record.rated,
                first=record.first,
                last=record.last,
                document=record.document,
            )
            for record in declarations_of(connection, plant)
        )
    return json_answer(DeclarationList(plant=plant, declarations=lines))


@router.get("/declarations/{declaration}", response_class=Response)
def get_declaration(declaration: str, hub: UsesHub) -> Response:
    """The signed file, for `zhuoyue-verify declaration`."""
    with hub.store.reading() as connection:
        body = signed_document(connection, declaration)
    headers = {"Content-Disposition": 'attachment; filename="declaration.dsse.json"'}
    return Response(body, media_type=DECLARATION_TYPE, headers=headers)
