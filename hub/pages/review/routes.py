"""Addresses of a plant's yearly reviews. What they show, ``/api/v1/plants/{plant}/reviews/{year}`` answers."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import HTMLResponse, Response

from hub.api.access import UsesAsker, UsesHub
from hub.api.table_file import download
from hub.errors import NotFound
from hub.kept import UsesKept
from hub.named import Named
from hub.page_paths import PLANTS_PATH, plant_path
from hub.pages.frame.navigation import Crumb
from hub.pages.review.document import document_of
from hub.pages.review.file import review_file
from hub.pages.routes import UsesPages
from hub.pages.speech import Speech
from hub.pages.templating import Pages
from hub.review.make import FIRST_YEAR, make_review
from hub.review.views import Review
from hub.store.master.queries import read_master
from hub.store.rollup.tallied import components_of

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Year = Annotated[int, Path(ge=FIRST_YEAR, le=9000)]
Through = Annotated[int | None, Query(ge=1, le=2**53)]
_OFFERED = 4
"""Years that are a click away."""


@router.get(PLANTS_PATH + "/{plant}/reviews")
def get_reviews_page(  # noqa: PLR0917 - what the route needs
    plant: str, request: Request, hub: UsesHub, asker: UsesAsker, kept: UsesKept, pages: UsesPages
) -> Response:
    """The review of the last whole year."""
    with hub.store.reading() as connection:
        entry = read_master(connection).plants.get(plant)
        if entry is None:
            raise NotFound(f"there is no plant {plant[:100]!r}", advice="/plants lists them")
        last = hub.clock().astimezone(ZoneInfo(entry.time_zone)).year - 1
        question = ("review", last, components_of(connection, plant))  # others may tell of components
        review = kept.answer(
            connection, asker, plant, question, hub.clock(), lambda: make_review(hub, connection, plant, last)
        )
    return _shown(request, pages, hub.clock(), review)


@router.get(PLANTS_PATH + "/{plant}/reviews/{year}")
def get_review_page(  # noqa: PLR0917 - what the route needs
    plant: str, year: Year, request: Request, hub: UsesHub, pages: UsesPages, through: Through = None
) -> Response:
    """What did the year bring, and what do the data support?"""
    with hub.store.reading() as connection:
        review = make_review(hub, connection, plant, year, through=through)
    return _shown(request, pages, hub.clock(), review, behind=f"?through={through}" if through else "")


@router.get(PLANTS_PATH + "/{plant}/reviews/{year}/file")
def get_review_file_page(  # noqa: PLR0917 - what the route needs
    plant: str, year: Year, request: Request, hub: UsesHub, pages: UsesPages, through: Through = None
) -> Response:
    """The same as one file to keep and to print."""
    with hub.store.reading() as connection:
        review = make_review(hub, connection, plant, year, through=through)
    content = review_file(pages, review, pages.speech(request).language)
    return download(content, "text/html; charset=utf-8", f"review-{year}.html")


def _shown(request: Request, pages: Pages, now: datetime, review: Review, *, behind: str = "") -> Response:
    speech = pages.speech(request)
    context = {
        "document": document_of(review, speech),
        "plant": review.plant,
        "year": review.year,
        "years": _years(now, review.time_zone, review.year),
        "behind": behind,
    }
    return pages.show(request, "review.html", context, trail=_trail(review.plant, speech, review.year))


def _years(now: datetime, zone: str, shown: int) -> list[int]:
    latest = now.astimezone(ZoneInfo(zone)).year
    return sorted({shown, *range(max(FIRST_YEAR, latest - _OFFERED + 1), latest + 1)}, reverse=True)


def _trail(plant: Named, speech: Speech, year: int) -> tuple[Crumb, ...]:
    return (
        Crumb(speech.say("Plants"), PLANTS_PATH),
        Crumb(speech.named(plant), plant_path(plant.id)),
        Crumb(speech.say("Yearly review")),
        Crumb(str(year)),
    )
