"""``POST /api/v1/batches`` and the head of a chain: no token, a batch's signature is its proof heads are no secret."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.exceptions import HTTPException

from hub.api.access import UsesHub
from hub.ingest.desk import Desk
from hub.ingest.head import signed_head
from traceability.sync import AUTHORS_PATH, BATCH_TYPE, BATCHES_PATH, HEAD_TYPE, RECEIPT_TYPE

router = APIRouter(tags=["batches"])

_BODY = {"requestBody": {"required": True, "content": {BATCH_TYPE: {"schema": {"type": "string", "format": "binary"}}}}}
_RECEIPT = {"content": {RECEIPT_TYPE: {}}, "description": "The hub's signed receipt, a DSSE envelope"}
_HEAD = {"content": {HEAD_TYPE: {}}, "description": "The last batch taken of the chain, a DSSE envelope"}


@router.post(
    BATCHES_PATH,
    status_code=201,
    response_class=Response,
    openapi_extra=_BODY,
    responses={201: _RECEIPT, 200: _RECEIPT | {"description": "The same batch again: the same receipt"}},
)
async def post_batch(request: Request) -> Response:
    """Take a batch, plain or with ``Content-Encoding: zstd``; one that is early waits some seconds for its turn."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "zstd"):
        raise HTTPException(415, f"Content-Encoding {encoding[:40]!r} is not taken, only zstd or none")
    desk: Desk = request.app.state.desk
    with desk.room.body() as body:
        sent = bytearray()
        async for part in request.stream():
            body.grow(len(part))
            sent += part
        taken = await desk.take(bytes(sent), compressed=encoding == "zstd")
    return Response(taken.stored.receipt, 201 if taken.new else 200, media_type=RECEIPT_TYPE)


@router.get(
    AUTHORS_PATH + "/{author:path}/chains/{chain}",
    response_class=Response,
    responses={200: _HEAD},
)
def get_chain_head(
    hub: UsesHub,
    author: Annotated[str, Path(min_length=1, max_length=200)],
    chain: Annotated[str, Path(min_length=1, max_length=200)],
    nonce: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """Where a chain stands, signed with ``nonce`` in it, so that an agent finds out that the hub forgot something."""
    return Response(signed_head(hub, author, chain, nonce), media_type=HEAD_TYPE)
