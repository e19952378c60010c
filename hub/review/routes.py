"""``/api/v1/plants/{plant}/reviews/{year}``: the yearly review as JSON and as a workbook."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from hub.api.access import UsesHub
from hub.api.answer import documented, json_answer
from hub.api.table_file import TABLE_FILE, Language, workbook_file
from hub.review.make import FIRST_YEAR, make_review
from hub.review.sheets import tables_of
from hub.review.views import Review

router = APIRouter(prefix="/api/v1", tags=["plants"])
Year = Annotated[int, Path(ge=FIRST_YEAR, le=9000)]
Through = Annotated[int | None, Query(ge=1, le=2**53)]


@router.get("/plants/{plant}/reviews/{year}", response_class=Response, responses=documented(Review))
def get_review(plant: str, year: Year, hub: UsesHub, through: Through = None) -> Response:
    """What a year's records say of a plant, and what they do not.

    With `through` (a size of the log, as a review names it): by what the hub held then, so that it comes out again.
    """
    with hub.store.reading() as connection:
        return json_answer(make_review(hub, connection, plant, year, through=through))


@router.get("/plants/{plant}/reviews/{year}/file", response_class=Response, responses=TABLE_FILE)
def get_review_file(
    plant: str, year: Year, hub: UsesHub, through: Through = None, language: Language = Language.ZH
) -> Response:
    """The same as an Excel workbook, one sheet a section."""
    with hub.store.reading() as connection:
        review = make_review(hub, connection, plant, year, through=through)
    return workbook_file(tables_of(review, language), language, f"review-{year}")
