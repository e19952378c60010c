"""``/api/v1/summary``."""

from fastapi import APIRouter, Response

from hub.api.access import UsesHub
from hub.api.answer import documented, json_answer
from hub.summary.summary import summary
from hub.summary.views import Summary

router = APIRouter(prefix="/api/v1", tags=["summary"])


@router.get("/summary", response_class=Response, responses=documented(Summary))
def get_summary(hub: UsesHub) -> Response:
    """What arrived, what is finished and traceable, and whether claims, chains and counts fit each other."""
    with hub.store.reading() as connection:
        return json_answer(summary(connection))
