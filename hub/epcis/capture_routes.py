"""Capture: whole documents as jobs, single events at once."""

import os
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import anyio
import anyio.to_thread
import msgspec
from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from hub.api.access import UsesHub
from hub.api.answer import documented
from hub.epcis.answer import UsesPaging, lead_on
from hub.epcis.checked import Checked
from hub.epcis.desk import CaptureDesk
from hub.epcis.headers import JSON, JSON_LD, XML, behaviour, body_type, capture_headers
from hub.epcis.job import conflict
from hub.epcis.job_views import JobView, job_view
from hub.epcis.keep import Fate, Origin, keep
from hub.epcis.limits import LIMITS
from hub.epcis.page_token import Cursor, query_digest, read_token
from hub.epcis.problems import EpcisRefused, Kind, refused
from hub.epcis.read_document import DocumentEvents
from hub.epcis.route import Capturing, epcis_router, organisation_of
from hub.errors import NotFound
from hub.parts import Hub
from hub.store.epcis.captures import job_of, jobs_before
from traceability.encoding import sha256
from traceability.epcis.problem import Invalid

router = epcis_router()
_ANY = {"schema": {"type": "object"}}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": _ANY, JSON_LD: _ANY, **{kind: {"schema": {"type": "string"}} for kind in XML}},
    }
}


def desk_of(request: Request) -> CaptureDesk:
    """The capture jobs of this application."""
    desk = request.app.state.epcis
    assert isinstance(desk, CaptureDesk)
    return desk


@router.post("/capture", status_code=202, response_class=Response, openapi_extra=_BODY)
async def post_capture(request: Request, acting: Capturing) -> Response:
    """Take a document in; it is checked and captured in the background, and ``Location`` tells how far that is.

    ``GS1-Capture-Error-Behaviour: rollback`` (the default) captures all events or none, ``proceed`` the valid ones.
    """
    body_type(request)
    wanted, desk = behaviour(request), desk_of(request)
    await run_in_threadpool(desk.check_room)
    job_id = desk.new_id()
    path = desk.spool(job_id).document
    try:
        size = await _spool(request, path)
        await run_in_threadpool(_check_first, path, size)
        await run_in_threadpool(desk.check_room, size)
        accepted = await run_in_threadpool(
            lambda: desk.accept(job_id, size=size, behaviour=wanted, organisation=organisation_of(acting))
        )
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    bounds = capture_headers(LIMITS, acting.hub.settings.capture_body) | {"GS1-Capture-Error-Behaviour": wanted}
    return Response(status_code=202, headers={"Location": f"/epcis/capture/{accepted.id}"} | bounds)


@router.get("/capture", response_class=Response, responses=documented(tuple[JobView, ...]))
def get_jobs(asked: UsesPaging, hub: UsesHub) -> Response:
    """Capture jobs, the latest first."""
    of = query_digest(asked.path)
    before = None if asked.token is None else read_token(hub, asked.token, of).given
    with hub.store.reading() as connection:
        jobs = jobs_before(connection, before, asked.per_page + 1)
    headers = {}
    if len(jobs) > asked.per_page:
        jobs = jobs[: asked.per_page]
        headers = lead_on(hub, asked, Cursor(of=of, given=jobs[-1].number))
    return Response(msgspec.json.encode([job_view(job) for job in jobs]), headers=headers, media_type=JSON)


@router.get("/capture/{capture_id}", response_class=Response, responses=documented(JobView))
def get_job(capture_id: str, request: Request, hub: UsesHub) -> Response:
    """How far a capture job is: ``running``, then ``success`` and the ``errors``, each with JSON pointers."""
    with hub.store.reading() as connection:
        job = job_of(connection, capture_id)
    if job is None:
        raise NotFound(f"there is no capture job {capture_id[:60]!r}", advice="GET /epcis/capture lists them")
    desk_of(request).take_up(job)
    return Response(
        msgspec.json.encode(job_view(job)),
        headers={"GS1-Capture-Error-Behaviour": job.behaviour},
        media_type=JSON,
    )


@router.post("/events", status_code=201, response_class=Response, openapi_extra=_BODY)
async def post_event(request: Request, acting: Capturing) -> Response:
    """Capture one event at once; a second content under its ``eventID`` is kept as disputed and answered by 409."""
    body_type(request)
    body = await request.body()
    event = await run_in_threadpool(_keep_one, acting.hub, body, organisation_of(acting))
    return Response(status_code=201, headers={"Location": f"/epcis/events/{quote(event.event_id, safe='')}"})


def _keep_one(hub: Hub, body: bytes, organisation: str) -> Checked:
    document = DocumentEvents(BytesIO(body), len(body))
    events = list(document)
    if document.errors:
        raise refused(document.errors[0])
    if len(events) != 1:
        raise EpcisRefused(Kind.VALIDATION, 400, f"one event was expected, {len(events)} were found")
    origin = Origin(capture=f"event-{sha256(body).hex()[:32]}", organisation=organisation)
    if keep(hub, events, origin) == [Fate.RIVAL]:
        raise refused(conflict(events[0]))
    return events[0]


async def _spool(request: Request, path: Path) -> int:
    """Write the body to its file, piece by piece, and to the disk; how many bytes it has."""
    size = 0
    async with await anyio.open_file(path, "wb") as file:
        async for piece in request.stream():
            size += await file.write(piece)
        await file.flush()
        await anyio.to_thread.run_sync(os.fsync, file.wrapped.fileno())
    return size


def _check_first(path: Path, size: int) -> None:
    """What can be said at once: that it is a document at all, for a short one also that its text is whole."""
    with path.open("rb") as file:
        if file.read(64).lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0")[:1] not in (b"{", b"[", b"<"):
            raise EpcisRefused(
                Kind.VALIDATION, 400, "the body is no JSON object and no XML", advice="send an EPCISDocument"
            )
        if size > LIMITS.checked_at_once:
            return
        file.seek(0)
        document = DocumentEvents(file, size)
        for _ in document:
            pass
    if document.errors and (document.is_single or not document.whole):
        raise refused(document.errors[-1])
    if document.document_problems:
        raise Invalid(document.document_problems)
