"""``PUT /api/v1/pictures/{sha256}`` for agents, and the picture of a record for who sees that record."""

import threading
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from hub.api.access import UsesHub, whole_hub
from hub.api.answer import documented, json_answer
from hub.errors import TooBusy
from hub.parts import Hub
from hub.picture.folder import PictureFolder
from hub.picture.kind import MEDIA_TYPES, is_drawn, is_shown
from hub.picture.receive import receive_piece
from hub.picture.room import PictureRoom
from hub.picture.small import SmallDesk
from hub.picture.state import file_of, shape_of_row
from hub.store.production.pictures import FileRow
from traceability.errors import LimitExceeded
from traceability.picture import MOST_PIECE_BYTES, PICTURES_PATH, Fate, Held, hash_named

arriving = APIRouter(tags=["pictures"])
router = APIRouter(prefix="/api/v1", tags=["pictures"])

_BODY = {
    "requestBody": {
        "required": False,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_PICTURE = {
    "description": "The file as it was taken, when it is a PNG, JPEG or WebP picture",
    "content": {kind: {} for kind in MEDIA_TYPES.values()},
}
SHOWN_SAFELY = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}
"""Even a file that is a picture and a program at once stays a picture; and it is asked for anew whether one may see.

Styles inline are the browser's own, with which it shows a picture alone."""
_AT_ONCE = threading.BoundedSemaphore(4)
_WAITS_S = 20.0
_NOT_SHOWN = "the file is kept, and is not shown: it is no PNG, JPEG or WebP picture of usual size"


def small_desk(request: Request) -> SmallDesk:
    """What makes small pictures for this application."""
    desk = request.app.state.small_pictures
    assert isinstance(desk, SmallDesk)
    return desk


UsesSmall = Annotated[SmallDesk, Depends(small_desk)]


@arriving.put(
    PICTURES_PATH + "/{digits}",
    response_class=Response,
    openapi_extra=_BODY,
    responses=documented(Held) | {202: {"description": "The file is not here whole yet"}},
)
async def put_picture(
    request: Request,
    digits: Annotated[str, Path(min_length=1, max_length=100)],
    authorization: Annotated[str, Header(max_length=8000)] = "",
) -> Response:
    """Take a piece of a picture's file from the agent that sealed its record; an empty one asks how far it is."""
    digest = hash_named(digits)
    room: PictureRoom = request.app.state.picture_room
    with room.request():
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > MOST_PIECE_BYTES:
                raise LimitExceeded(f"a piece has at most {MOST_PIECE_BYTES} bytes")
        held = await run_in_threadpool(receive_piece, whole_hub(request), room, digest, authorization, bytes(body))
    answer = json_answer(held)
    answer.status_code = 202 if held.fate is Fate.PART else 200
    return answer


@router.get(
    "/records/{log_index}/{line}/pictures/{digits}",
    response_class=Response,
    responses={200: _PICTURE, 304: {"description": "As it was shown before"}, 415: {"description": "Not shown"}},
)
def get_picture(  # noqa: PLR0917 - the parameters are those of the address
    hub: UsesHub,
    desk: UsesSmall,
    log_index: Annotated[int, Path(ge=0, le=2**53)],
    line: Annotated[int, Path(ge=1, le=2**31 - 1)],
    digits: Annotated[str, Path(min_length=1, max_length=100)],
    if_none_match: Annotated[str, Header(max_length=200)] = "",
    *,
    small: bool = False,
) -> Response:
    """The picture on which a result rests, byte for byte; its hash was compared with the signed record's.

    ``small=true``: a small JPEG made of its pixels, to look at; it is no evidence.
    """
    with hub.store.reading() as connection:
        row = file_of(connection, log_index, line, hash_named(digits))
    shape = shape_of_row(row)
    if not (is_drawn(shape) if small else is_shown(shape)):
        raise HTTPException(415, _NOT_SHOWN)
    headers = SHOWN_SAFELY | {"ETag": f'"{digits}{"-small" if small else ""}"'}
    if if_none_match == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    content = desk.small(hub.settings.data, row) if small else _read(hub, row)
    if not content:
        raise HTTPException(415, _NOT_SHOWN)
    kind = "JPEG" if small else row.kind
    headers["Content-Disposition"] = f'inline; filename="{digits[:16]}.{kind.lower()}"'
    return Response(content, media_type=MEDIA_TYPES[kind], headers=headers)


def _read(hub: Hub, row: FileRow) -> bytes:
    """A few at a time: each is in memory as a whole, so that not one byte goes out before its hash is right."""
    if not _AT_ONCE.acquire(timeout=_WAITS_S):
        raise TooBusy("other pictures are being shown", own=False, after_s=2)
    try:
        return PictureFolder(hub.settings.data).read(row.plant, row.sha256)
    finally:
        _AT_ONCE.release()
