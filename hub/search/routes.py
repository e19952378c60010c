"""``/api/v1/search``."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query, Request, Response

from hub.api.access import UsesHub
from hub.api.answer import documented, json_answer
from hub.search.find import LIMIT, LONGEST, search
from hub.search.photo import PhotoDesk, photo_view
from hub.search.views import PhotoView, SearchView

router = APIRouter(prefix="/api/v1", tags=["search"])
HITS_OF_SYMBOL = 5


def photos_of(request: Request) -> PhotoDesk:
    """What reads photos for this application."""
    desk = request.app.state.photos
    assert isinstance(desk, PhotoDesk)
    return desk


UsesPhotos = Annotated[PhotoDesk, Depends(photos_of)]


@router.get("/search", response_class=Response, responses=documented(SearchView))
def get_search(
    hub: UsesHub,
    q: Annotated[str, Query(max_length=LONGEST)] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = LIMIT,
    before: Annotated[int | None, Query(ge=0, le=2**62)] = None,
) -> Response:
    """Find by serial, lot, code (element string or Digital Link), agent, plant, company or part name.

    With `before`, which an answer tells as `older`, pieces from within numbers are looked for further back.
    """
    with hub.store.reading() as connection:
        return json_answer(search(connection, q, limit, before))


@router.post("/search/photo", response_class=Response, responses=documented(PhotoView))
def post_photo(
    picture: Annotated[bytes, Body(media_type="application/octet-stream")], hub: UsesHub, photos: UsesPhotos
) -> Response:
    """What stands on this label? The body is a PNG, JPEG, BMP, TIFF or WebP of at most 10 MB; nothing is kept."""
    reading = photos.read(picture)
    with hub.store.reading() as connection:
        return json_answer(photo_view(connection, reading, HITS_OF_SYMBOL))
