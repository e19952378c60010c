"""``/api/v1/plants/{plant}/now``: a line as it runs, and its changes as server-sent events."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from starlette.concurrency import run_in_threadpool

from hub.api.access import UsesAsker, UsesHub
from hub.api.answer import documented, json_answer
from hub.api.still import asks_still
from hub.live.desk import LiveDesk
from hub.live.feed import Feeds
from hub.live.stream import EVENT_STREAM, EventStream, Listener
from hub.live.views import LineNow

router = APIRouter(prefix="/api/v1/plants/{plant}/now", tags=["plants"])
_EVENTS = {"content": {EVENT_STREAM: {}}, "description": "Events 'now' (the line) and 'end' (why nothing comes)"}


def live_of(request: Request) -> LiveDesk:
    """Who keeps the lines of this application."""
    desk = request.app.state.live
    assert isinstance(desk, LiveDesk)
    return desk


def feeds_of(request: Request) -> Feeds:
    """The lines of this application that are listened to."""
    feeds = request.app.state.feeds
    assert isinstance(feeds, Feeds)
    return feeds


@router.get("", response_class=Response, responses=documented(LineNow))
def get_now(plant: str, request: Request, hub: UsesHub, asker: UsesAsker) -> Response:
    """First-pass yield of today by operation, the last hour by the minute, open alarms, defects, the last results."""
    return json_answer(live_of(request).snapshot(hub, asker, plant).line)


@router.get("/events", response_class=Response, responses={200: _EVENTS})
async def get_now_events(
    plant: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    last_event_id: Annotated[str, Header(max_length=100)] = "",
) -> Response:
    """The same whenever it changes, until whoever listens may not any more; at most six streams a session or token."""
    desk, feeds = live_of(request), feeds_of(request)
    await run_in_threadpool(desk.snapshot, hub, asker, plant)  # NotFound is an answer, not an event
    key = (plant, *asker.eyes)
    listener = asker.person.session if asker.person and asker.person.session else asker.noted_as or _address(request)
    feed = feeds.listen(key, listener, lambda: desk.snapshot(hub, asker, plant))

    async def still() -> bool:
        return await run_in_threadpool(asks_still, request, asker)

    ending = getattr(request.app.state, "ending", bool)
    frames = Listener(feed, still, ending, seen=last_event_id).frames()
    return EventStream(frames, lambda: feeds.leave(key, listener, feed))


def _address(request: Request) -> str:
    return f"address:{request.client.host if request.client else ''}"
