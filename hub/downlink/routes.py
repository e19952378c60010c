"""``GET /api/v1/downlink/{author}``: a long poll. The agent's signature is its proof; nobody else is answered."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from hub.api.access import UsesHub
from hub.downlink.batches import next_batch
from hub.downlink.contact import receive_poll
from hub.parts import Hub
from hub.store.fleet.downlink import count_forks
from hub.store.ledger.batches import log_size
from traceability.downlink import DOWNLINK_PATH, LONGEST_WAIT
from traceability.sync import BATCH_TYPE

LOOK_EVERY = 1.0

router = APIRouter(tags=["downlink"])
_BATCH = {"content": {BATCH_TYPE: {}}, "description": "The next batch for this agent, sealed by the hub (zstd)"}


@router.get(
    DOWNLINK_PATH + "/{author:path}",
    response_class=Response,
    responses={200: _BATCH, 204: {"description": "Nothing yet"}},
)
async def get_downlink(
    request: Request,
    hub: UsesHub,
    author: Annotated[str, Path(min_length=1, max_length=200)],
    authorization: Annotated[str, Header(max_length=8000)] = "",
    wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT)] = 0,
) -> Response:
    """What is new for the agent behind what its signed poll names; waits so many seconds for something to come."""
    loop = asyncio.get_running_loop()
    until = loop.time() + wait
    asked = await run_in_threadpool(receive_poll, hub, author, authorization)
    seen: tuple[int, int] | None = None
    while True:
        now = await run_in_threadpool(_what_is_there, hub, author)
        if now != seen:
            seen = now
            body = await run_in_threadpool(next_batch, hub, asked)
            if body is not None:
                return Response(body, media_type=BATCH_TYPE, headers={"Content-Encoding": "zstd"})
        if loop.time() >= until or _is_ending(request) or await request.is_disconnected():
            return Response(status_code=204)
        await asyncio.sleep(min(LOOK_EVERY, max(0.0, until - loop.time())))


def _what_is_there(hub: Hub, author: str) -> tuple[int, int]:
    """What must have changed before it is worth gathering again."""
    with hub.store.reading() as connection:
        return log_size(connection), count_forks(connection, author)


def _is_ending(request: Request) -> bool:
    """Whether the server wants to end: then nobody is kept waiting."""
    ending = getattr(request.app.state, "ending", None)
    return ending is not None and bool(ending())
