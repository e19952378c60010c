"""``/api/v1/search``."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from hub.api.access import UsesHub
from hub.api.answer import documented, json_answer
from hub.search.find import LIMIT, LONGEST, search
from hub.search.views import SearchView

router = APIRouter(prefix="/api/v1", tags=["search"])


@router.get("/search", response_class=Response, responses=documented(SearchView))
def get_search(
    hub: UsesHub,
    q: Annotated[str, Query(max_length=LONGEST)] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = LIMIT,
) -> Response:
    """Find by serial, lot, code (element string or Digital Link), agent, plant, company or part name."""
    with hub.store.reading() as connection:
        return json_answer(search(connection, q, limit))
