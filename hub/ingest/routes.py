"""``POST /api/v1/batches``: needs no token, because a batch's signature is its proof."""

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from hub.api.access import UsesHub
from hub.ingest.ingest import ingest
from traceability.sync import BATCH_TYPE, BATCHES_PATH, RECEIPT_TYPE

router = APIRouter(tags=["batches"])

_BODY = {"requestBody": {"required": True, "content": {BATCH_TYPE: {"schema": {"type": "string", "format": "binary"}}}}}
_RECEIPT = {"content": {RECEIPT_TYPE: {}}, "description": "The hub's signed receipt, a DSSE envelope"}


@router.post(
    BATCHES_PATH,
    status_code=201,
    response_class=Response,
    openapi_extra=_BODY,
    responses={201: _RECEIPT, 200: _RECEIPT | {"description": "The same batch again: the same receipt"}},
)
async def post_batch(request: Request, hub: UsesHub) -> Response:
    """Take a batch, plain or with ``Content-Encoding: zstd``."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "zstd"):
        raise HTTPException(415, f"Content-Encoding {encoding[:40]!r} is not taken, only zstd or none")
    sent = await request.body()
    taken = await run_in_threadpool(ingest, hub, sent, compressed=encoding == "zstd")
    return Response(taken.stored.receipt, 201 if taken.new else 200, media_type=RECEIPT_TYPE)
