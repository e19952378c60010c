"""``/api/v1/enrolment`` and ``/api/v1/rotation``: what agents send needs no token but its own signatures."""

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from hub.api.access import UsesHub
from hub.enrol.keys import enrol, rotate
from traceability.enrolment import ENROLLED_TYPE, ENROLMENTS_PATH, ROTATIONS_PATH

LARGEST_REQUEST = 16 * 1024

router = APIRouter(tags=["enrolment"])
_ANSWER = {"content": {ENROLLED_TYPE: {}}, "description": "The hub's signed answer, a DSSE envelope"}
_REQUEST = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
}


@router.post(ENROLMENTS_PATH, response_class=Response, openapi_extra=_REQUEST, responses={200: _ANSWER})
async def post_enrolment(request: Request, hub: UsesHub) -> Response:
    """Make a key known by a one-time token; the same request again gets the same answer."""
    answer = await run_in_threadpool(enrol, hub, await _body(request))
    return Response(answer, media_type=ENROLLED_TYPE)


@router.post(ROTATIONS_PATH, response_class=Response, openapi_extra=_REQUEST, responses={200: _ANSWER})
async def post_rotation(request: Request, hub: UsesHub) -> Response:
    """Put a new key in the place of the one in force, which signs for it."""
    answer = await run_in_threadpool(rotate, hub, await _body(request))
    return Response(answer, media_type=ENROLLED_TYPE)


async def _body(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_REQUEST:
            raise HTTPException(413, f"the body is larger than {LARGEST_REQUEST} bytes")
    return body
