"""``/log/cosignatures``: what witnesses that come by themselves bring, and the checkpoint they made the strongest."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from hub.api.access import UsesHub
from hub.errors import NotFound
from hub.witness.collect import take_cosignatures
from hub.witness.cosigned import cosigned_note
from traceability.errors import LimitExceeded, Malformed
from traceability.log.note import LARGEST_NOTE

router = APIRouter(tags=["log"])
_TEXT = "text/plain; charset=utf-8"
_FRESH = {"Cache-Control": "no-cache"}


@router.post("/log/cosignatures", status_code=204, response_class=Response)
async def post_cosignatures(size: Annotated[int, Query(ge=0, le=2**53)], request: Request, hub: UsesHub) -> Response:
    """Signature lines over the log of ``size`` leaves, from witnesses that the hub knows."""
    body = await request.body()
    if len(body) > LARGEST_NOTE:
        raise LimitExceeded(f"there are {len(body)} bytes, at most {LARGEST_NOTE} are taken")
    try:
        lines = body.decode()
    except UnicodeDecodeError:
        raise Malformed("signature lines are UTF-8") from None
    await run_in_threadpool(take_cosignatures, hub, size, lines)
    return Response(status_code=204)


@router.get("/log/checkpoint/cosigned", response_class=Response)
def get_cosigned(hub: UsesHub) -> Response:
    """The checkpoint that most witnesses cosigned, of several the largest."""
    with hub.store.reading() as connection:
        note = cosigned_note(connection, hub, at_least=0)
    if note is None:
        raise NotFound("no witness has cosigned this log yet", advice="fetch /log/checkpoint")
    return Response(note.text, media_type=_TEXT, headers=_FRESH)
