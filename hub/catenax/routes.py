"""``/api/v1/catenax``: aspects of our items, and aspects of partners.

An item is named by any of its identities (Digital Link, EPC URN, private, ``urn:uuid:`` of a Catena-X id), as the rest
of the path.
"""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from hub.accounts.asker import Scope
from hub.api.access import Acting, AdminOnly, UsesHub, may, whole_hub
from hub.api.answer import JSON_TYPE, documented, json_answer
from hub.catenax.bring import BroughtView, bring
from hub.catenax.export import batch_of, bom_of, serial_part_of, usage_of
from hub.catenax.names import Names
from hub.catenax.partners import PartnerNumberForm, enter_partner_number
from hub.entry.forms import Entered, entered
from hub.parts import Hub
from hub.settings import HUB_AUTHOR
from hub.store.core.database import Reading
from hub.store.epcis.catenax import given_to, note_given
from hub.trace.known import Known
from hub.trace.moment_query import AskedMoment, AskedTimes
from traceability.catenax.aspects import Aspect, Batch, SerialPart, SingleLevelBomAsBuilt, SingleLevelUsageAsBuilt
from traceability.catenax.codec import encode_aspect
from traceability.identifier.item import item_uri, read_identity

router = APIRouter(prefix="/api/v1", tags=["catenax"])
Bringing = Annotated[Acting, Depends(may(Scope.CAPTURE))]
_Made = Callable[[Reading, Known, Names, str], Aspect]
_ASPECTS: dict[str, type[Aspect]] = {
    "serial-part": SerialPart,
    "batch": Batch,
    "bom-as-built": SingleLevelBomAsBuilt,
    "usage-as-built": SingleLevelUsageAsBuilt,
}


def _described(kind: type[Aspect]) -> dict[int | str, dict[str, Any]]:
    """Aspects say quantities as numbers, and not, as this API does elsewhere, as text."""
    described = documented(kind)
    content = described[200]["content"][JSON_TYPE]
    content["schema"] = _with_numbers(content["schema"])
    return described


def _with_numbers(schema: Any) -> Any:
    if isinstance(schema, dict):
        if schema.get("format") == "decimal":
            return {"type": "number"}
        return {name: _with_numbers(each) for name, each in schema.items()}
    return [_with_numbers(each) for each in schema] if isinstance(schema, list) else schema


def _body(kind: type[Aspect]) -> dict[str, Any]:
    schema = _described(kind)[200]["content"][JSON_TYPE]["schema"]
    either = {"oneOf": [schema, {"type": "array", "items": schema, "minItems": 1}]}
    return {"requestBody": {"required": True, "content": {JSON_TYPE: {"schema": either}}}}


_BROUGHT: dict[int | str, dict[str, Any]] = {201: documented(BroughtView)[200]}


@router.get("/catenax/serial-part/{item:path}", response_class=Response, responses=_described(SerialPart))
def get_serial_part(item: str, request: Request, hub: UsesHub, asked: AskedMoment) -> Response:
    """A unit as SerialPart 3.0.0."""
    return _answer(serial_part_of, item, request, hub, asked)


@router.get("/catenax/batch/{item:path}", response_class=Response, responses=_described(Batch))
def get_batch(item: str, request: Request, hub: UsesHub, asked: AskedMoment) -> Response:
    """A lot as Batch 3.0.0."""
    return _answer(batch_of, item, request, hub, asked)


@router.get("/catenax/bom-as-built/{item:path}", response_class=Response, responses=_described(SingleLevelBomAsBuilt))
def get_bom(item: str, request: Request, hub: UsesHub, asked: AskedMoment) -> Response:
    """What went into a unit or lot, as SingleLevelBomAsBuilt 3.0.0."""
    return _answer(bom_of, item, request, hub, asked)


@router.get(
    "/catenax/usage-as-built/{item:path}", response_class=Response, responses=_described(SingleLevelUsageAsBuilt)
)
def get_usage(item: str, request: Request, hub: UsesHub, asked: AskedMoment) -> Response:
    """Where a unit or lot went, as SingleLevelUsageAsBuilt 3.0.0; parents of a lot are only potential ones."""
    return _answer(usage_of, item, request, hub, asked)


def _bringing(kind: type[Aspect]) -> Callable[..., Any]:
    async def post_aspects(request: Request, acting: Bringing) -> Response:
        text = await request.body()
        organisation = acting.asker.organisation or HUB_AUTHOR
        view = await run_in_threadpool(bring, acting.hub, text, kind, organisation)
        answer = json_answer(view)
        answer.status_code = 201
        return answer

    return post_aspects


for _word, _kind in _ASPECTS.items():
    router.add_api_route(
        f"/catenax/{_word}",
        _bringing(_kind),
        methods=["POST"],
        status_code=201,
        response_class=Response,
        responses=_BROUGHT,
        openapi_extra=_body(_kind),
        name=f"post_{_word.replace('-', '_')}",
        summary=f"Take {_kind.__name__} of a partner, one or a list, in version 3.0.0 or 4.0.0; all or none",
    )


@router.post("/organisations/{organisation}/partner-number", status_code=201, dependencies=[AdminOnly])
def post_partner_number(organisation: str, form: PartnerNumberForm, hub: UsesHub) -> Entered:
    """Enter the business partner number (BPNL) of an organisation, which aspects name it by."""
    return entered(enter_partner_number(hub, organisation, form.number))


def _answer(made: _Made, item: str, request: Request, hub: Hub, asked: AskedTimes) -> Response:
    name = item_uri(read_identity(item))
    with hub.store.reading() as connection:
        known = Known(connection, asked.on(connection))
        names = Names(connection, known, hub)
        text = encode_aspect(made(connection, known, names, name))
        names.check()
    _note(whole_hub(request), names.given)
    return Response(text, media_type=JSON_TYPE)


def _note(whole: Hub, given: dict[str, str]) -> None:
    """Ids that leave the hub are noted, so that it knows them when they come back."""
    with whole.store.reading() as connection:
        new = given.keys() - given_to(connection, given.keys()).keys()
    if new:
        with whole.store.writing() as connection:
            note_given(connection, {subject: given[subject] for subject in new})
