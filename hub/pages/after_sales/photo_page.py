"""Search by a photo: one code that is known leads straight to its page, several are shown with what each is."""

from typing import Annotated

from fastapi import APIRouter, File, Request, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.api.access import UsesAsker, UsesHub
from hub.pages.frame.navigation import Crumb
from hub.pages.routes import UsesPages
from hub.parts import Hub
from hub.search.photo import PhotoDesk, photo_view
from hub.search.routes import HITS_OF_SYMBOL, UsesPhotos
from hub.search.views import PhotoView

SEARCH_PATH = "/search"
PHOTO_PATH = "/search/photo"

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get(PHOTO_PATH)
def get_photo_page(_asker: UsesAsker) -> Response:
    """What was found is the answer to a photo and has no address: back to where one is sent."""
    return RedirectResponse(f"{SEARCH_PATH}#photo", status_code=303)


@router.post(PHOTO_PATH)
async def post_photo_page(
    request: Request, hub: UsesHub, pages: UsesPages, photos: UsesPhotos, photo: Annotated[UploadFile, File()]
) -> Response:
    """What stands on this label?"""
    picture = await photo.read()
    view = await run_in_threadpool(_looked_up, hub, photos, picture)
    url = _only_page(view)
    if url is not None:
        return RedirectResponse(url, status_code=303)
    speech = pages.speech(request)
    trail = (Crumb(speech.say("Find a unit"), SEARCH_PATH), Crumb(speech.say("Photo of a label")))
    return await run_in_threadpool(pages.show, request, "photo.html", {"view": view}, trail=trail)


def _looked_up(hub: Hub, photos: PhotoDesk, picture: bytes) -> PhotoView:
    reading = photos.read(picture)
    with hub.store.reading() as connection:
        return photo_view(connection, reading, HITS_OF_SYMBOL)


def _only_page(view: PhotoView) -> str | None:
    """Where all codes of the label lead, if that is one place."""
    urls = {hit.url for symbol in view.symbols for hit in symbol.hits if hit.known}
    return urls.pop() if len(urls) == 1 and not view.left_out else None
